//! The sites, in the order in which they have to do with a broken threshold.

use std::cmp::Reverse;

use super::column::Column;
use super::described::Sites;
use super::layout::{DIM, WIDTH, counted, line, paragraph, spans};
use crate::report::value::{
    AllowanceReport, AllowanceStanding, Counted, MetricReport, ScenarioReport, SiteReport,
};
use crate::suite::format_bytes;

/// Sites that are shown at most; the rest is counted.
const SITES: usize = 5;

/// Rows that they may take, so that the whole text is on one screen.
const ROWS: usize = 20;

/// The sites in the order in which they have to do with the broken threshold.
pub(super) struct Ranking<'a> {
    pub(super) column: Column,
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
        let [first, second] = self.widths();
        let title = self.column.title;
        let titles = format!("  {title:<first$}   {:>second$}   where", "blocks");
        spans(text, &[(DIM, &titles)]);
        let indent = first + second + 8;
        let mut row = |[bytes, blocks]: [String; 2], lines: Vec<String>| {
            let mut lines = lines.into_iter();
            let top = lines.next().unwrap_or_default();
            line(
                text,
                &format!("  {bytes:<first$}   {blocks:>second$}   {top}"),
            );
            lines.for_each(|below| line(text, &format!("{:indent$}{below}", "")));
        };
        let sites = Sites {
            report,
            sites: &self.sites[..self.sites.len().min(SITES)],
            marks: self.column.marks,
            is_growth: self.column.is_growth,
            width: WIDTH.saturating_sub(indent),
        };
        let described = sites.described(ROWS);
        let shown = described.len();
        for (site, lines) in self.sites.iter().zip(described) {
            row(self.figures(site), lines);
        }
        if let Some((figures, words)) = self.rest(shown) {
            row(figures, vec![words]);
        }
        let has_line = |site: &SiteReport| site.stack.iter().any(|place| place.line.is_some());
        if !report.sites.iter().any(has_line) {
            let why = format!("{:indent$}(no lines: the module has no line table)", "");
            spans(text, &[(DIM, &why)]);
        }
        text.push('\n');
    }

    /// Columns of the figures, however many sites are shown.
    fn widths(&self) -> [usize; 2] {
        let shown = self.sites.iter().take(SITES);
        let rest = (1..=SITES).filter_map(|shown| Some(self.rest(shown)?.0));
        let rows: Vec<[String; 2]> = shown.map(|site| self.figures(site)).chain(rest).collect();
        let width = |column: usize, title: &str| {
            let widths = rows.iter().map(|row| row[column].len());
            widths.max().unwrap_or(0).max(title.len())
        };
        [width(0, self.column.title), width(1, "blocks")]
    }

    fn figures(&self, site: &SiteReport) -> [String; 2] {
        self.formatted(self.column.figure(site))
    }

    fn formatted(&self, Counted { bytes, blocks }: Counted) -> [String; 2] {
        let blocks = match self.column.is_growth {
            true => format!("{blocks:+}"),
            false => blocks.to_string(),
        };
        [format_bytes(bytes as f64), blocks]
    }

    /// What is not shown, in sum.
    fn rest(&self, shown: usize) -> Option<([String; 2], String)> {
        let rest = self.sites.get(shown..).filter(|rest| !rest.is_empty())?;
        let mut sum = Counted::default();
        for site in rest {
            let Counted { bytes, blocks } = self.column.figure(site);
            sum.bytes += bytes;
            sum.blocks += blocks;
        }
        let words = counted(rest.len(), "more site");
        Some((self.formatted(sum), format!("{words}, see the report")))
    }
}
