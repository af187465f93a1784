//! Which figure of the sites a metric is about.

use crate::report::survey::LossesReport;
use crate::report::value::{Counted, SiteReport};
use crate::suite::{Lost, Metric, OfPhase, OfSite};

/// A figure of every site, and what the column is called that it stands in.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub(super) title: &'static str,
    /// Bytes and blocks.
    pub(super) figure: fn(&SiteReport) -> Counted,
    /// Whether the figures are differences.
    pub(super) is_growth: bool,
    /// The marks at which it was looked for what holds the blocks, that one first which the figures are about.
    pub(super) marks: &'static [&'static str],
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
    pub(super) fn of_metric(name: &str) -> Option<Column> {
        // What a module tells of itself is no metric of ours, and most likely grows with what the sites hold.
        let Ok(metric) = name.parse() else {
            return Some(Column::GREW);
        };
        Some(match metric {
            Metric::DoubleFrees | Metric::StrangerFrees | Metric::HostRetained => return None,
            Metric::Delta
            | Metric::Growth
            | Metric::Probe(..)
            | Metric::Site(OfSite::Delta)
            | Metric::Phase(_, OfPhase::Delta | OfPhase::MemoryGrowth) => Column::GREW,
            Metric::IdleRate => Column::GREW_WHILE_IDLE,
            // Sites have no figures for each part of the story; the total's and the peak's are the next best.
            Metric::Total
            | Metric::TotalBlocks
            | Metric::IdleChurn
            | Metric::Site(OfSite::Total)
            | Metric::Phase(_, OfPhase::Total | OfPhase::TotalBlocks) => Column::IN_ALL,
            Metric::Peak
            | Metric::PeakBlocks
            | Metric::Site(OfSite::Peak)
            | Metric::Phase(_, OfPhase::Peak) => Column::AT_PEAK,
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
        }
    }

    const fn growth(figure: fn(&SiteReport) -> Counted) -> Column {
        Column {
            title: "grew by",
            figure,
            is_growth: true,
            marks: AT_IDLE_END,
        }
    }

    const fn lost(figure: fn(&SiteReport) -> Counted) -> Column {
        Column::of("lost", figure, AT_FINAL)
    }
}

/// What became of the site's blocks in the end.
fn losses(site: &SiteReport) -> LossesReport {
    let survey = site.survey("final");
    survey.map(|survey| survey.losses).unwrap_or_default()
}
