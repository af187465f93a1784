//! What was measured, and what may be.

use std::fmt::Write;

use super::layout::line;
use crate::report::value::{Bound, MetricReport, Relative, ScenarioReport};
use crate::suite::{Lost, Metric, OfPhase, OfSite, Phase, Unit};

pub(super) fn broken_bounds(
    report: &ScenarioReport,
) -> impl Iterator<Item = (&MetricReport, &Bound)> {
    report.metrics.iter().flat_map(|metric| {
        metric
            .bounds
            .iter()
            .filter(|bound| !bound.holds && bound.limit.is_some())
            .map(move |bound| (metric, bound))
    })
}

/// What was measured and what may be, in one sentence.
pub(super) fn sentence(metric: &MetricReport, bound: &Bound) -> String {
    let measured = amount(metric, metric.judged);
    let most = match bound.comparison.as_str() {
        "<" => format!("less than {}", limit(metric, bound)),
        "<=" if bound.limit == Some(0.0) && bound.relative.is_none() => "nothing".to_string(),
        "<=" => format!("at most {}", limit(metric, bound)),
        ">" => format!("more than {}", limit(metric, bound)),
        _ => format!("at least {}", limit(metric, bound)),
    };
    match metric.name.parse() {
        Ok(Metric::Delta) => format!("grew by {measured} where {most} may stay"),
        Ok(Metric::IdleRate) => format!("grows by {measured} while idle where {most} may be kept"),
        Ok(Metric::IdleChurn) => format!("allocates {measured} while idle where {most} is allowed"),
        Ok(Metric::Growth) => format!("grows by {measured} where {most} may stay"),
        Ok(Metric::Total | Metric::TotalBlocks) => {
            format!("allocated {measured} in all where {most} is allowed")
        }
        Ok(Metric::Peak | Metric::PeakBlocks) => {
            format!("held {measured} at its peak where {most} is allowed")
        }
        Ok(Metric::End | Metric::EndBlocks) => {
            format!("holds {measured} at its end where {most} may stay")
        }
        Ok(Metric::Leaked | Metric::LeakedBlocks) => {
            format!("leaks {measured} where {most} may be lost")
        }
        Ok(Metric::Lost(lost)) => {
            let lost = match lost {
                Lost::Definite => "definitely",
                Lost::Indirect => "indirectly",
                Lost::Possible => "possibly",
            };
            format!("has {lost} lost {measured} at its end where {most} may be")
        }
        Ok(Metric::Memory) => {
            format!("ended with {measured} of linear memory where {most} is allowed")
        }
        Ok(Metric::MemoryGrowth) => {
            format!("grew its linear memory by {measured} where {most} is allowed")
        }
        Ok(Metric::DoubleFrees) => {
            format!("freed what was free already: {measured} where {most} is allowed")
        }
        Ok(Metric::StrangerFrees) => {
            format!("freed what nobody saw allocated: {measured} where {most} is allowed")
        }
        Ok(Metric::HostRetained) => {
            format!("leaves {measured} of each instance in its host where {most} may stay")
        }
        Ok(Metric::Site(of)) => of_site(of, &measured, &most),
        Ok(Metric::Phase(phase, of)) => of_phase(phase, of, &measured, &most),
        // A probe's name is a suite's own.
        Err(_) if unit(metric) == Unit::Count => counted_by_probe(metric, &measured, &most),
        Ok(Metric::Fragmentation | Metric::Probe(..)) | Err(_) => format!(
            "has a {} of {measured} where {most} is allowed",
            metric.name
        ),
    }
}

/// "has 4,312 dom_handles where less than 3,000 are allowed"
fn counted_by_probe(metric: &MetricReport, measured: &str, most: &str) -> String {
    let most = if most == "nothing" { "none" } else { most };
    format!("has {measured} {} where {most} are allowed", metric.name)
}

fn of_site(of: OfSite, measured: &str, most: &str) -> String {
    match of {
        OfSite::Each => {
            format!("holds {measured} by one site at idle end where {most} is allowed")
        }
        OfSite::Delta => format!("grew by {measured} at one site where {most} may stay"),
        OfSite::Peak => {
            format!("held {measured} by one site at its peak where {most} is allowed")
        }
        OfSite::Total => format!("allocated {measured} at one site where {most} is allowed"),
    }
}

fn of_phase(phase: Phase, of: OfPhase, measured: &str, most: &str) -> String {
    let when = match phase {
        Phase::Start => "before the baseline",
        Phase::Cycles => "over its cycles",
        Phase::Settle => "while it settled",
        Phase::Idle => "while idle",
        Phase::Teardown => "in its teardown",
    };
    match of {
        OfPhase::Delta => format!("grew by {measured} {when} where {most} may stay"),
        OfPhase::Total | OfPhase::TotalBlocks => {
            format!("allocated {measured} {when} where {most} is allowed")
        }
        OfPhase::Peak => format!("held {measured} at once {when} where {most} is allowed"),
        OfPhase::MemoryGrowth => {
            format!("grew its linear memory by {measured} {when} where {most} is allowed")
        }
    }
}

fn unit(metric: &MetricReport) -> Unit {
    Unit::of_symbol(&metric.unit).unwrap_or(Unit::Ratio)
}

/// What was measured, and what of it is allowed.
fn judged(metric: &MetricReport) -> String {
    let measured = amount(metric, metric.judged);
    match metric.value - metric.judged {
        0.0 => measured,
        // The largest site is another one without those that are allowed.
        _ if metric.name.starts_with("sites.") => format!("{measured} beside what is allowed"),
        allowed if allowed > 0.0 => {
            format!("{measured} beside {} allowed", unit(metric).format(allowed))
        }
        _ => format!("{measured} without what is allowed"),
    }
}

/// Human where that is enough, to the byte where it would read like the limit.
fn amount(metric: &MetricReport, value: f64) -> String {
    let reads_like = |limit: f64| unit(metric).format(value) == unit(metric).format(limit);
    let limits = metric.bounds.iter().filter_map(|bound| bound.limit);
    let is_close = limits
        .into_iter()
        .any(|limit| limit != value && reads_like(limit));
    if is_close {
        unit(metric).format_exact(value)
    } else {
        unit(metric).format(value)
    }
}

/// What may be, as part of a sentence.
fn limit(metric: &MetricReport, bound: &Bound) -> String {
    let limit = bound.limit.map(|limit| unit(metric).format(limit));
    let limit = limit.unwrap_or_default();
    match &bound.relative {
        None => limit,
        Some(Relative { text, .. }) if text == "accepted" => format!("{limit} (as accepted)"),
        Some(Relative { text, .. }) => format!("{limit} ({text})"),
    }
}

/// The limit in its column: as the suite has it, and what that came to.
fn shown_limit(metric: &MetricReport, bound: &Bound) -> String {
    let limit = bound.limit.map(|limit| unit(metric).format(limit));
    let sign = &bound.comparison;
    match (&bound.relative, limit) {
        (None, limit) => format!("{sign} {}", limit.unwrap_or_default()),
        (Some(relative), None) => format!("{sign} {}", relative.text),
        (Some(relative), Some(limit)) => format!("{sign} {} ({limit})", relative.text),
    }
}

/// Every bound: what was measured, the limit, and how they compare.
pub(super) fn thresholds(text: &mut String, report: &ScenarioReport) {
    let bounds = report
        .metrics
        .iter()
        .flat_map(|metric| metric.bounds.iter().map(move |bound| (metric, bound)));
    let rows: Vec<[String; 4]> = bounds
        .map(|(metric, bound)| {
            [
                metric.name.clone(),
                judged(metric),
                shown_limit(metric, bound),
                compared(metric, bound),
            ]
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    for row in &rows {
        let mut columns = String::new();
        for (index, cell) in row[..3].iter().enumerate() {
            let width = rows
                .iter()
                .map(|row| row[index].chars().count())
                .max()
                .unwrap_or(0);
            write!(columns, "{cell:<width$}   ").expect("writing to a string");
        }
        line(text, &format!("  {columns}{}", row[3]));
    }
    text.push('\n');
}

fn compared(metric: &MetricReport, bound: &Bound) -> String {
    let is_ceiling = bound.comparison.starts_with('<');
    if bound.limit.is_none() {
        return "nothing accepted yet".to_string();
    }
    match (bound.holds, bound.excess > 0.0, is_ceiling) {
        (true, ..) => "ok".to_string(),
        (false, true, true) => format!("over by {}", unit(metric).format(bound.excess)),
        (false, true, false) => format!("under by {}", unit(metric).format(bound.excess)),
        (false, false, true) => "just reached".to_string(),
        (false, false, false) => "just not reached".to_string(),
    }
}
