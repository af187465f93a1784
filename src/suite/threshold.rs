//! Bounds on metrics.

use std::fmt;

use super::margin::Margin;
use super::metric::Metric;

/// A bound on a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// What is bounded.
    pub metric: Metric,
    /// On which side.
    pub comparison: Comparison,
    /// Of what.
    pub limit: Limit,
}

/// What a measured value is held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// A value, in the metric's unit.
    Absolute(f64),
    /// What was accepted, and a margin.
    Accepted(Margin),
}

/// How a measured value must compare with the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`, and what a bound without a sign means
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Threshold {
    /// The limit in the metric's unit, `accepted` being the accepted value of the metric; none where that is not known and
    /// the limit follows it.
    pub fn resolve(&self, accepted: Option<f64>) -> Option<f64> {
        match self.limit {
            Limit::Absolute(limit) => Some(limit),
            Limit::Accepted(margin) => Some(margin.limit(self.comparison, accepted?)),
        }
    }

    /// The margin beyond the accepted value, if the limit follows that.
    pub fn margin(&self) -> Option<Margin> {
        match self.limit {
            Limit::Absolute(_) => None,
            Limit::Accepted(margin) => Some(margin),
        }
    }

    /// The limit as a suite has it, without the sign: "20 MB", "accepted + 5%".
    pub fn shown_limit(&self) -> String {
        let unit = self.metric.unit();
        match self.limit {
            Limit::Absolute(limit) => unit.format_limit(limit),
            Limit::Accepted(margin) => margin.format(self.comparison, unit),
        }
    }

    /// Reads `< 1KB/s`; a bound without a sign is `<=`.
    ///
    /// The error's first line says what is wrong, the others what would be right.
    pub(super) fn parse(metric: Metric, text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            let note = "for example: < 64KB; a bound that begins with `>` must be quoted";
            return Err(format!("expected a bound, found nothing\n{note}"));
        }
        let (comparison, quantity) = Comparison::split(text);
        let unit = metric.unit();
        let limit = match Margin::parse(comparison, unit, quantity)? {
            Some(margin) => Limit::Accepted(margin),
            None => Limit::Absolute(unit.measure().parse(quantity)?),
        };
        Ok(Threshold {
            metric,
            comparison,
            limit,
        })
    }
}

/// The bound without the metric, and without loss: "< 20 MB", "<= accepted + 5%".
impl fmt::Display for Threshold {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.pad(&format!("{} {}", self.comparison, self.shown_limit()))
    }
}

impl Comparison {
    /// Whether it bounds from above.
    pub const fn is_ceiling(self) -> bool {
        matches!(self, Comparison::Less | Comparison::LessOrEqual)
    }

    /// Whether a value that is the limit holds.
    pub const fn includes_limit(self) -> bool {
        matches!(self, Comparison::LessOrEqual | Comparison::GreaterOrEqual)
    }

    /// Whether a measured value stays within the limit.
    pub fn holds(self, measured: f64, limit: f64) -> bool {
        match self {
            Comparison::Less => measured < limit,
            Comparison::LessOrEqual => measured <= limit,
            Comparison::Greater => measured > limit,
            Comparison::GreaterOrEqual => measured >= limit,
        }
    }

    /// How far a measured value lies beyond the limit: zero where it is within, and where it is the very limit that it must
    /// not reach.
    pub fn excess(self, measured: f64, limit: f64) -> f64 {
        let beyond = match self.is_ceiling() {
            true => measured - limit,
            false => limit - measured,
        };
        beyond.max(0.0)
    }

    /// The sign as it is written.
    pub const fn sign(self) -> &'static str {
        match self {
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        }
    }

    /// The sign, and what follows it.
    pub(super) fn split(text: &str) -> (Comparison, &str) {
        // The longer signs come first: `<` begins `<=`.
        let signs = [
            Comparison::LessOrEqual,
            Comparison::GreaterOrEqual,
            Comparison::Less,
            Comparison::Greater,
        ];
        let signed = signs
            .into_iter()
            .find_map(|sign| Some((sign, text.strip_prefix(sign.sign())?)));
        let (sign, rest) = signed.unwrap_or((Comparison::LessOrEqual, text));
        (sign, rest.trim_start())
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.pad(self.sign())
    }
}

#[cfg(test)]
mod tests {
    use super::{Limit, Metric, Threshold};

    fn threshold(metric: Metric, text: &str) -> Threshold {
        Threshold::parse(metric, text).expect("the bound is right")
    }

    #[test]
    fn bounds_hold_up_to_their_limit() {
        let check = |text, holds: [bool; 3]| {
            let threshold = threshold(Metric::TotalBlocks, text);
            assert_eq!(threshold.limit, Limit::Absolute(10.0));
            assert_eq!(
                [9.0, 10.0, 11.0].map(|value| threshold.comparison.holds(value, 10.0)),
                holds,
                "{text}"
            );
        };
        check("< 10", [true, false, false]);
        check("<= 10", [true, true, false]);
        check("10", [true, true, false]);
        check("> 10", [false, false, true]);
        check(">=10", [false, true, true]);
    }

    #[test]
    fn excess_is_the_way_back_to_the_limit() {
        let ceiling = threshold(Metric::Delta, "< 1KB");
        assert_eq!(
            [0.0, 1024.0, 1030.0].map(|value| ceiling.comparison.excess(value, 1024.0)),
            [0.0, 0.0, 6.0]
        );
        let floor = threshold(Metric::Delta, ">= -1KB");
        assert_eq!(
            [0.0, -1024.0, -1030.0].map(|value| floor.comparison.excess(value, -1024.0)),
            [0.0, 0.0, 6.0]
        );
    }

    #[test]
    fn shown_bounds_read_as_themselves() {
        let check = |metric, text, shown: &str| {
            let read = threshold(metric, text);
            assert_eq!(read.to_string(), shown);
            assert_eq!(
                threshold(read.metric.clone(), &shown.replace(',', "")),
                read
            );
        };
        check(Metric::Delta, "<20MB", "< 20 MB");
        check(Metric::Delta, "0B", "<= 0 B");
        check(Metric::Delta, "1.5KiB", "<= 1.5 KB");
        check(Metric::Delta, "< 1025B", "< 1,025 B");
        check(Metric::Delta, ">= -1MB", ">= -1 MB");
        check(Metric::IdleRate, "< 1KB/s", "< 1 KB/s");
        check(Metric::Growth, "412B/cycle", "<= 412 B/cycle");
        check(Metric::TotalBlocks, "100", "<= 100 blocks");
        check(Metric::Fragmentation, "< 0.5", "< 0.5");
        check(Metric::Peak, "accepted", "<= accepted");
        check(
            Metric::Peak,
            "<=accepted+64KB+2.5%",
            "<= accepted + 2.5% + 64 KB",
        );
        check(
            Metric::PeakBlocks,
            "> accepted - 10",
            "> accepted - 10 blocks",
        );
    }
}
