//! What a pull request changes: the figures of its base beside its own.

use super::markdown::{code, code_cell, text};
use super::trials::{Trial, What};
use crate::report::value::{MetricReport, Report, ScenarioReport};
use crate::suite::{Metric, Unit};

/// What is compared where the suite has no limit on it.
const ALWAYS: [&str; 3] = ["delta", "peak", "total"];

/// Scenarios that are named which the base has and the head has not.
const GONE: usize = 10;

/// A figure that is another than in the base.
struct Row {
    trial: String,
    metric: String,
    base: String,
    head: String,
    change: String,
}

/// The table of what changed, in the order of the trials; at most that many rows.
pub(super) fn figures(trials: &[Trial], base: Option<&Report>, rows: usize) -> String {
    let Some(base) = base else {
        return "There is no report of the base to compare with yet: it is kept when the gate runs on the base branch.\n\n".into();
    };
    let changed: Vec<Row> = trials
        .iter()
        .flat_map(|trial| changed(trial, base))
        .collect();
    let gone = gone(trials, base);
    if changed.is_empty() {
        return match gone.is_empty() {
            true => "No figure differs from the base.\n\n".into(),
            false => told(&gone),
        };
    }
    let mut table =
        String::from("| scenario | metric | base | head | change |\n|---|---|--:|--:|--:|\n");
    for row in changed.iter().take(rows) {
        let [trial, metric] = [&row.trial, &row.metric].map(|name| code_cell(name));
        let [base, head, change] = [&row.base, &row.head, &row.change].map(|figure| text(figure));
        table.push_str(&format!(
            "| {trial} | {metric} | {base} | {head} | {change} |\n"
        ));
    }
    table.push('\n');
    if let Some(more) = changed.len().checked_sub(rows).filter(|more| *more > 0) {
        table.push_str(&format!("{more} more figures differ, see the report.\n\n"));
    }
    table + &told(&gone)
}

/// Scenarios of the base that are not there any more: nobody would miss what they held.
fn gone(trials: &[Trial], base: &Report) -> Vec<String> {
    let is_here = |name: &String| {
        trials.iter().any(|trial| match trial.what {
            What::Scenario(_) => trial.name == *name,
            // Which scenarios it has nobody knows.
            What::BrokenSuite(_) => name.starts_with(&format!("{}::", trial.suite)),
        })
    };
    let names = base.scenario_names().into_iter();
    names.filter(|name| !is_here(name)).collect()
}

fn told(gone: &[String]) -> String {
    if gone.is_empty() {
        return String::new();
    }
    let names: Vec<String> = gone.iter().take(GONE).map(|name| code(name)).collect();
    let more = match gone.len().saturating_sub(GONE) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "In the base, and not run here: {}{more}.\n\n",
        names.join(", ")
    )
}

/// Whether anything differs from the base.
pub(super) fn differ(trials: &[Trial], base: &Report) -> bool {
    let has_changed = |trial: &Trial| !changed(trial, base).is_empty();
    trials.iter().any(has_changed) || !gone(trials, base).is_empty()
}

fn changed(trial: &Trial, base: &Report) -> Vec<Row> {
    let What::Scenario(head) = trial.what else {
        return Vec::new();
    };
    // Where one side has no verdict there is nothing to compare: the section says so.
    if head.fault.is_some() {
        return Vec::new();
    }
    let before = scenario(base, trial.suite, &head.name);
    let is_told = |metric: &&MetricReport| {
        !metric.bounds.is_empty() || ALWAYS.contains(&metric.name.as_str())
    };
    let rows = head.metrics.iter().filter(is_told).filter_map(|metric| {
        let was = before.and_then(|before| before.metrics.iter().find(|it| it.name == metric.name));
        row(trial, metric, was)
    });
    rows.collect()
}

fn scenario<'a>(report: &'a Report, suite: &str, name: &str) -> Option<&'a ScenarioReport> {
    let suite = report.suites.iter().find(|it| it.name == suite)?;
    let scenario = suite.scenarios.iter().find(|it| it.name == name)?;
    Some(scenario).filter(|scenario| scenario.fault.is_none())
}

fn row(trial: &Trial, metric: &MetricReport, before: Option<&MetricReport>) -> Option<Row> {
    let unit = Unit::of_symbol(&metric.unit).unwrap_or(Unit::Count);
    let (head, base) = (metric.judged, before.map(|before| before.judged));
    if base == Some(head) {
        return None;
    }
    // Two figures that read alike are told to the byte.
    let is_close = base.is_some_and(|base| unit.format(base) == unit.format(head));
    let shown = |value| match is_close {
        true => unit.format_exact(value),
        false => unit.format(value),
    };
    Some(Row {
        trial: trial.name.clone(),
        metric: metric.name.clone(),
        base: base.map_or("not measured".into(), shown),
        head: shown(head),
        change: base.map_or("new".into(), |base| change(unit, &metric.name, base, head)),
    })
}

/// "+2.9 MB (+310%)"
fn change(unit: Unit, metric: &str, base: f64, head: f64) -> String {
    let difference = head - base;
    let sign = if difference > 0.0 { "+" } else { "" };
    let amount = format!("{sign}{}", unit.format(difference));
    // A share of what may be below zero, or nothing, says nothing.
    let is_amount = matches!(
        metric.parse(),
        Ok(Metric::Peak
            | Metric::Total
            | Metric::Memory
            | Metric::PeakBlocks
            | Metric::TotalBlocks)
    );
    match is_amount && base > 0.0 {
        true => format!("{amount} ({sign}{:.0}%)", difference / base * 100.0),
        false => amount,
    }
}
