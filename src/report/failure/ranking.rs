//! The sites, in the order in which they have to do with a broken threshold.

use std::cmp::Reverse;

use super::frames::frame_lines;
use super::holders::holders;
use super::layout::{WIDTH, counted, line, paragraph};
use crate::report::names::own_frames;
use crate::report::survey::LossesReport;
use crate::report::value::{
    AllowanceReport, AllowanceStanding, Counted, MetricReport, ScenarioReport, SiteReport,
};
use crate::suite::{Lost, Metric, OfPhase, OfSite, format_bytes};

/// Sites that are shown; the rest is counted.
const SITES: usize = 5;

/// Bytes and blocks of a site that a threshold is about.
type Figure = fn(&SiteReport) -> (i64, i64);

/// The sites in the order in which they have to do with the broken threshold.
pub(super) struct Ranking<'a> {
    /// What the first column is called.
    title: &'static str,
    figure: Figure,
    sites: Vec<&'a SiteReport>,
    /// Whether the figures are differences.
    is_growth: bool,
    /// The marks at which it was looked for what holds the blocks, that one first which the figures are about.
    marks: &'static [&'static str],
}

impl<'a> Ranking<'a> {
    /// None where the metric is not about sites.
    pub(super) fn of(report: &'a ScenarioReport, metric: &MetricReport) -> Option<Ranking<'a>> {
        let by_growth = |site: &SiteReport| (site.delta.bytes, site.delta.blocks);
        let (title, figure, is_growth): (_, Figure, _) = match metric.name.parse() {
            Ok(Metric::Total | Metric::TotalBlocks) => (
                "in all",
                |site| (site.total.bytes, site.total.blocks),
                false,
            ),
            Ok(Metric::Peak | Metric::PeakBlocks) => (
                "at peak",
                |site| (site.at_peak.bytes, site.at_peak.blocks),
                false,
            ),
            Ok(Metric::End | Metric::EndBlocks) => (
                "at end",
                |site| (site.at_end.bytes, site.at_end.blocks),
                false,
            ),
            Ok(Metric::Leaked | Metric::LeakedBlocks) => (
                "lost",
                |site| {
                    let lost = at_final(site);
                    let (definite, indirect) = (lost.definitely_lost, lost.indirectly_lost);
                    (
                        definite.bytes + indirect.bytes,
                        definite.blocks + indirect.blocks,
                    )
                },
                false,
            ),
            Ok(Metric::Lost(Lost::Definite)) => {
                ("lost", |site| pair(at_final(site).definitely_lost), false)
            }
            Ok(Metric::Lost(Lost::Indirect)) => {
                ("lost", |site| pair(at_final(site).indirectly_lost), false)
            }
            Ok(Metric::Lost(Lost::Possible)) => {
                ("lost", |site| pair(at_final(site).possibly_lost), false)
            }
            Ok(Metric::Memory | Metric::MemoryGrowth | Metric::Fragmentation) => (
                "at idle end",
                |site| (site.at_idle_end.bytes, site.at_idle_end.blocks),
                false,
            ),
            Ok(Metric::IdleChurn) => (
                "in all",
                |site| (site.total.bytes, site.total.blocks),
                false,
            ),
            Ok(Metric::IdleRate) => (
                "grew by",
                |site| {
                    let blocks = site.at_idle_end.blocks - site.at_idle_start.blocks;
                    (site.at_idle_end.bytes - site.at_idle_start.bytes, blocks)
                },
                true,
            ),
            Ok(Metric::Site(OfSite::Each)) => (
                "at idle end",
                |site| (site.at_idle_end.bytes, site.at_idle_end.blocks),
                false,
            ),
            Ok(Metric::Site(OfSite::Peak)) => (
                "at peak",
                |site| (site.at_peak.bytes, site.at_peak.blocks),
                false,
            ),
            Ok(Metric::Site(OfSite::Total)) => (
                "in all",
                |site| (site.total.bytes, site.total.blocks),
                false,
            ),
            // Sites have no figures for each part of the story; the peak's and the total's are the next best.
            Ok(Metric::Phase(_, OfPhase::Peak)) => (
                "at peak",
                |site| (site.at_peak.bytes, site.at_peak.blocks),
                false,
            ),
            Ok(Metric::Phase(_, OfPhase::Total | OfPhase::TotalBlocks)) => (
                "in all",
                |site| (site.total.bytes, site.total.blocks),
                false,
            ),
            // Each of them has a stack of its own.
            Ok(Metric::DoubleFrees | Metric::StrangerFrees) => return None,
            // What the host keeps is not the guest's.
            Ok(Metric::HostRetained) => return None,
            Ok(
                Metric::Delta
                | Metric::Growth
                | Metric::Site(OfSite::Delta)
                | Metric::Phase(_, OfPhase::Delta | OfPhase::MemoryGrowth)
                | Metric::Probe(..),
            )
            | Err(_) => ("grew by", by_growth, true),
        };
        // What is allowed is not what broke the threshold.
        let allowed = |site: &usize| {
            let mut counting = report.allowances.iter();
            counting.any(|it| it.standing == AllowanceStanding::Counts && it.sites.contains(site))
        };
        let leaves_out = metric.judged != metric.value;
        let mut sites: Vec<&SiteReport> = report
            .sites
            .iter()
            .enumerate()
            .filter(|(number, site)| figure(site) > (0, 0) && !(leaves_out && allowed(number)))
            .map(|(_, site)| site)
            .collect();
        sites.sort_by_key(|site| Reverse(figure(site)));
        // A probe may count what is no memory at all.
        let is_probe = metric.name.parse::<Metric>().is_err();
        let says_something = !sites.is_empty() || !is_probe;
        says_something.then_some(Ranking {
            title,
            figure,
            sites,
            is_growth,
            marks: match title {
                "grew by" | "at idle end" => &["idle end", "final"],
                "lost" | "at end" => &["final"],
                _ => &[],
            },
        })
    }

    /// The sites of an allowance that is exceeded.
    pub(super) fn of_exceeded(report: &'a ScenarioReport) -> Option<Ranking<'a>> {
        let is_exceeded = |it: &&AllowanceReport| it.standing == AllowanceStanding::Exceeded;
        let allowance = report.allowances.iter().find(is_exceeded)?;
        let figure: Figure = |site| {
            let (idle_end, end) = (site.at_idle_end, site.at_end);
            (
                idle_end.bytes.max(end.bytes),
                idle_end.blocks.max(end.blocks),
            )
        };
        let numbers = allowance.sites.iter();
        let mut sites: Vec<&SiteReport> = numbers.map(|site| &report.sites[*site]).collect();
        sites.sort_by_key(|site| Reverse(figure(site)));
        Some(Ranking {
            title: "holds",
            figure,
            sites,
            is_growth: false,
            marks: &["idle end", "final"],
        })
    }

    pub(super) fn write(&self, text: &mut String, report: &ScenarioReport) {
        if self.sites.is_empty() {
            let words = "no block is left that would account for it: what was freed lies in between (fragmentation), or \
                         the allocator does not use it again";
            paragraph(text, "  ", "  ", words);
            return text.push('\n');
        }
        let shown = &self.sites[..self.sites.len().min(SITES)];
        let rows: Vec<[String; 2]> = shown
            .iter()
            .map(|site| self.figures((self.figure)(site)))
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
        let (first, second) = (width(0, self.title), width(1, "blocks"));
        line(
            text,
            &format!("  {:<first$}   {:>second$}   where", self.title, "blocks"),
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
        let blocks = if self.is_growth {
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
            .map(|site| (self.figure)(site))
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
        let class = site.class.as_ref().filter(|_| self.is_growth);
        lines.extend(class.map(|class| class.words.clone()));
        let survey = self.marks.iter().find_map(|mark| site.survey(mark));
        let width = WIDTH.saturating_sub(indent);
        lines.extend(
            survey
                .into_iter()
                .flat_map(|it| holders(report, site, it, width)),
        );
        lines
    }
}

fn at_final(site: &SiteReport) -> LossesReport {
    let survey = site.survey("final");
    survey.map(|survey| survey.losses).unwrap_or_default()
}

fn pair(counted: Counted) -> (i64, i64) {
    (counted.bytes, counted.blocks)
}
