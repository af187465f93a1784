//! `allow:`, sites that are known to hold memory and may.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use super::date::{Date, some_date};
use super::fault::Fault;
use super::margin;
use super::node::{Cursor, NodeId};
use super::site_pattern::SitePattern;
use super::threshold::Comparison;
use super::units::Unit;

/// A site that is known to hold memory and may, up to a bound and for a reason. What it holds is left out of `delta`,
/// `idle_rate`, `growth` (up to 256 cycles), `end`, `end_blocks`, `leaked`, `leaked_blocks`, `lost`, `sites: { each, delta }`
/// and the `delta` of `start`, `idle` and `teardown`; every other metric counts it.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a mapping of keys to values")]
pub struct Allowance {
    /// Which sites. Where several allowances match a site, the first one counts.
    pub site: SitePattern,
    /// The most that these sites may hold together, at idle end and after teardown: `< 2MB`.
    #[serde(default, deserialize_with = "some_bytes")]
    #[schemars(with = "String")]
    pub bytes: Option<Ceiling>,
    /// The same in blocks: `< 100`.
    #[serde(default, deserialize_with = "some_blocks")]
    #[schemars(with = "StringOrNumber")]
    pub blocks: Option<Ceiling>,
    /// Why they may.
    #[schemars(length(min = 1))]
    pub reason: String,
    /// The last day on which it counts, in UTC; without one, it counts for good.
    #[serde(default, deserialize_with = "some_date")]
    #[schemars(with = "Date")]
    pub until: Option<Date>,
}

/// Blocks need no unit, so that a number does.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "the schema of a field")]
enum StringOrNumber {
    String(String),
    Number(u64),
}

impl Allowance {
    /// Whether its last day is over.
    pub fn is_over(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }
}

/// The most that may be held.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ceiling {
    /// `<` or `<=`.
    pub comparison: Comparison,
    /// In the unit.
    pub limit: f64,
    /// Bytes or blocks.
    pub unit: Unit,
}

impl Ceiling {
    /// Whether that may be held.
    pub fn holds(self, held: u64) -> bool {
        self.comparison.holds(held as f64, self.limit)
    }

    fn parse(unit: Unit, text: &str) -> Result<Ceiling, String> {
        let (comparison, quantity) = Comparison::split(text.trim());
        if quantity.starts_with(margin::ACCEPTED) {
            return Err(format!(
                "an allowance cannot follow the accepted run\ngive a number: < {}",
                unit.slack_example()
            ));
        }
        let limit = unit.measure().parse(quantity)?;
        if !comparison.is_ceiling() {
            let message = format!("`{text}` is a floor, an allowance is bounded from above");
            return Err(format!(
                "{message}\nfor example: < {}",
                unit.slack_example()
            ));
        }
        if limit < 0.0 {
            return Err(format!("`{text}` is negative\na bound is above 0"));
        }
        if limit == 0.0 {
            return Err(format!("`{text}` allows nothing\nleave the allowance out"));
        }
        Ok(Ceiling {
            comparison,
            limit,
            unit,
        })
    }
}

/// "< 2 MB", without loss.
impl fmt::Display for Ceiling {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let limit = self.unit.format_limit(self.limit);
        write!(formatter, "{} {limit}", self.comparison)
    }
}

/// Checks the allowances of a scenario, `at` being their place.
pub(super) fn check(allowances: &[Allowance], at: Cursor, faults: &mut Vec<Fault>) {
    let mut known: BTreeMap<String, NodeId> = BTreeMap::new();
    for (index, allowance) in allowances.iter().enumerate() {
        let at = at.item(index);
        if allowance.bytes.is_none() && allowance.blocks.is_none() {
            let message = "the allowance has no bound";
            let fault = Fault::at(at.get("site").key_place(), message);
            faults.push(fault.with_note("say how much the site may hold: bytes: < 2MB"));
        }
        if allowance.reason.trim().is_empty() {
            let message = "the allowance has no reason";
            let fault = Fault::at(at.get("reason").key_place(), message);
            faults.push(fault.with_note("say why it may, to those who read it in a year"));
        }
        let place = at.get("site").place();
        match known.get(&allowance.site.to_string()) {
            None => {
                known.insert(allowance.site.to_string(), place);
            }
            Some(first) => {
                let message = format!("there is an allowance for `{}` already", allowance.site);
                let fault = Fault::at(place, message).with_first(*first);
                faults.push(fault.with_note("merge them into one"));
            }
        }
    }
}

fn some_bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Ceiling>, D::Error> {
    deserializer.deserialize_any(Bound(Unit::Bytes)).map(Some)
}

fn some_blocks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Ceiling>, D::Error> {
    deserializer.deserialize_any(Bound(Unit::Blocks)).map(Some)
}

struct Bound(Unit);

impl Visitor<'_> for Bound {
    type Value = Ceiling;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.0.measure().expected())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Ceiling, E> {
        Ceiling::parse(self.0, text).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Ceiling, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Ceiling, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Ceiling, E> {
        self.visit_str(&number.to_string())
    }
}
