//! The failure text of a trial: what broke and by how much, where, and what to do. The product's face.

mod advice;
mod allowances;
pub(super) mod behind;
mod column;
mod described;
pub(super) mod fault;
pub(super) mod frames;
pub(super) mod holders;
pub(super) mod layout;
mod ranking;
mod review;
mod thresholds;
mod worst;
pub(super) mod wrong_frees;

use std::time::Duration;

use self::allowances::{allowances, broken_allowances};
use self::fault::fault_text;
pub use self::layout::without_styles;
use self::layout::{DIM, PLAIN, WIDTH, headline, line, spans, titled, titled_whole};
pub(crate) use self::layout::{counted, rows as text_rows};
use self::ranking::Ranking;
use self::review::{numbers, review_sentence, snapshot, to_review};
pub(super) use self::thresholds::{broken_bounds, threshold_rows};
use self::thresholds::{sentence, thresholds};
pub(super) use self::worst::worst_sites;
use self::wrong_frees::wrong_frees;
use super::fault_kind::FaultKind;
use super::sparkline::sparkline;
use super::value::{AllowanceStanding, Bound, MetricReport, ScenarioReport};
use crate::suite::{format_bytes, format_duration};

/// Bars of the row that shows live bytes over the marks, if there is room for as many.
const BARS: usize = 24;

/// What a reader can type next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commands {
    /// Runs this scenario again.
    pub again: String,
    /// Reviews the sites that changed.
    pub review: String,
    /// Where the suite is, as the reader knows it.
    pub suite: String,
    /// Where the whole report is, for people.
    pub report: String,
}

/// The text of a trial that did not pass. No name in it speaks to a terminal, nor to a runner that reads a log.
pub fn failure(name: &str, report: &ScenarioReport, commands: &Commands) -> String {
    without_styles(&styled_failure(name, report, commands))
}

/// The text of a suite that cannot be read, with styles.
pub fn unreadable_suite(name: &str, errors: &str) -> String {
    let mut text = String::new();
    headline(
        &mut text,
        &format!("{name}: the gate broke: the suite cannot be read"),
    );
    text.push('\n');
    errors.lines().for_each(|row| line(&mut text, row));
    text.push('\n');
    explain(&mut text, FaultKind::Suite);
    text
}

/// [`failure`] with styles: the escape sequences of a terminal, which are all that [`without_styles`] takes away.
pub fn styled_failure(name: &str, report: &ScenarioReport, commands: &Commands) -> String {
    let mut text = String::new();
    headline(&mut text, &sentence_of(name, report));
    text.push('\n');
    if report.fault.is_none() {
        thresholds(&mut text, report);
    }
    explain_failure(&mut text, report, commands);
    text
}

/// What the trial did not pass for.
pub(super) fn sentence_of(name: &str, report: &ScenarioReport) -> String {
    match &report.fault {
        Some(fault) => format!("{name}: {}", fault.headline),
        None => format!("{name} {}", in_one_sentence(report)),
    }
}

/// The failure text without its sentence and the limits, for forms that have their own way to show these.
pub(super) fn explanation(report: &ScenarioReport, commands: &Commands) -> String {
    let mut text = String::new();
    explain_failure(&mut text, report, commands);
    without_styles(&text)
}

fn explain_failure(text: &mut String, report: &ScenarioReport, commands: &Commands) {
    match &report.fault {
        Some(fault) => fault_text(text, report, fault),
        None => regression_text(text, report),
    }
    wrong_frees(text, report);
    for note in &report.notes {
        titled(text, "note", note);
    }
    what_next(text, report, commands);
}

fn regression_text(text: &mut String, report: &ScenarioReport) {
    let broken: Vec<(&MetricReport, &Bound)> = broken_bounds(report).collect();
    allowances(text, report);
    timeline(text, report);
    if let Some(ranking) = ranking(report) {
        ranking.write(text, report);
    }
    for advice in broken
        .iter()
        .filter_map(|(_, bound)| bound.relative.as_ref()?.advice.as_ref())
    {
        titled(text, "note", advice);
        text.push('\n');
    }
    // A broken limit tells what was accepted by itself.
    if let Some(change) = report.numbers.as_ref().filter(|_| broken.is_empty()) {
        numbers(text, change);
    }
    // Growth explains itself by the sites that grew; all of them beside it would hide that.
    if let Some(change) = report.snapshot.as_ref().filter(|_| broken.is_empty()) {
        snapshot(text, change);
    }
}

/// The sites that have to do with what broke first; none where that is not about sites.
fn ranking(report: &ScenarioReport) -> Option<Ranking<'_>> {
    let broken = broken_bounds(report).next();
    let of_metric = broken.and_then(|(metric, _)| Ranking::of(report, metric));
    of_metric.or_else(|| Ranking::of_exceeded(report))
}

/// What broke first, in one sentence: what an allowance was exceeded by explains the thresholds that it no longer covers.
pub(super) fn in_one_sentence(report: &ScenarioReport) -> String {
    let exceeded = broken_allowances(report).find(|it| it.standing == AllowanceStanding::Exceeded);
    let bound = broken_bounds(report).next();
    let stale = broken_allowances(report).next();
    match (exceeded, bound, stale) {
        (Some(allowance), ..) => allowances::sentence(allowance),
        (_, Some((metric, bound)), _) => sentence(metric, bound),
        (_, _, Some(allowance)) => allowances::sentence(allowance),
        _ => review_sentence(report).to_string(),
    }
}

/// Live bytes over the marks, and what happened meanwhile.
pub(super) fn timeline(text: &mut String, report: &ScenarioReport) {
    let marks: Vec<_> = report
        .marks
        .iter()
        .filter(|mark| mark.name != "final")
        .collect();
    let (Some(first), Some(last)) = (marks.first(), marks.last()) else {
        return;
    };
    let live = marks.iter().map(|mark| mark.live.bytes.unsigned_abs());
    let live: Vec<u64> = live.collect();
    let bytes = |bytes: i64| format_bytes(bytes as f64);
    let change = format!("{} -> {}", bytes(first.live.bytes), bytes(last.live.bytes));
    let change = format!("  {change} over {}", story(report));
    let title = "  live  ";
    let room = WIDTH.saturating_sub(title.len() + change.chars().count());
    let bars = sparkline(&live, room.clamp(1, BARS));
    spans(text, &[(DIM, title), (PLAIN, &(bars + &change))]);
    text.push('\n');
}

/// "50 cycles and 30 s idle"
fn story(report: &ScenarioReport) -> String {
    let time = |name: &str| {
        report
            .marks
            .iter()
            .find(|mark| mark.name == name)
            .map(|mark| mark.time)
    };
    let idle = time("idle end")
        .unwrap_or(0)
        .saturating_sub(time("idle start").unwrap_or(0));
    let idle = (idle > 0).then(|| format!("{} idle", format_duration(Duration::from_nanos(idle))));
    let cycles = report
        .marks
        .iter()
        .filter(|mark| mark.name.starts_with("cycle "))
        .count();
    let cycles = match cycles {
        0 => None,
        1 => Some("one cycle".to_string()),
        _ => Some(format!("{cycles} cycles")),
    };
    let order = report.order.as_ref();
    let order = order.map(|order| format!(" ({}, seed {})", order.name, order.seed));
    let cycles = cycles.map(|cycles| cycles + &order.unwrap_or_default());
    [cycles, idle]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" and ")
}

fn what_next(text: &mut String, report: &ScenarioReport, commands: &Commands) {
    if let Some(advice) = report
        .fault
        .as_ref()
        .and_then(|fault| fault.advice.as_deref())
    {
        titled(text, "do", advice);
    }
    titled_whole(text, "again", &commands.again);
    if let Some(fault) = &report.fault {
        return explain(text, fault.kind);
    }
    if let Some(advice) = advice::on_frees(report) {
        titled(text, "do", advice);
    }
    if let Some(change) = advice::change(report, &commands.suite) {
        titled(text, "allow", &change);
    }
    allowances::what_next(text, report, &commands.suite);
    if let Some(what) = to_review(report) {
        let review = &commands.review;
        titled(
            text,
            "accept",
            &format!("if these {what} are meant: {review}"),
        );
    }
    titled_whole(text, "more", &commands.report);
}

/// What tells more about a fault of that kind.
fn explain(text: &mut String, kind: FaultKind) {
    titled_whole(text, "explain", &format!("memgate explain {}", kind.name()));
}
