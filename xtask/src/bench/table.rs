//! The figures as people read them.

use super::summary::Workload;
use super::targets::{Bound, Target};

/// What stands where nothing was measured.
const NOTHING: &str = "-";
/// With fewer events, time an event is noise.
const FEW_EVENTS: u64 = 10_000;

/// What each workload costs, a line each.
pub(crate) fn workloads(workloads: &[Workload]) -> String {
    let head = [
        "workload",
        "plain ms",
        "measured / plain",
        "quartiles",
        "events",
        "contexts",
        "log MB",
        "ns/event",
        "heaptrack",
        "share",
        "DHAT",
        "share",
    ];
    let rows = workloads.iter().map(|workload| {
        let [lower, upper] = workload.measured_over_plain_quartiles;
        let (heaptrack, of_heaptrack) = beside(workload.native_heaptrack, workload);
        let (dhat, of_dhat) = beside(workload.native_dhat, workload);
        vec![
            workload.name.clone(),
            format!("{:.1}", workload.plain_seconds * 1e3),
            format!("{:.2}", workload.measured_over_plain),
            format!("{lower:.2}-{upper:.2}"),
            workload.events.to_string(),
            workload.contexts.to_string(),
            format!("{:.1}", workload.log_bytes as f64 / 1e6),
            nanoseconds_per_event(workload),
            heaptrack,
            of_heaptrack,
            dhat,
            of_dhat,
        ]
    });
    columns(&head, rows)
}

/// The targets, a line each.
pub(crate) fn targets(targets: &[Target]) -> String {
    let rows = targets.iter().map(|target| {
        let bound = match target.bound {
            Bound::AtMost(most) => format!("<= {most}"),
            Bound::AtLeast(least) => format!(">= {least}"),
        };
        let reached = target.reached.map_or(NOTHING.into(), short);
        let word = if target.is_missed() { "missed" } else { "" };
        vec![target.figure.clone(), reached, bound, word.into()]
    });
    columns(&["figure", "reached", "target", ""], rows)
}

/// A tool's slowdown, and memgate's as a share of it.
fn beside(slowdown: Option<f64>, workload: &Workload) -> (String, String) {
    slowdown.map_or((NOTHING.into(), NOTHING.into()), |slowdown| {
        let share = slowdown / workload.measured_over_plain;
        (format!("{slowdown:.1}"), format!("1/{share:.1}"))
    })
}

fn nanoseconds_per_event(workload: &Workload) -> String {
    workload
        .nanoseconds_per_event
        .filter(|_| workload.events >= FEW_EVENTS)
        .map_or(NOTHING.into(), |nanoseconds| format!("{nanoseconds:.1}"))
}

/// Three digits or so.
fn short(value: f64) -> String {
    let digits = match value {
        ..10.0 => 2,
        ..100.0 => 1,
        _ => 0,
    };
    format!("{value:.digits$}")
}

/// Aligns names to the left and figures to the right.
fn columns(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let head = head.iter().map(|title| (*title).to_string()).collect();
    let lines: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].len()).max();
    let widths: Vec<usize> = (0..lines[0].len()).filter_map(width).collect();
    let mut text = String::new();
    for line in &lines {
        let cells = line.iter().zip(&widths).enumerate();
        let aligned: Vec<String> = cells
            .map(|(column, (cell, width))| match column {
                0 => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            })
            .collect();
        text.push_str(aligned.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(table: String, expected: &[&str]) {
        assert_eq!(table.lines().collect::<Vec<_>>(), expected, "\n{table}");
    }

    #[test]
    fn a_line_for_each_workload() {
        let measured = Workload {
            name: "malloc".into(),
            plain_seconds: 0.0286,
            measured_over_plain: 1.25,
            measured_over_plain_quartiles: [1.21, 1.299],
            events: 1_000_000,
            contexts: 1,
            log_bytes: 12_000_000,
            nanoseconds_per_event: Some(3.63),
            native_heaptrack: Some(15.0),
            native_dhat: Some(70.0),
            ..Workload::default()
        };
        let without_tools = Workload {
            name: "sha256".into(),
            plain_seconds: 0.0301,
            measured_over_plain: 1.0,
            measured_over_plain_quartiles: [0.99, 1.01],
            events: 2,
            contexts: 1,
            nanoseconds_per_event: Some(-1e5),
            ..Workload::default()
        };
        check(
            workloads(&[measured, without_tools]),
            &[
                "workload  plain ms  measured / plain  quartiles   events  contexts  log MB  ns/event  heaptrack   share  DHAT   share",
                "malloc        28.6              1.25  1.21-1.30  1000000         1    12.0       3.6       15.0  1/12.0  70.0  1/56.0",
                "sha256        30.1              1.00  0.99-1.01        2         1     0.0         -          -       -     -       -",
            ],
        );
    }

    #[test]
    fn a_target_that_is_missed_is_marked() {
        let target = |figure: &str, reached, bound| Target {
            figure: figure.into(),
            reached,
            bound,
        };
        check(
            targets(&[
                target("malloc", Some(1.437), Bound::AtMost(1.4)),
                target("rewriting", Some(123.4), Bound::AtLeast(100.0)),
                target("memory", None, Bound::AtMost(200.0)),
            ]),
            &[
                "figure     reached  target",
                "malloc        1.44  <= 1.4  missed",
                "rewriting      123  >= 100",
                "memory           -  <= 200",
            ],
        );
    }
}
