//! The sites, in the order in which they have to do with a broken threshold.

use std::cmp::Reverse;

use super::column::Column;
use super::frames::frame_lines;
use super::holders::holders;
use super::layout::{WIDTH, counted, line, paragraph};
use crate::report::names::own_frames;
use crate::report::value::{
    AllowanceReport, AllowanceStanding, Counted, MetricReport, ScenarioReport, SiteReport,
};
use crate::suite::format_bytes;

/// Sites that are shown; the rest is counted.
const SITES: usize = 5;

/// The sites in the order in which they have to do with the broken threshold.
pub(super) struct Ranking<'a> {
    column: Column,
    pub(super) sites: Vec<&'a SiteReport>,
}

impl<'a> Ranking<'a> {
    /// None where the metric is not about sites.
    pub(super) fn of(report: &'a ScenarioReport, metric: &MetricReport) -> Option<Ranking<'a>> {
        let column = Column::of_metric(report, &metric.name)?;
        // What is allowed is not what broke the threshold.
        let allowed = |site: &usize| {
            let mut counting = report.allowances.iter();
            counting.any(|it| it.standing == AllowanceStanding::Counts && it.sites.contains(site))
        };
        let leaves_out = metric.judged != metric.value;
        let sites = report.sites.iter().enumerate();
        let sites = sites.filter(|(number, _)| !(leaves_out && allowed(number)));
        Some(Ranking::by(column, sites.map(|(_, site)| site)))
    }

    /// The sites of an allowance that is exceeded.
    pub(super) fn of_exceeded(report: &'a ScenarioReport) -> Option<Ranking<'a>> {
        let is_exceeded = |it: &&AllowanceReport| it.standing == AllowanceStanding::Exceeded;
        let allowance = report.allowances.iter().find(is_exceeded)?;
        Some(Ranking::of_allowance(report, allowance))
    }

    /// The sites of an allowance.
    pub(super) fn of_allowance(
        report: &'a ScenarioReport,
        allowance: &AllowanceReport,
    ) -> Ranking<'a> {
        let sites = allowance.sites.iter();
        // A report may be of anybody's making.
        let sites = sites.filter_map(|site| report.sites.get(*site));
        Ranking::by(Column::HOLDS, sites)
    }

    /// Those that have something in that column, most first.
    fn by(column: Column, sites: impl Iterator<Item = &'a SiteReport>) -> Ranking<'a> {
        let mut sites: Vec<&SiteReport> = sites.filter(|site| column.rank(site) > (0, 0)).collect();
        sites.sort_by_key(|site| Reverse(column.rank(site)));
        Ranking { column, sites }
    }

    pub(super) fn write(&self, text: &mut String, report: &ScenarioReport) {
        if self.sites.is_empty() {
            let words = "no live block accounts for it: what was freed is too scattered to be used again (fragmentation), or \
                         the allocator never uses it again";
            paragraph(text, "  ", "  ", words);
            return text.push('\n');
        }
        if let Some(caution) = self.column.caution {
            line(text, &format!("  ({caution})"));
        }
        let shown = &self.sites[..self.sites.len().min(SITES)];
        let rows: Vec<[String; 2]> = shown
            .iter()
            .map(|site| self.figures(pair(self.column.figure(site))))
            .collect();
        let rest = self.rest();
        let figures = rows.iter().chain(rest.iter().map(|(figures, _)| figures));
        let width = |column: usize, title: &str| {
            figures
                .clone()
                .map(|row| row[column].len())
                .max()
                .unwrap_or(0)
                .max(title.len())
        };
        let (first, second) = (width(0, self.column.title), width(1, "blocks"));
        line(
            text,
            &format!(
                "  {:<first$}   {:>second$}   where",
                self.column.title, "blocks"
            ),
        );
        let indent = first + second + 8;
        for (site, [bytes, blocks]) in shown.iter().zip(&rows) {
            let mut lines = self.described(report, site, indent).into_iter();
            let top = lines.next().unwrap_or_default();
            line(
                text,
                &format!("  {bytes:<first$}   {blocks:>second$}   {top}"),
            );
            lines.for_each(|below| line(text, &format!("{:indent$}{below}", "")));
        }
        if let Some(([bytes, blocks], words)) = rest {
            line(
                text,
                &format!("  {bytes:<first$}   {blocks:>second$}   {words}"),
            );
        }
        if report
            .sites
            .iter()
            .all(|site| site.stack.iter().all(|place| place.line.is_none()))
        {
            line(
                text,
                &format!("{:indent$}(no lines: the module has no line table)", ""),
            );
        }
        text.push('\n');
    }

    fn figures(&self, (bytes, blocks): (i64, i64)) -> [String; 2] {
        let blocks = if self.column.is_growth {
            format!("{blocks:+}")
        } else {
            blocks.to_string()
        };
        [format_bytes(bytes as f64), blocks]
    }

    /// What is not shown, in sum.
    fn rest(&self) -> Option<([String; 2], String)> {
        let rest = self.sites.get(SITES..).filter(|rest| !rest.is_empty())?;
        let sum = rest
            .iter()
            .map(|site| pair(self.column.figure(site)))
            .fold((0, 0), |sum, figure| (sum.0 + figure.0, sum.1 + figure.1));
        let words = counted(rest.len(), "more site");
        Some((self.figures(sum), format!("{words}, see the report")))
    }

    /// The frames that matter, and when the blocks were born that are left.
    fn described(&self, report: &ScenarioReport, site: &SiteReport, indent: usize) -> Vec<String> {
        let frames = own_frames(&site.stack);
        let mut lines = frame_lines(&frames, WIDTH.saturating_sub(indent));
        if site.folded {
            lines.push("by more calling contexts than are kept apart".to_string());
        }
        let class = site.class.as_ref().filter(|_| self.column.is_growth);
        lines.extend(class.map(|class| class.words.clone()));
        let survey = self.column.marks.iter().find_map(|mark| site.survey(mark));
        let width = WIDTH.saturating_sub(indent);
        lines.extend(
            survey
                .into_iter()
                .flat_map(|it| holders(report, site, it, width)),
        );
        lines
    }
}

fn pair(counted: Counted) -> (i64, i64) {
    (counted.bytes, counted.blocks)
}
