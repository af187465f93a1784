//! Thresholds that fit what a module does today: what is clean stays clean, what is not is held where it is.

use crate::report::ScenarioReport;

/// A bound, as a suite has it, and what there is to say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MeasuredBound {
    pub(super) metric: &'static str,
    pub(super) bound: String,
    /// Why it is not what it should be.
    pub(super) remark: Option<String>,
}

/// What is held against a scenario that came to that. Of a heap whose frees are unseen, only what was allocated means anything.
pub(super) fn bounds(report: &ScenarioReport, frees_unseen: bool) -> Vec<MeasuredBound> {
    let value = |name: &str| {
        let metric = report.metrics.iter().find(|metric| metric.name == name)?;
        Some(metric.value)
    };
    if frees_unseen {
        let total = value("total").map(|total| within("total", 2.0 * total));
        return total.into_iter().collect();
    }
    let is_command = !report.marks.iter().any(|mark| mark.name == "cycle 1");
    let idles = value("idle_rate").is_some();
    let delta = value("delta").filter(|_| !is_command || idles);
    let bounds = [
        delta.map(|delta| stays("delta", delta, "0B", "", "keeps")),
        value("growth").map(|growth| stays("growth", growth, "< 1B/cycle", "/cycle", "grows by")),
        value("idle_rate").map(|rate| {
            stays(
                "idle_rate",
                rate,
                "< 1B/s",
                "/s",
                "grows, while it idles, by",
            )
        }),
        value("leaked").map(lost),
        value("peak").map(|peak| within("peak", 2.0 * peak)),
        value("total")
            .filter(|_| is_command)
            .map(|total| within("total", 2.0 * total)),
    ];
    bounds.into_iter().flatten().collect()
}

/// Room to move, but not to double again.
fn within(metric: &'static str, value: f64) -> MeasuredBound {
    MeasuredBound {
        metric,
        bound: format!("< {}", ceiling(value)),
        remark: None,
    }
}

fn stays(metric: &'static str, value: f64, clean: &str, per: &str, verb: &str) -> MeasuredBound {
    if value <= 0.0 {
        return MeasuredBound {
            metric,
            bound: clean.to_string(),
            remark: None,
        };
    }
    let today = crate::suite::format_bytes(value);
    MeasuredBound {
        metric,
        bound: format!("< {}{per}", ceiling(value)),
        remark: Some(format!("it {verb} {today}{per} today")),
    }
}

fn lost(bytes: f64) -> MeasuredBound {
    let today = crate::suite::format_bytes(bytes);
    MeasuredBound {
        metric: "leaked",
        bound: format!("{}{bytes}B", if bytes > 0.0 { "<= " } else { "" }),
        remark: (bytes > 0.0).then(|| format!("it loses {today} today: bring this down to 0B")),
    }
}

/// The first power of two above it, as a suite writes bytes.
fn ceiling(bytes: f64) -> String {
    let power = (bytes.max(0.0) as u64 + 1).next_power_of_two();
    match power {
        0..1024 => format!("{power}B"),
        1024..0x10_0000 => format!("{}KB", power >> 10),
        _ => format!("{}MB", power >> 20),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: f64, expected: &str) {
        assert_eq!(ceiling(bytes), expected);
    }

    #[test]
    fn ceilings_are_round_and_above() {
        check(0.0, "1B");
        check(0.5, "1B");
        check(1.0, "2B");
        check(1023.0, "1KB");
        check(1024.0, "2KB");
        check(5e6, "8MB");
    }

    #[test]
    fn what_is_clean_stays_clean() {
        assert_eq!(lost(0.0).bound, "0B");
        assert_eq!(lost(0.0).remark, None);
        assert_eq!(lost(10240.0).bound, "<= 10240B");
        let growth = |value| stays("growth", value, "< 1B/cycle", "/cycle", "grows by").bound;
        assert_eq!(growth(-3.0), "< 1B/cycle");
        assert_eq!(growth(528.0), "< 1KB/cycle");
    }
}
