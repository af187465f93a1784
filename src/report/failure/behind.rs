//! What a scenario failed for and the sites behind it, for forms that have their own way to show these.

use super::allowances;
use super::ranking::Ranking;
use super::review::{review_sentence, to_review};
use super::thresholds::{broken_bounds, sentence};
use crate::report::value::{AllowanceReport, Bound, MetricReport, ScenarioReport, SiteReport};

/// The limits that are broken, each with its sentence.
pub(in crate::report) fn broken_limits(
    report: &ScenarioReport,
) -> impl Iterator<Item = (&MetricReport, &Bound, String)> {
    broken_bounds(report).map(|(metric, bound)| (metric, bound, sentence(metric, bound)))
}

/// The allowances that fail by themselves, each with its sentence.
pub(in crate::report) fn broken_allowances(
    report: &ScenarioReport,
) -> impl Iterator<Item = (&AllowanceReport, String)> {
    let broken = allowances::broken_allowances(report);
    broken.map(|allowance| (allowance, allowances::sentence(allowance)))
}

/// What waits for review, in a sentence.
pub(in crate::report) fn review(report: &ScenarioReport) -> Option<&'static str> {
    to_review(report).map(|_| review_sentence(report))
}

/// The sites that have to do with a broken limit, worst first; none where the metric is not about sites.
pub(in crate::report) fn sites_behind<'r>(
    report: &'r ScenarioReport,
    metric: &MetricReport,
) -> Vec<&'r SiteReport> {
    Ranking::of(report, metric).map_or(Vec::new(), |ranking| ranking.sites)
}

/// The sites of an allowance, those first that hold most.
pub(in crate::report) fn sites_of<'r>(
    report: &'r ScenarioReport,
    allowance: &AllowanceReport,
) -> Vec<&'r SiteReport> {
    Ranking::of_allowance(report, allowance).sites
}
