//! Bounds on metrics.

use std::fmt;

use super::metric::Metric;

/// A bound on a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// What is bounded.
    pub metric: Metric,
    /// On which side.
    pub comparison: Comparison,
    /// In the metric's unit.
    pub limit: f64,
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
    /// Whether a measured value stays within the bound.
    pub fn holds(&self, measured: f64) -> bool {
        match self.comparison {
            Comparison::Less => measured < self.limit,
            Comparison::LessOrEqual => measured <= self.limit,
            Comparison::Greater => measured > self.limit,
            Comparison::GreaterOrEqual => measured >= self.limit,
        }
    }

    /// How far a measured value lies beyond the limit, in the metric's unit: zero where it is within, and where it is the
    /// very limit that it must not reach.
    pub fn excess(&self, measured: f64) -> f64 {
        let beyond = match self.comparison.is_ceiling() {
            true => measured - self.limit,
            false => self.limit - measured,
        };
        beyond.max(0.0)
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
        let limit = metric.unit().measure().parse(quantity)?;
        Ok(Threshold {
            metric,
            comparison,
            limit,
        })
    }
}

/// The bound without the metric, and without loss: "< 20 MB".
impl fmt::Display for Threshold {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let limit = self.metric.unit().format_limit(self.limit);
        formatter.pad(&format!("{} {limit}", self.comparison))
    }
}

impl Comparison {
    /// Whether it bounds from above.
    pub const fn is_ceiling(self) -> bool {
        matches!(self, Comparison::Less | Comparison::LessOrEqual)
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

    fn split(text: &str) -> (Comparison, &str) {
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
        signed.unwrap_or((Comparison::LessOrEqual, text))
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.pad(self.sign())
    }
}

#[cfg(test)]
mod tests {
    use super::{Metric, Threshold};

    fn threshold(metric: Metric, text: &str) -> Threshold {
        Threshold::parse(metric, text).expect("the bound is right")
    }

    #[test]
    fn bounds_hold_up_to_their_limit() {
        let check = |text, holds: [bool; 3]| {
            let threshold = threshold(Metric::TotalBlocks, text);
            assert_eq!(
                [9.0, 10.0, 11.0].map(|value| threshold.holds(value)),
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
            [0.0, 1024.0, 1030.0].map(|value| ceiling.excess(value)),
            [0.0, 0.0, 6.0]
        );
        let floor = threshold(Metric::Delta, ">= -1KB");
        assert_eq!(
            [0.0, -1024.0, -1030.0].map(|value| floor.excess(value)),
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
    }
}
