//! Which figure of the sites a metric is about.

use crate::report::survey::LossesReport;
use crate::report::value::{Counted, ScenarioReport, SiteReport};
use crate::suite::{Lost, Metric, OfPhase, OfSite, Phase, Unit};

/// A figure of every site, and what the column is called that it stands in.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub(super) title: &'static str,
    figure: fn(&SiteReport) -> Counted,
    /// Whether the figures are differences.
    pub(super) is_growth: bool,
    /// The marks at which it was looked for what holds the blocks, that one first which the figures are about.
    pub(super) marks: &'static [&'static str],
    /// Set where the figure is the growth from one mark to another, by their places; from nothing, where the first is none.
    between: Option<(Option<u32>, u32)>,
    /// Whether it is blocks that count, and bytes only where there are as many.
    by_blocks: bool,
    /// What the figures are not, where a reader would take them for it.
    pub(super) caution: Option<&'static str>,
}

const AT_IDLE_END: &[&str] = &["idle end", "final"];
const AT_FINAL: &[&str] = &["final"];

impl Column {
    const GREW: Column = Column::growth(|site| site.delta);
    const GREW_WHILE_IDLE: Column = Column::growth(|site| Counted {
        bytes: site.at_idle_end.bytes - site.at_idle_start.bytes,
        blocks: site.at_idle_end.blocks - site.at_idle_start.blocks,
    });
    const IN_ALL: Column = Column::of("in all", |site| site.total, &[]);
    const AT_PEAK: Column = Column::of("at peak", |site| site.at_peak, &[]);
    const HELD: Column = Column::of("at idle end", |site| site.at_idle_end, AT_IDLE_END);
    const LEFT: Column = Column::of("at end", |site| site.at_end, AT_FINAL);
    /// What sites hold that have more than an allowance grants them, at idle end or in the end.
    pub(super) const HOLDS: Column = Column::of(
        "holds",
        |site| Counted {
            bytes: site.at_idle_end.bytes.max(site.at_end.bytes),
            blocks: site.at_idle_end.blocks.max(site.at_end.blocks),
        },
        AT_IDLE_END,
    );
    const LEAKED: Column = Column::lost(|site| {
        let lost = losses(site);
        Counted {
            bytes: lost.definitely_lost.bytes + lost.indirectly_lost.bytes,
            blocks: lost.definitely_lost.blocks + lost.indirectly_lost.blocks,
        }
    });

    /// None where the metric is not about sites, or where each fault has a stack of its own.
    pub(super) fn of_metric(report: &ScenarioReport, name: &str) -> Option<Column> {
        // What a module tells of itself is no metric of ours, and most likely grows with what the sites hold.
        let Ok(metric) = name.parse() else {
            return Some(Column::GREW);
        };
        let column = Column::by_bytes(&metric, report)?;
        Some(Column {
            by_blocks: metric.unit() == Unit::Blocks,
            ..column
        })
    }

    fn by_bytes(metric: &Metric, report: &ScenarioReport) -> Option<Column> {
        Some(match metric {
            Metric::DoubleFrees | Metric::StrangerFrees | Metric::HostRetained => return None,
            Metric::Delta | Metric::Growth | Metric::Probe(..) | Metric::Site(OfSite::Delta) => {
                Column::GREW
            }
            Metric::Phase(phase, OfPhase::Delta | OfPhase::MemoryGrowth) => {
                Column::grew_in(*phase, report)
            }
            Metric::IdleRate => Column::GREW_WHILE_IDLE,
            Metric::Total | Metric::TotalBlocks | Metric::Site(OfSite::Total) => Column::IN_ALL,
            Metric::Peak | Metric::PeakBlocks | Metric::Site(OfSite::Peak) => Column::AT_PEAK,
            Metric::IdleChurn | Metric::Phase(_, OfPhase::Total | OfPhase::TotalBlocks) => Column {
                caution: Some("sites are counted over the whole run, not over that part of it"),
                ..Column::IN_ALL
            },
            Metric::Phase(_, OfPhase::Peak) => Column {
                caution: Some("sites as they were at the peak of the whole run"),
                ..Column::AT_PEAK
            },
            Metric::Memory
            | Metric::MemoryGrowth
            | Metric::Fragmentation
            | Metric::Site(OfSite::Each) => Column::HELD,
            Metric::End | Metric::EndBlocks => Column::LEFT,
            Metric::Leaked | Metric::LeakedBlocks => Column::LEAKED,
            Metric::Lost(Lost::Definite) => Column::lost(|site| losses(site).definitely_lost),
            Metric::Lost(Lost::Indirect) => Column::lost(|site| losses(site).indirectly_lost),
            Metric::Lost(Lost::Possible) => Column::lost(|site| losses(site).possibly_lost),
        })
    }

    /// Bytes and blocks of a site.
    pub(super) fn figure(&self, site: &SiteReport) -> Counted {
        let Some((from, to)) = self.between else {
            return (self.figure)(site);
        };
        let before = from.map(|from| site.level(from)).unwrap_or_default();
        let after = site.level(to);
        Counted {
            bytes: after.bytes - before.bytes,
            blocks: after.blocks - before.blocks,
        }
    }

    /// What comes first among the figures.
    pub(super) fn rank(&self, site: &SiteReport) -> (i64, i64) {
        let Counted { bytes, blocks } = self.figure(site);
        if self.by_blocks {
            (blocks, bytes)
        } else {
            (bytes, blocks)
        }
    }

    /// The growth over a part of the story.
    fn grew_in(phase: Phase, report: &ScenarioReport) -> Column {
        let marks = || (0..).zip(&report.marks);
        let at =
            |name: &str| marks().find_map(|(place, mark)| (mark.name == name).then_some(place));
        let last_cycle = marks()
            .filter(|(_, mark)| mark.name.starts_with("cycle "))
            .map(|(place, _)| place)
            .last();
        let between = match phase {
            Phase::Start => at("baseline").map(|to| (None, to)),
            Phase::Cycles => at("baseline")
                .zip(last_cycle.or(at("idle start")))
                .map(some_first),
            Phase::Settle => last_cycle.zip(at("idle start")).map(some_first),
            Phase::Idle => at("idle start").zip(at("idle end")).map(some_first),
            Phase::Teardown => at("idle end").zip(at("final")).map(some_first),
        };
        Column {
            between,
            ..Column::GREW
        }
    }

    const fn of(
        title: &'static str,
        figure: fn(&SiteReport) -> Counted,
        marks: &'static [&'static str],
    ) -> Column {
        Column {
            title,
            figure,
            is_growth: false,
            marks,
            between: None,
            by_blocks: false,
            caution: None,
        }
    }

    const fn growth(figure: fn(&SiteReport) -> Counted) -> Column {
        Column {
            is_growth: true,
            ..Column::of("grew by", figure, AT_IDLE_END)
        }
    }

    const fn lost(figure: fn(&SiteReport) -> Counted) -> Column {
        Column::of("lost", figure, AT_FINAL)
    }
}

fn some_first((from, to): (u32, u32)) -> (Option<u32>, u32) {
    (Some(from), to)
}

/// What became of the site's blocks in the end.
fn losses(site: &SiteReport) -> LossesReport {
    let survey = site.survey("final");
    survey.map(|survey| survey.losses).unwrap_or_default()
}
