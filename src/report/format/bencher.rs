//! Bencher Metric Format: a benchmark a scenario, a measure a metric.

use std::collections::BTreeMap;

use serde::Serialize;

use super::text::{clean, json};
use crate::report::value::{Report, ScenarioReport};

/// Bencher takes no longer names, in characters.
const LONGEST: usize = 1024;

#[derive(Serialize)]
struct Measured {
    value: f64,
}

/// A scenario of which nothing is known is left out: zeros would be a lie.
pub(super) fn render(report: &Report) -> Vec<u8> {
    let told = report.told().filter(|told| told.scenario.fault.is_none());
    let benchmarks = told.map(|told| (name(&told.name), measures(told.scenario)));
    json(&benchmarks.collect::<BTreeMap<_, _>>())
}

fn name(name: &str) -> String {
    clean(name).chars().take(LONGEST).collect()
}

fn measures(scenario: &ScenarioReport) -> BTreeMap<String, Measured> {
    let metrics = scenario.metrics.iter();
    let measured = metrics.map(|metric| {
        let value = metric.value;
        (clean(&metric.name), Measured { value })
    });
    measured.collect()
}
