//! What waits for review: sites and numbers that are not those that were accepted.

use super::layout::{BAD, DIM, GOOD, PLAIN, counted, line, spans};
use crate::report::value::{ScenarioReport, SnapshotChange};

/// What is to be reviewed, where no threshold is broken.
pub(super) fn review_sentence(report: &ScenarioReport) -> &'static str {
    let is_new = |change: &Option<SnapshotChange>| change.as_ref().map(|change| change.is_new);
    match (is_new(&report.numbers), is_new(&report.snapshot)) {
        (Some(true), Some(true)) => {
            "has no accepted sites and no accepted numbers yet: look at them once, and accept them"
        }
        (Some(true), _) => {
            "has limits that follow accepted numbers, and none were accepted yet: look at them once, and accept them"
        }
        (Some(false), _) => {
            "has limits that follow numbers which were not accepted yet: look at them once, and accept them"
        }
        (None, Some(true)) => "has no accepted sites yet: look at them once, and accept them",
        (None, _) => "allocates at other sites, or in other amounts, than were accepted",
    }
}

/// "sites and numbers"
pub(super) fn to_review(report: &ScenarioReport) -> Option<&'static str> {
    match (&report.snapshot, &report.numbers) {
        (Some(_), Some(_)) => Some("sites and numbers"),
        (Some(_), None) => Some("sites"),
        (None, Some(_)) => Some("numbers"),
        (None, None) => None,
    }
}

pub(super) fn numbers(text: &mut String, change: &SnapshotChange) {
    changed(text, change, "the numbers that its limits are to follow");
}

pub(super) fn snapshot(text: &mut String, change: &SnapshotChange) {
    let title = "bytes and blocks it allocated, what it kept of them, and where";
    changed(text, change, title);
}

/// Rows of what is to be reviewed; the review shows all of them.
const ROWS: usize = 30;

/// What is new as it is, what changed as a difference.
fn changed(text: &mut String, change: &SnapshotChange, title_of_new: &str) {
    let title = match change.is_new {
        true => title_of_new,
        false => "what was accepted (-) and what it does now (+)",
    };
    spans(text, &[(DIM, &format!("  {title}"))]);
    for row in change.diff.lines().take(ROWS) {
        let (style, row) = match (change.is_new, row.chars().next()) {
            (true, _) => (PLAIN, row.strip_prefix('+').unwrap_or(row)),
            (false, Some('+')) => (GOOD, row),
            (false, Some('-')) => (BAD, row),
            _ => (PLAIN, row),
        };
        spans(text, &[(PLAIN, "  "), (style, row)]);
    }
    let more = change.diff.lines().count().saturating_sub(ROWS);
    if more > 0 {
        line(
            text,
            &format!("  and {}, see the review", counted(more, "more line")),
        );
    }
    text.push('\n');
}
