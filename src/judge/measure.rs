//! The metrics: what each is, in terms of what was recorded.

use std::time::Duration;

use super::allowances::{self, Allowed};
use super::{growth, phases, probes};
use crate::heap::{Count, Losses, Mark, Recording, SiteRecord, WrongFrees};
use crate::run::MarkKind;
use crate::suite::{Lost, Metric, OfSite, Probe, Scenario};

/// Cycles below which there is no growth to speak of.
const GROWTH_CYCLES: u32 = 3;

/// A metric and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// What was measured.
    pub metric: Metric,
    /// In the metric's unit.
    pub value: f64,
    /// What is left of it without the sites that are allowed: what thresholds are held against.
    pub judged: f64,
}

/// Every metric that the scenario can measure.
pub(super) fn measure(
    scenario: &Scenario,
    recording: &Recording,
    allowed: &[Allowed],
) -> Vec<Measured> {
    let covered = allowances::covered(allowed);
    let is_known = |metric: &Metric| scenario.sites.is_none() || !metric.needs_blocks();
    let measured = |metric| {
        let value = value(&metric, scenario, recording)?;
        let judged = match covered.is_empty() {
            true => value,
            false => allowances::without(&covered, &metric, value, scenario, recording),
        };
        Some(Measured {
            metric,
            value,
            judged,
        })
    };
    let probes = scenario.probes.iter().map(Probe::metric);
    Metric::all()
        .chain(probes)
        .filter(is_known)
        .filter_map(measured)
        .collect()
}

fn value(metric: &Metric, scenario: &Scenario, recording: &Recording) -> Option<f64> {
    let mark = |kind| recording.mark(kind);
    let baseline = mark(MarkKind::Baseline);
    let (idle_start, idle_end) = (mark(MarkKind::IdleStart), mark(MarkKind::IdleEnd));
    let end = recording.marks.last();
    let losses = || Some(&recording.survey(MarkKind::Final)?.losses);
    match metric {
        Metric::Delta => Some(difference(idle_end?.live.bytes, baseline?.live.bytes)),
        Metric::IdleRate => per_second(
            difference(idle_end?.live.bytes, idle_start?.live.bytes),
            scenario,
        ),
        Metric::IdleChurn => per_second(
            difference(idle_end?.total.bytes, idle_start?.total.bytes),
            scenario,
        ),
        Metric::Growth => steady_growth(scenario, recording, |_| 0),
        Metric::Total => Some(end?.total.bytes as f64),
        Metric::TotalBlocks => Some(end?.total.blocks as f64),
        Metric::Peak => Some(recording.peak.bytes as f64),
        Metric::PeakBlocks => Some(recording.peak.blocks as f64),
        Metric::End => Some(end?.live.bytes as f64),
        Metric::EndBlocks => Some(end?.live.blocks as f64),
        Metric::Leaked => Some(losses()?.leaked().bytes as f64),
        Metric::LeakedBlocks => Some(losses()?.leaked().blocks as f64),
        Metric::Lost(lost) => Some(of_kind(*lost, losses()?).bytes as f64),
        Metric::Memory => Some(end?.memory as f64),
        Metric::MemoryGrowth => Some(difference(end?.memory, baseline?.memory)),
        Metric::Fragmentation => Some(fragmentation(idle_end?)),
        Metric::DoubleFrees => Some(wrong_frees(recording)?.double as f64),
        Metric::StrangerFrees => Some(wrong_frees(recording)?.strangers as f64),
        Metric::HostRetained => growth::steady(&from_least(&recording.held_by_host)),
        Metric::Phase(phase, of) => phases::measure(*phase, *of, recording),
        Metric::Site(of) => Some(of_largest_site(*of, recording.sites.iter())),
        Metric::Probe(name, _) => probes::measure(name, scenario, recording),
    }
}

/// Known only where every single one was looked into.
fn wrong_frees(recording: &Recording) -> Option<&WrongFrees> {
    let is_all =
        |frees: &&WrongFrees| frees.double + frees.strangers == recording.diagnostics.unknown_frees;
    recording.wrong_frees.as_ref().filter(is_all)
}

/// Both lie far below 2^53, beyond which a float would not hold every integer.
pub(super) fn difference(after: u64, before: u64) -> f64 {
    after as f64 - before as f64
}

/// The suite's own period counts, not the few nanoseconds by which a guest that reads the clock moves it.
pub(super) fn per_second(bytes: f64, scenario: &Scenario) -> Option<f64> {
    let period = match (&scenario.idle, scenario.marks) {
        (Some(idle), _) => idle.period,
        (None, Some(marks)) => marks.idle_end.saturating_sub(marks.idle_start),
        (None, None) => Duration::ZERO,
    };
    (!period.is_zero()).then(|| bytes / period.as_secs_f64())
}

/// A series in which only differences mean something, as a series of sizes.
fn from_least(series: &[i64]) -> Vec<u64> {
    let least = series.iter().min().copied().unwrap_or_default();
    series.iter().map(|value| value.abs_diff(least)).collect()
}

/// Growth over the cycles of what is live, less what is given for a mark by its place among all marks.
pub(super) fn steady_growth(
    scenario: &Scenario,
    recording: &Recording,
    less: impl Fn(usize) -> u64,
) -> Option<f64> {
    if scenario.cycles < GROWTH_CYCLES {
        return None;
    }
    let live: Vec<u64> = cycle_marks(recording)
        .map(|(place, mark)| mark.live.bytes.saturating_sub(less(place)))
        .collect();
    growth::steady(&live)
}

pub(super) fn of_kind(lost: Lost, losses: &Losses) -> Count {
    match lost {
        Lost::Definite => losses.definite,
        Lost::Indirect => losses.indirect,
        Lost::Possible => losses.possible,
    }
}

/// The baseline and the ends of the cycles, by their places among all marks.
pub(super) fn cycle_marks(recording: &Recording) -> impl Iterator<Item = (usize, &Mark)> {
    let is_counted = |mark: &Mark| matches!(mark.kind, MarkKind::Baseline | MarkKind::Cycle(_));
    let marks = recording.marks.iter().enumerate();
    marks.filter(move |(_, mark)| is_counted(mark))
}

pub(super) fn of_largest_site<'r>(of: OfSite, sites: impl Iterator<Item = &'r SiteRecord>) -> f64 {
    let figure = |site: &SiteRecord| match of {
        OfSite::Each => site.at_idle_end.bytes as f64,
        OfSite::Delta => difference(site.at_idle_end.bytes, site.at_baseline.bytes),
        OfSite::Peak => site.at_peak.bytes as f64,
        OfSite::Total => site.total.bytes as f64,
    };
    sites.map(figure).fold(0.0, f64::max)
}

/// What no live block needs, of the linear memory that the heap has taken.
fn fragmentation(mark: &Mark) -> f64 {
    if mark.heap_span == 0 {
        return 0.0;
    }
    (1.0 - mark.live.bytes as f64 / mark.heap_span as f64).max(0.0)
}
