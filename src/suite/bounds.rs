//! Thresholds that judge nothing: those that cannot be measured, cannot fail or cannot hold.

use super::contradictions;
use super::fault::Fault;
use super::format::format_bytes;
use super::metric::{Metric, OfPhase, OfSite, Phase};
use super::node::Cursor;
use super::scenario::Scenario;
use super::step::Step;
use super::threshold::Threshold;

/// The fewest cycles that show steady growth: two differences. The note below says it in words.
const MIN_CYCLES: u32 = 3;

/// Checks the thresholds of a scenario whose story is sound.
pub(super) fn check(scenario: &Scenario, has_sites: bool, at: Cursor, faults: &mut Vec<Fault>) {
    let at = at.get("thresholds");
    contradictions::check(&scenario.thresholds, at, faults);
    for threshold in &scenario.thresholds {
        let at = contradictions::place(threshold, &scenario.thresholds, at);
        let fault = not_measured(&threshold.metric, scenario, at)
            .or_else(|| never_fails(threshold, scenario, has_sites, at));
        faults.extend(fault);
    }
}

fn not_measured(metric: &Metric, scenario: &Scenario, at: Cursor) -> Option<Fault> {
    match metric {
        Metric::IdleRate | Metric::IdleChurn | Metric::Phase(Phase::Idle, _) => {
            never_idle(metric, scenario, at)
        }
        Metric::Phase(Phase::Settle, _) => never_settles(scenario, at),
        Metric::Phase(Phase::Start, OfPhase::MemoryGrowth) => {
            let message = format!(
                "`{metric}` cannot be measured: linear memory is only created in that part"
            );
            Some(Fault::at(at.key_place(), message).with_note("bound `memory` instead"))
        }
        Metric::Growth => too_few_cycles(scenario, at),
        Metric::HostRetained => one_life_only(scenario, at),
        _ => None,
    }
}

fn never_idle(metric: &Metric, scenario: &Scenario, at: Cursor) -> Option<Fault> {
    let idles = scenario.idle.is_some() || scenario.marks.is_some();
    let way_out = match scenario.command() {
        Some(_) => "say when the command idles: marks: { idle_start: 5min, idle_end: 35min }",
        None => "let the scenario idle: idle: { period: 30s }",
    };
    let message = format!("`{metric}` cannot be measured: the scenario never idles");
    (!idles).then(|| Fault::at(at.key_place(), message).with_note(way_out))
}

fn never_settles(scenario: &Scenario, at: Cursor) -> Option<Fault> {
    let settles = scenario
        .idle
        .as_ref()
        .is_some_and(|idle| !idle.settle.is_zero());
    let message = "the scenario never settles: nothing happens in that part of it";
    (!settles).then(|| {
        Fault::at(at.key_place(), message)
            .with_note("let it settle: idle: { settle: 5s, period: 30s }")
    })
}

fn one_life_only(scenario: &Scenario, at: Cursor) -> Option<Fault> {
    let message = "`host_retained` cannot be measured: the scenario makes one instance only";
    let way_out = "let it make and drop several: lifecycle: { instances: 20 }";
    let is_one = scenario.lifecycle.is_none();
    is_one.then(|| Fault::at(at.key_place(), message).with_note(way_out))
}

fn too_few_cycles(scenario: &Scenario, at: Cursor) -> Option<Fault> {
    let cycles = scenario.cycles;
    let (why, way_out) = match scenario.steps.as_slice() {
        [] => (
            "without steps".to_owned(),
            "a cycle is one repetition of `steps`",
        ),
        [Step::Run(_)] => (
            "of a command, which runs once".to_owned(),
            "bound `delta` instead",
        ),
        _ if cycles >= MIN_CYCLES => return None,
        _ => (
            format!("with `cycles: {cycles}`"),
            "steady growth shows over 3 cycles or more, such as `cycles: 50`",
        ),
    };
    let message = format!("`growth` cannot be measured {why}");
    Some(Fault::at(at.key_place(), message).with_note(way_out))
}

fn never_fails(
    threshold: &Threshold,
    scenario: &Scenario,
    has_sites: bool,
    at: Cursor,
) -> Option<Fault> {
    let Threshold {
        metric, comparison, ..
    } = threshold;
    // What follows the accepted run lies where that lies.
    let limit = threshold.resolve(None)?;
    let range = Range::of(metric, scenario, has_sites);
    // A ceiling is harmless where even the most is below it, and hopeless where even the least is above.
    let (most, least) = match comparison.is_ceiling() {
        true => (range.most, range.least),
        false => (range.least, range.most),
    };
    let (what, end) = match (
        comparison.holds(most, limit),
        comparison.holds(least, limit),
    ) {
        (true, _) => ("can never fail", most),
        (_, false) => ("can never hold", least),
        _ => return None,
    };
    let fault = Fault::at(at.place(), format!("`{metric}: {threshold}` {what}"));
    Some(fault.with_note(explain(metric, end, scenario)))
}

/// Why a metric cannot pass that end of its range.
fn explain(metric: &Metric, end: f64, scenario: &Scenario) -> String {
    if end == 0.0 {
        return format!("`{metric}` is never negative");
    }
    if *metric == Metric::Fragmentation {
        return "a share is never more than 1".to_owned();
    }
    let memory = format_bytes(scenario.limits.memory as f64);
    let end = metric.unit().format(end);
    format!("the memory limit of {memory} keeps it within {end}, see `limits`")
}

/// The values that a metric can take at all, both ends included.
struct Range {
    least: f64,
    most: f64,
}

impl Range {
    fn of(metric: &Metric, scenario: &Scenario, has_sites: bool) -> Range {
        let memory = scenario.limits.memory as f64;
        let live = match has_sites {
            // Their counters know of no free: what counts as live is all that was ever allocated.
            true => f64::INFINITY,
            // Something besides blocks always lies in memory, if only its first address.
            false => memory - 1.0,
        };
        match metric {
            Metric::Delta
            | Metric::Growth
            | Metric::Site(OfSite::Delta)
            | Metric::Phase(_, OfPhase::Delta) => Range {
                least: -live,
                most: live,
            },
            Metric::IdleRate => {
                let seconds = idle_seconds(scenario);
                Range {
                    least: -live / seconds,
                    most: live / seconds,
                }
            }
            Metric::Peak
            | Metric::End
            | Metric::PeakBlocks
            | Metric::EndBlocks
            | Metric::Leaked
            | Metric::LeakedBlocks
            | Metric::Lost(_)
            | Metric::Site(OfSite::Each | OfSite::Peak)
            | Metric::Phase(_, OfPhase::Peak) => Range {
                least: 0.0,
                most: live,
            },
            Metric::Memory | Metric::MemoryGrowth | Metric::Phase(_, OfPhase::MemoryGrowth) => {
                Range {
                    least: 0.0,
                    most: memory,
                }
            }
            // What a module says of itself may be anything.
            Metric::Probe(..) => Range {
                least: f64::NEG_INFINITY,
                most: f64::INFINITY,
            },
            // It is the host's, which no limit binds.
            Metric::HostRetained => Range {
                least: f64::NEG_INFINITY,
                most: f64::INFINITY,
            },
            Metric::Fragmentation => Range {
                least: 0.0,
                most: 1.0,
            },
            Metric::Total
            | Metric::TotalBlocks
            | Metric::IdleChurn
            | Metric::DoubleFrees
            | Metric::StrangerFrees
            | Metric::Site(OfSite::Total)
            | Metric::Phase(_, OfPhase::Total | OfPhase::TotalBlocks) => Range {
                least: 0.0,
                most: f64::INFINITY,
            },
        }
    }
}

fn idle_seconds(scenario: &Scenario) -> f64 {
    let idle = scenario.idle.as_ref().map(|idle| idle.period);
    let marks = scenario
        .marks
        .map(|marks| marks.idle_end - marks.idle_start);
    idle.or(marks).unwrap_or_default().as_secs_f64()
}
