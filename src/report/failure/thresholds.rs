//! What was measured, and what may be.

use std::fmt::Write;

use super::layout::line;
use crate::report::value::{Bound, MetricReport, ScenarioReport};
use crate::suite::{Lost, Metric, OfPhase, OfSite, Phase, Unit};

pub(super) fn broken_bounds(
    report: &ScenarioReport,
) -> impl Iterator<Item = (&MetricReport, &Bound)> {
    report.metrics.iter().flat_map(|metric| {
        metric
            .bounds
            .iter()
            .filter(|bound| !bound.holds)
            .map(move |bound| (metric, bound))
    })
}

/// What was measured and what may be, in one sentence.
pub(super) fn sentence(metric: &MetricReport, bound: &Bound) -> String {
    let measured = amount(metric, metric.value);
    let most = match bound.comparison.as_str() {
        "<" => format!("less than {}", limit(metric, bound)),
        "<=" if bound.limit == 0.0 => "nothing".to_string(),
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
        Ok(Metric::Site(of)) => of_site(of, &measured, &most),
        Ok(Metric::Phase(phase, of)) => of_phase(phase, of, &measured, &most),
        // A probe's name is a suite's own.
        Err(_) if unit(metric) == Unit::Count => counted_by_probe(metric, bound, &measured),
        Ok(Metric::Fragmentation | Metric::Probe(..)) | Err(_) => format!(
            "has a {} of {measured} where {most} is allowed",
            metric.name
        ),
    }
}

/// "has 4,312 dom_handles where less than 3,000 are allowed"
fn counted_by_probe(metric: &MetricReport, bound: &Bound, measured: &str) -> String {
    let limit = limit(metric, bound);
    let most = match bound.comparison.as_str() {
        "<" => format!("less than {limit} are allowed"),
        "<=" if bound.limit == 0.0 => "none are allowed".to_string(),
        "<=" => format!("at most {limit} are allowed"),
        ">" => format!("more than {limit} are expected"),
        _ => format!("at least {limit} are expected"),
    };
    format!("has {measured} {} where {most}", metric.name)
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

/// Human where that is enough, to the byte where it would read like the limit.
fn amount(metric: &MetricReport, value: f64) -> String {
    let reads_like_a_limit =
        |bound: &Bound| unit(metric).format(value) == unit(metric).format(bound.limit);
    let is_close = metric
        .bounds
        .iter()
        .any(|bound| bound.limit != value && reads_like_a_limit(bound));
    if is_close {
        unit(metric).format_exact(value)
    } else {
        unit(metric).format(value)
    }
}

fn limit(metric: &MetricReport, bound: &Bound) -> String {
    unit(metric).format(bound.limit)
}

/// Every bound: what was measured, the limit, and how they compare.
pub(super) fn thresholds(text: &mut String, report: &ScenarioReport) {
    let bounds = report
        .metrics
        .iter()
        .flat_map(|metric| metric.bounds.iter().map(move |bound| (metric, bound)));
    let rows: Vec<[String; 4]> = bounds
        .map(|(metric, bound)| {
            let shown_limit = format!("{} {}", bound.comparison, limit(metric, bound));
            [
                metric.name.clone(),
                amount(metric, metric.value),
                shown_limit,
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
    match (bound.holds, bound.excess > 0.0, is_ceiling) {
        (true, ..) => "ok".to_string(),
        (false, true, true) => format!("over by {}", unit(metric).format(bound.excess)),
        (false, true, false) => format!("under by {}", unit(metric).format(bound.excess)),
        (false, false, true) => "just reached".to_string(),
        (false, false, false) => "just not reached".to_string(),
    }
}
