//! What was measured, and what may be.

use std::fmt::Write;

use super::layout::{BAD, DIM, GOOD, PLAIN, counted, spans};
use crate::report::value::{Bound, MetricReport, Relative, ScenarioReport};
use crate::suite::{Lost, Metric, OfPhase, OfSite, Phase, Unit};

pub(in crate::report) fn broken_bounds(
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
    let stay = wanted(metric, bound, "may stay");
    let allowed = wanted(metric, bound, is_allowed(metric));
    match metric.name.parse() {
        Ok(Metric::Delta) => format!("grew by {measured} where {stay}"),
        Ok(Metric::IdleRate) => {
            let kept = wanted(metric, bound, "may be kept");
            format!("grows by {measured} while idle where {kept}")
        }
        Ok(Metric::IdleChurn) => format!("allocates {measured} while idle where {allowed}"),
        Ok(Metric::Growth) => format!("grows by {measured} where {stay}"),
        Ok(Metric::Total | Metric::TotalBlocks) => {
            format!("allocated {measured} in all where {allowed}")
        }
        Ok(Metric::Peak | Metric::PeakBlocks) => {
            format!("held {measured} at its peak where {allowed}")
        }
        Ok(Metric::End | Metric::EndBlocks) => format!("holds {measured} at its end where {stay}"),
        Ok(Metric::Leaked | Metric::LeakedBlocks) => {
            let lost = wanted(metric, bound, "may be lost");
            format!("leaks {measured} where {lost}")
        }
        Ok(Metric::Lost(kind)) => {
            let kind = match kind {
                Lost::Definite => "definitely",
                Lost::Indirect => "indirectly",
                Lost::Possible => "possibly",
            };
            let lost = wanted(metric, bound, "may be lost");
            format!("had {kind} lost {measured} at its end where {lost}")
        }
        Ok(Metric::Memory) => format!("ended with {measured} of linear memory where {allowed}"),
        Ok(Metric::MemoryGrowth) => {
            format!("grew its linear memory by {measured} where {allowed}")
        }
        Ok(Metric::DoubleFrees) => {
            format!("freed what was free already: {measured} where {allowed}")
        }
        Ok(Metric::StrangerFrees) => {
            format!("freed what nobody saw allocated: {measured} where {allowed}")
        }
        Ok(Metric::HostRetained) => {
            format!("leaves {measured} of each instance in its host where {stay}")
        }
        Ok(Metric::Site(of)) => of_site(of, &measured, &stay, &allowed),
        Ok(Metric::Phase(phase, of)) => of_phase(phase, of, &measured, &stay, &allowed),
        // A probe's name is a suite's own.
        Err(_) if unit(metric) == Unit::Count => {
            let allowed = allowed.replacen("nothing are", "none are", 1);
            format!("has {measured} {} where {allowed}", metric.name)
        }
        Ok(Metric::Fragmentation | Metric::Probe(..)) | Err(_) => {
            format!("has a {} of {measured} where {allowed}", metric.name)
        }
    }
}

/// "at most 64 MB may stay"; of a floor, "at least 64 MB is wanted".
fn wanted(metric: &MetricReport, bound: &Bound, may: &str) -> String {
    let limit = limit(metric, bound);
    let be = be(metric);
    match bound.comparison.as_str() {
        "<" => format!("less than {limit} {may}"),
        "<=" if bound.limit == Some(0.0) && bound.relative.is_none() => match may {
            "are allowed" if unit(metric) != Unit::Count => "nothing is allowed".to_string(),
            _ => format!("nothing {may}"),
        },
        "<=" => format!("at most {limit} {may}"),
        ">" => format!("more than {limit} {be} wanted"),
        _ => format!("at least {limit} {be} wanted"),
    }
}

fn is_allowed(metric: &MetricReport) -> &'static str {
    match be(metric) {
        "are" => "are allowed",
        _ => "is allowed",
    }
}

/// Blocks are, memory is.
fn be(metric: &MetricReport) -> &'static str {
    match unit(metric) {
        Unit::Blocks | Unit::Frees | Unit::Count => "are",
        _ => "is",
    }
}

fn of_site(of: OfSite, measured: &str, stay: &str, allowed: &str) -> String {
    match of {
        OfSite::Each => {
            format!("has one site that holds {measured} at idle end where {allowed}")
        }
        OfSite::Delta => format!("has one site that grew by {measured} where {stay}"),
        OfSite::Peak => format!("has one site that held {measured} at its peak where {allowed}"),
        OfSite::Total => format!("has one site that allocated {measured} where {allowed}"),
    }
}

fn of_phase(phase: Phase, of: OfPhase, measured: &str, stay: &str, allowed: &str) -> String {
    let when = during(phase);
    match of {
        OfPhase::Delta => format!("grew by {measured} {when} where {stay}"),
        OfPhase::Total | OfPhase::TotalBlocks => {
            format!("allocated {measured} {when} where {allowed}")
        }
        OfPhase::Peak => format!("held {measured} at once {when} where {allowed}"),
        OfPhase::MemoryGrowth => {
            format!("grew its linear memory by {measured} {when} where {allowed}")
        }
    }
}

/// When that part of the story was.
pub(super) fn during(phase: Phase) -> &'static str {
    match phase {
        Phase::Start => "before the baseline",
        Phase::Cycles => "over its cycles",
        Phase::Settle => "while it settled",
        Phase::Idle => "while idle",
        Phase::Teardown => "in its teardown",
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

/// Every bound: its metric, what was measured, the limit, and how they compare.
pub(in crate::report) fn threshold_rows(report: &ScenarioReport) -> Vec<[String; 4]> {
    let bounds = report
        .metrics
        .iter()
        .flat_map(|metric| metric.bounds.iter().map(move |bound| (metric, bound)));
    let row = |(metric, bound): (&MetricReport, &Bound)| {
        [
            metric.name.clone(),
            judged(metric),
            shown_limit(metric, bound),
            compared(metric, bound),
        ]
    };
    bounds.map(row).collect()
}

/// Bounds that hold and are shown; the rest is counted.
const HOLDING: usize = 4;

/// Every bound: what was measured, the limit, and how they compare.
pub(super) fn thresholds(text: &mut String, report: &ScenarioReport) {
    let metrics = report.metrics.iter();
    let bounds = metrics.flat_map(|metric| metric.bounds.iter().map(move |bound| (metric, bound)));
    let mut holding = 0;
    let shown: Vec<(&MetricReport, &Bound)> = bounds
        .filter(|(_, bound)| {
            holding += usize::from(bound.holds);
            !bound.holds || holding <= HOLDING
        })
        .collect();
    if shown.is_empty() {
        return;
    }
    let cells = |(metric, bound): &(&MetricReport, &Bound)| {
        [
            metric.name.clone(),
            judged(metric),
            shown_limit(metric, bound),
        ]
    };
    let rows: Vec<[String; 3]> = shown.iter().map(cells).collect();
    for (row, (metric, bound)) in rows.iter().zip(&shown) {
        let mut columns = "  ".to_string();
        for (index, cell) in row.iter().enumerate() {
            let cells = rows.iter().map(|row| row[index].chars().count());
            let width = cells.max().unwrap_or(0);
            write!(columns, "{cell:<width$}   ").expect("writing to a string");
        }
        let style = match (bound.limit, bound.holds) {
            (None, _) => PLAIN,
            (_, true) => GOOD,
            (_, false) => BAD,
        };
        spans(
            text,
            &[(PLAIN, &columns), (style, &compared(metric, bound))],
        );
    }
    if holding > HOLDING {
        let more = counted(holding - HOLDING, "more bound");
        let hold = if holding - HOLDING == 1 {
            "holds"
        } else {
            "hold"
        };
        spans(text, &[(DIM, &format!("  and {more} that {hold}"))]);
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
