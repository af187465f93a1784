//! Thresholds that judge nothing: those that cannot be measured, cannot fail or cannot hold.

use super::fault::Fault;
use super::format::format_bytes;
use super::metric::Metric;
use super::node::Cursor;
use super::scenario::Scenario;
use super::step::Step;
use super::threshold::Threshold;

/// The fewest cycles that show steady growth: two differences.
const MIN_CYCLES: u32 = 3;

/// Checks the thresholds of a scenario whose story is sound.
pub(super) fn check(scenario: &Scenario, at: Cursor, faults: &mut Vec<Fault>) {
    let at = at.get("thresholds");
    for threshold in &scenario.thresholds {
        let at = at.get(threshold.metric.name());
        let fault = not_measured(threshold.metric, scenario, at)
            .or_else(|| never_fails(threshold, scenario, at));
        faults.extend(fault);
    }
}

fn not_measured(metric: Metric, scenario: &Scenario, at: Cursor) -> Option<Fault> {
    match metric {
        Metric::IdleRate | Metric::IdleChurn => never_idle(metric, scenario, at),
        Metric::Growth => too_few_cycles(scenario, at),
        _ => None,
    }
}

fn never_idle(metric: Metric, scenario: &Scenario, at: Cursor) -> Option<Fault> {
    let idles = scenario.idle.is_some() || scenario.marks.is_some();
    let way_out = match scenario.command() {
        Some(_) => "say when the command idles: marks: { idle_start: 5min, idle_end: 35min }",
        None => "let the scenario idle: idle: { period: 30s }",
    };
    let message = format!("`{metric}` cannot be measured: the scenario never idles");
    (!idles).then(|| Fault::at(at.key_place(), message).with_note(way_out))
}

fn too_few_cycles(scenario: &Scenario, at: Cursor) -> Option<Fault> {
    let steps_repeat = scenario.cycles >= MIN_CYCLES && !scenario.steps.is_empty();
    let (why, way_out) = match scenario.steps.as_slice() {
        _ if steps_repeat => return None,
        [Step::Run(_)] => (
            "a command runs once".to_owned(),
            "bound `delta` or `end` instead".to_owned(),
        ),
        _ => (
            format!("it takes {MIN_CYCLES} cycles, here is {}", scenario.cycles),
            format!("let the steps repeat, such as `cycles: 50`; at least {MIN_CYCLES}"),
        ),
    };
    let message = format!("`growth` cannot be measured: {why}");
    Some(Fault::at(at.key_place(), message).with_note(way_out))
}

fn never_fails(threshold: &Threshold, scenario: &Scenario, at: Cursor) -> Option<Fault> {
    let Threshold { metric, .. } = threshold;
    let range = Range::of(*metric, scenario);
    let what = if range.all_within(threshold) {
        "can never fail"
    } else if range.none_within(threshold) {
        "can never hold"
    } else {
        return None;
    };
    let message = format!("`{metric}: {threshold}` {what}");
    Some(Fault::at(at.place(), message).with_note(range.explain(*metric, scenario)))
}

/// The values that a metric can take at all, both ends included.
struct Range {
    least: f64,
    most: f64,
}

impl Range {
    fn of(metric: Metric, scenario: &Scenario) -> Range {
        let memory = scenario.limits.memory as f64;
        // Something besides blocks always lies in memory, if only its first address.
        let live = memory - 1.0;
        match metric {
            Metric::Delta | Metric::Growth => Range {
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
            Metric::Peak | Metric::End | Metric::PeakBlocks | Metric::EndBlocks => Range {
                least: 0.0,
                most: live,
            },
            Metric::Memory | Metric::MemoryGrowth => Range {
                least: 0.0,
                most: memory,
            },
            Metric::Fragmentation => Range {
                least: 0.0,
                most: 1.0,
            },
            Metric::Total | Metric::TotalBlocks | Metric::IdleChurn => Range {
                least: 0.0,
                most: f64::INFINITY,
            },
        }
    }

    fn all_within(&self, threshold: &Threshold) -> bool {
        let end = if threshold.comparison.is_ceiling() {
            self.most
        } else {
            self.least
        };
        threshold.holds(end)
    }

    fn none_within(&self, threshold: &Threshold) -> bool {
        let end = if threshold.comparison.is_ceiling() {
            self.least
        } else {
            self.most
        };
        !threshold.holds(end)
    }

    fn explain(&self, metric: Metric, scenario: &Scenario) -> String {
        let memory = format_bytes(scenario.limits.memory as f64);
        match metric {
            Metric::Fragmentation => "it is a share, from 0 to 1".to_owned(),
            Metric::Total | Metric::TotalBlocks | Metric::IdleChurn => {
                format!("`{metric}` is never negative")
            }
            _ => format!("the scenario is stopped where its memory exceeds {memory}, see `limits`"),
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
