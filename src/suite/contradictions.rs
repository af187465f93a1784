//! Several bounds of one metric: each must add something, and all must be able to hold at once.

use super::fault::Fault;
use super::node::{Cursor, Kind};
use super::threshold::{Limit, Threshold};

/// Checks the bounds of each metric against each other, `at` being the place of all thresholds.
pub(super) fn check(thresholds: &[Threshold], at: Cursor, faults: &mut Vec<Fault>) {
    check_empty(at, faults);
    for (index, threshold) in thresholds.iter().enumerate() {
        let earlier = &thresholds[..index];
        let same_metric = |other: &&Threshold| other.metric == threshold.metric;
        let contradicted = earlier
            .iter()
            .filter(same_metric)
            .find_map(|other| Some((other, contradiction(other, threshold)?)));
        if let Some((other, (message, note))) = contradicted {
            let first = place(other, thresholds, at).place();
            let fault = Fault::at(place(threshold, thresholds, at).place(), message);
            faults.push(fault.with_first(first).with_note(note));
        }
    }
}

/// The place of a threshold: an item where its metric has a list of them.
pub(super) fn place<'n>(
    threshold: &Threshold,
    thresholds: &[Threshold],
    at: Cursor<'n>,
) -> Cursor<'n> {
    let mut same_metric = thresholds
        .iter()
        .filter(|other| other.metric == threshold.metric);
    let index = same_metric
        .position(|other| std::ptr::eq(other, threshold))
        .unwrap_or_default();
    at.walk(&threshold.metric.name()).item(index)
}

fn check_empty(at: Cursor, faults: &mut Vec<Fault>) {
    for (key, value) in at.node.entries() {
        match &value.kind {
            Kind::List(items) if items.is_empty() => {
                let fault = Fault::at(key.id, "there is no bound in this list");
                faults.push(fault.with_note("for example: [< 64MB, <= accepted + 5%]"));
            }
            _ => check_empty(
                Cursor {
                    key: Some(key),
                    node: value,
                },
                faults,
            ),
        }
    }
}

/// Why two bounds of one metric make no sense beside each other, and what would.
fn contradiction(one: &Threshold, other: &Threshold) -> Option<(String, &'static str)> {
    let same_side = one.comparison.is_ceiling() == other.comparison.is_ceiling();
    let metric = &one.metric;
    match (one.limit, other.limit) {
        (Limit::Absolute(_), Limit::Absolute(_)) | (Limit::Accepted(_), Limit::Accepted(_))
            if same_side =>
        {
            let message =
                format!("`{metric}` is bounded twice on the same side: `{one}`, `{other}`");
            Some((message, "the tighter one is enough"))
        }
        (Limit::Absolute(limit), Limit::Absolute(other_limit)) => {
            // Where both limits are the same, that very value is all that is left, if both include it.
            let holds = one.comparison.holds(other_limit, limit)
                && other.comparison.holds(limit, other_limit);
            let message = format!("`{metric}` cannot be both `{one}` and `{other}`");
            (!holds).then_some((message, "a floor lies below its ceiling"))
        }
        _ => None,
    }
}
