//! Sites that may hold memory, and those that hold more than they may.

use super::layout::{line, titled};
use crate::report::value::{AllowanceReport, AllowanceStanding, ScenarioReport};
use crate::suite::{Unit, format_bytes};

/// Allowances that fail by themselves.
pub(super) fn broken_allowances(report: &ScenarioReport) -> impl Iterator<Item = &AllowanceReport> {
    let is_broken = |allowance: &&AllowanceReport| {
        matches!(
            allowance.standing,
            AllowanceStanding::Exceeded | AllowanceStanding::Stale
        )
    };
    report.allowances.iter().filter(is_broken)
}

/// What an allowance fails for, in one sentence.
pub(super) fn sentence(allowance: &AllowanceReport) -> String {
    let site = &allowance.site;
    let most: Vec<String> = allowance
        .bounds
        .iter()
        .map(|bound| in_words(bound))
        .collect();
    match allowance.standing {
        AllowanceStanding::Stale => {
            format!("has an allowance that matches no site: {site}")
        }
        _ => format!(
            "holds {} at {site} where {} may stay",
            held(allowance),
            most.join(" and ")
        ),
    }
}

/// `< 2 MB` as part of a sentence.
fn in_words(bound: &str) -> String {
    match (bound.strip_prefix("<= "), bound.strip_prefix("< ")) {
        (Some(most), _) => format!("at most {most}"),
        (_, Some(limit)) => format!("less than {limit}"),
        _ => bound.to_string(),
    }
}

/// Every allowance: what is held, where, why, and until when it may be.
pub(super) fn allowances(text: &mut String, report: &ScenarioReport) {
    for allowance in &report.allowances {
        let AllowanceReport {
            site,
            reason,
            until,
            ..
        } = allowance;
        let (held, bounds) = (held(allowance), allowance.bounds.join(", "));
        let day = until.clone().unwrap_or_default();
        let (title, words) = match allowance.standing {
            AllowanceStanding::Counts if until.is_some() => (
                "allowed",
                format!("{site} holds {held}, may hold {bounds} until {day}: \"{reason}\""),
            ),
            AllowanceStanding::Counts => (
                "allowed",
                format!("{site} holds {held}, may hold {bounds}: \"{reason}\""),
            ),
            AllowanceStanding::Exceeded => (
                "exceeded",
                format!(
                    "{site} holds {held}, may hold {bounds}; none of it is left out now: \"{reason}\""
                ),
            ),
            AllowanceStanding::Stale => ("stale", format!("no site matches {site}: \"{reason}\"")),
            AllowanceStanding::Expired => (
                "expired",
                format!("{site} holds {held}, which was allowed until {day}: \"{reason}\""),
            ),
        };
        titled(text, title, &words);
    }
    if !report.allowances.is_empty() {
        line(text, "");
    }
}

/// What to do about those that fail by themselves.
pub(super) fn what_next(text: &mut String, report: &ScenarioReport, suite: &str) {
    let is_broken = |standing| broken_allowances(report).any(|it| it.standing == standing);
    if is_broken(AllowanceStanding::Exceeded) {
        titled(
            text,
            "allow",
            &format!("if it is meant, raise the allowance in {suite}"),
        );
    }
    let is_expired = |allowance: &AllowanceReport| allowance.standing == AllowanceStanding::Expired;
    if report.allowances.iter().any(is_expired) {
        let words = format!("free what was allowed for a time, or set a later `until` in {suite}");
        titled(text, "do", &words);
    }
    if is_broken(AllowanceStanding::Stale) {
        let words = format!(
            "take the stale allowance out of {suite}, or name the site as the snapshot does"
        );
        titled(text, "do", &words);
    }
}

fn held(allowance: &AllowanceReport) -> String {
    let bytes = format_bytes(allowance.held.bytes as f64);
    format!(
        "{bytes} in {}",
        Unit::Blocks.format(allowance.held.blocks as f64)
    )
}
