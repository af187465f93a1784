//! `thresholds:`, a mapping from metrics to bounds, in which metrics of a kind stand in a mapping of their own.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};

use super::fault::unknown_word;
use super::metric::{Metric, SEPARATOR};
use super::threshold::Threshold;
use super::units::Unit;

/// The mapping itself, as the schema knows it.
#[derive(Debug)]
pub(super) struct Thresholds;

impl Thresholds {
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Threshold>, D::Error> {
        Group(String::new()).deserialize(deserializer)
    }
}

/// A mapping of metrics whose names begin with that, the outermost one with nothing.
#[derive(Debug)]
struct Group(String);

/// What a word in such a mapping stands for.
enum Word {
    Metric(Metric),
    Group(Group),
}

impl Group {
    /// The words that may stand in the mapping, each with what comes of it.
    fn words(&self) -> Vec<(String, Word)> {
        let mut words: Vec<(String, Word)> = Vec::new();
        for metric in Metric::all() {
            let name = metric.name().into_owned();
            let Some(rest) = name.strip_prefix(&self.0) else {
                continue;
            };
            match rest.split_once(SEPARATOR) {
                None => words.push((rest.to_owned(), Word::Metric(metric))),
                Some((group, _)) if words.iter().any(|(word, _)| word == group) => {}
                Some((group, _)) => {
                    let prefix = format!("{}{group}{SEPARATOR}", self.0);
                    words.push((group.to_owned(), Word::Group(Group(prefix))));
                }
            }
        }
        words
    }
}

impl<'de> DeserializeSeed<'de> for Group {
    type Value = Vec<Threshold>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Group {
    type Value = Vec<Threshold>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a mapping of metrics to bounds")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Vec<Threshold>, A::Error> {
        let mut thresholds = Vec::new();
        while let Some(word) = entries.next_key_seed(Key(&self))? {
            match word {
                Word::Metric(metric) => thresholds.push(entries.next_value_seed(Bound(metric))?),
                Word::Group(group) => thresholds.extend(entries.next_value_seed(group)?),
            }
        }
        Ok(thresholds)
    }
}

/// A key of the mapping.
struct Key<'g>(&'g Group);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Word;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Word, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Word;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("the name of a metric")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Word, E> {
        let mut words = self.0.words();
        if let Some(at) = words.iter().position(|(word, _)| word == name) {
            return Ok(words.swap_remove(at).1);
        }
        let words: Vec<&str> = words.iter().map(|(word, _)| word.as_str()).collect();
        let message = unknown_word("metric", name, &words);
        Err(E::custom(format!(
            "{message}\naccepted: {}",
            words.join(", ")
        )))
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
        Group(String::new()).schema()
    }
}

impl Group {
    fn schema(&self) -> Schema {
        let property = |(word, stands_for): (String, Word)| {
            let schema = match stands_for {
                Word::Metric(metric) => bound_schema(&metric),
                Word::Group(group) => group.schema(),
            };
            (word, schema.into())
        };
        let properties: serde_json::Map<String, serde_json::Value> =
            self.words().into_iter().map(property).collect();
        json_schema!({
            "type": "object",
            "properties": properties,
            "additionalProperties": false,
        })
    }
}

fn bound_schema(metric: &Metric) -> Schema {
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
