//! `thresholds:`, a mapping from metrics to bounds, in which metrics of a kind stand in a mapping of their own.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

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
                Word::Metric(metric) => thresholds.extend(entries.next_value_seed(Bounds(metric))?),
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

/// A bound, or a list of them, read in the unit of their metric.
struct Bounds(Metric);

impl<'de> DeserializeSeed<'de> for Bounds {
    type Value = Vec<Threshold>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounds {
    type Value = Vec<Threshold>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        Bound(self.0.clone()).expecting(formatter)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut thresholds = Vec::new();
        while let Some(threshold) = items.next_element_seed(Bound(self.0.clone()))? {
            thresholds.push(threshold);
        }
        Ok(thresholds)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Bound(self.0).visit_str(text).map(|bound| vec![bound])
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        self.visit_str(&number.to_string())
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

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Group(String::new()).schema(generator)
    }
}

impl Group {
    fn schema(&self, generator: &mut SchemaGenerator) -> Schema {
        let property = |(word, stands_for): (String, Word)| {
            let schema = match stands_for {
                Word::Metric(metric) => bound_schema(&metric, generator),
                Word::Group(group) => group.schema(generator),
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

fn bound_schema(metric: &Metric, generator: &mut SchemaGenerator) -> Schema {
    let unit = metric.unit();
    let name = format!("{unit:?}Bound");
    let reference = format!("#/definitions/{name}");
    let one = one_bound_schema(unit);
    generator.definitions_mut().insert(name, one.into());
    json_schema!({
        "description": metric.definition(),
        "anyOf": [
            { "$ref": reference },
            { "type": "array", "items": { "$ref": reference }, "minItems": 1 },
        ],
    })
}

fn one_bound_schema(unit: Unit) -> Schema {
    let quantity = unit.measure().pattern();
    let relative = format!(r"accepted(\s*[+-]\s*([0-9]+(\.[0-9]+)?\s*%|{quantity}))*");
    let number = match unit {
        Unit::Blocks | Unit::Frees | Unit::Ratio => json_schema!({ "type": "number" }),
        _ => json_schema!({ "const": 0 }),
    };
    json_schema!({
        "anyOf": [
            { "type": "string", "pattern": format!(r"^\s*(<=|>=|<|>)?\s*(-?{quantity}|0|{relative})\s*$") },
            number,
        ],
    })
}
