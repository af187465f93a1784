//! Bounds on metrics.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};

use super::metric::Metric;
use super::units::Unit;

/// A bound on a metric.
#[derive(Clone, Copy, Debug, PartialEq)]
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

/// `thresholds:`, a mapping from metrics to bounds.
#[derive(Debug)]
pub(super) struct Thresholds;

impl Thresholds {
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Threshold>, D::Error> {
        deserializer.deserialize_map(Thresholds)
    }
}

impl<'de> Visitor<'de> for Thresholds {
    type Value = Vec<Threshold>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a mapping of metrics to bounds")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Vec<Threshold>, A::Error> {
        let mut thresholds = Vec::new();
        while let Some(metric) = entries.next_key()? {
            thresholds.push(entries.next_value_seed(Bound(metric))?);
        }
        Ok(thresholds)
    }
}

/// A bound, read in the unit of its metric.
struct Bound(Metric);

impl<'de> DeserializeSeed<'de> for Bound {
    type Value = Threshold;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Threshold, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for Bound {
    type Value = Threshold;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.0.unit().measure().expected())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Threshold, E> {
        Threshold::parse(self.0, text).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Threshold, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Threshold, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Threshold, E> {
        self.visit_str(&number.to_string())
    }
}

impl JsonSchema for Thresholds {
    fn schema_name() -> Cow<'static, str> {
        "Thresholds".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let properties: serde_json::Map<String, serde_json::Value> = Metric::ALL
            .into_iter()
            .map(|metric| (metric.name().to_owned(), bound_schema(metric).into()))
            .collect();
        json_schema!({
            "type": "object",
            "properties": properties,
            "additionalProperties": false,
        })
    }
}

fn bound_schema(metric: Metric) -> Schema {
    let unit = metric.unit();
    let quantity = unit.measure().pattern();
    let number = match unit {
        Unit::Blocks | Unit::Frees | Unit::Ratio => json_schema!({ "type": "number" }),
        _ => json_schema!({ "const": 0 }),
    };
    json_schema!({
        "description": metric.definition(),
        "anyOf": [
            { "type": "string", "pattern": format!(r"^\s*(<=|>=|<|>)?\s*(-?{quantity}|0)\s*$") },
            number,
        ],
    })
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
            assert_eq!(threshold(metric, &shown.replace(',', "")), read);
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
