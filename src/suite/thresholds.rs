//! `thresholds:`, a mapping from metrics to bounds, in which metrics of a kind stand in a mapping of their own.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::fault::{Fault, unknown_word};
use super::metric::{LOST, Metric, SEPARATOR, SITES};
use super::node::{Cursor, Kind};
use super::probe::Probe;
use super::source::{LeftOut, Source};
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
    /// A probe's name or a mistake, which cannot be told before it is known what probes there are.
    Unknown,
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

    /// A right mapping, for errors to show.
    fn example(&self) -> String {
        let group = self.0.trim_end_matches(SEPARATOR);
        let inside = match group {
            "" => return "thresholds: { delta: < 20MB, leaked: 0B }".to_owned(),
            LOST => "definite: 0B",
            SITES => "each: < 512KB",
            _ => "peak: < 1MB",
        };
        format!("{group}: {{ {inside} }}")
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
        write!(
            formatter,
            "a mapping of metrics to bounds\nfor example: {}",
            self.example()
        )
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Vec<Threshold>, A::Error> {
        let mut thresholds = Vec::new();
        while let Some(word) = entries.next_key_seed(Key(&self))? {
            match word {
                Word::Metric(metric) => thresholds.extend(entries.next_value_seed(Bounds(metric))?),
                Word::Group(group) => thresholds.extend(entries.next_value_seed(group)?),
                Word::Unknown => drop(entries.next_value::<IgnoredAny>()?),
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
        if self.0.0.is_empty() {
            return Ok(Word::Unknown);
        }
        let words: Vec<&str> = words.iter().map(|(word, _)| word.as_str()).collect();
        let message = unknown_word("metric", name, &words);
        Err(E::custom(format!(
            "{message}\naccepted: {}",
            words.join(", ")
        )))
    }
}

/// Adds the bounds on probes to those on other metrics, in the order of the file, `at` being the place of the mapping.
///
/// What is wrong is left out. `wrong` are the names of probes that are wrong themselves, of which nothing more is said.
pub(super) fn read_probes(
    thresholds: &mut Vec<Threshold>,
    probes: &[Probe],
    wrong: &[&str],
    at: Cursor,
    left_out: &mut LeftOut,
) -> Vec<Fault> {
    let words = Group(String::new()).words();
    let accepted: Vec<&str> = words.iter().map(|(word, _)| word.as_str()).collect();
    let mut faults = Vec::new();
    for entry in at.entries() {
        let Some(name) = entry.key.and_then(|key| key.text()) else {
            continue;
        };
        if left_out.contains(&entry.key_place()) || accepted.contains(&name) {
            continue;
        }
        let bounds = match probes.iter().find(|probe| probe.name == name) {
            Some(probe) => Bounds(probe.metric())
                .deserialize(Source::at(entry, left_out))
                .map_err(|stop| Some(*stop.fault)),
            None if wrong.contains(&name) => Err(None),
            None => Err(Some(unknown_metric(name, probes, entry))),
        };
        match bounds {
            Ok(bounds) => thresholds.extend(bounds),
            Err(fault) => {
                left_out.insert(entry.key_place());
                faults.extend(fault);
            }
        }
    }
    thresholds.sort_by_key(|threshold| at.walk(&threshold.metric.name()).key_place());
    faults
}

fn unknown_metric(name: &str, probes: &[Probe], at: Cursor) -> Fault {
    if let Ok(metric) = name.parse::<Metric>() {
        return not_nested(&metric, at);
    }
    let (mut metrics, mut groups) = (Vec::new(), Vec::new());
    for (word, stands_for) in Group(String::new()).words() {
        match stands_for {
            Word::Group(_) => groups.push(word),
            Word::Metric(_) | Word::Unknown => metrics.push(word),
        }
    }
    let probes: Vec<String> = probes.iter().map(|probe| probe.name.clone()).collect();
    let accepted = [&metrics, &groups, &probes].into_iter().flatten();
    let accepted: Vec<&str> = accepted.map(String::as_str).collect();
    let fault = Fault::at(at.key_place(), unknown_word("metric", name, &accepted))
        .with_accepted(&metrics)
        .with_words("mappings of metrics", &groups);
    match probes.is_empty() {
        true => fault,
        false => fault.with_words("probes of this suite", &probes),
    }
}

/// A metric as reports name it, `lost.definite`, which in a suite stands in a mapping.
fn not_nested(metric: &Metric, at: Cursor) -> Fault {
    let name = metric.name();
    let bound = match &at.node.kind {
        Kind::Text(text) if text.starts_with('>') => format!("{text:?}"),
        Kind::Text(text) => text.clone(),
        Kind::Integer(number) => number.to_string(),
        Kind::List(_) => "[...]".to_owned(),
        _ => format!("< {}", metric.unit().slack_example()),
    };
    let nested = match name.split_once(SEPARATOR) {
        Some((group, word)) => format!("{group}: {{ {word}: {bound} }}"),
        None => format!("{name}: {bound}"),
    };
    Fault::at(
        at.key_place(),
        format!("`{name}` is not written with a dot"),
    )
    .with_note(format!("write it nested: {nested}"))
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
                Word::Unknown => bound_on_probe(generator),
            };
            (word, schema.into())
        };
        let properties: serde_json::Map<String, serde_json::Value> =
            self.words().into_iter().map(property).collect();
        // Beside the metrics there may be probes, whose names are the suite's own.
        let others = match self.0.is_empty() {
            true => bound_on_probe(generator).to_value(),
            false => false.into(),
        };
        json_schema!({
            "type": "object",
            "properties": properties,
            "additionalProperties": others,
        })
    }
}

/// A probe may be in any of the units that probes have.
fn bound_on_probe(generator: &mut SchemaGenerator) -> Schema {
    let units = [Unit::Count, Unit::Bytes, Unit::Blocks];
    let any: Vec<_> = units
        .into_iter()
        .flat_map(|unit| bounds_in(unit, generator))
        .collect();
    json_schema!({
        "description": "A bound on one of the suite's probes, as it is at idle end.",
        "anyOf": any,
    })
}

fn bound_schema(metric: &Metric, generator: &mut SchemaGenerator) -> Schema {
    let any = bounds_in(metric.unit(), generator);
    json_schema!({
        "description": metric.definition(),
        "anyOf": any,
    })
}

/// One bound in that unit, or a list of them.
fn bounds_in(unit: Unit, generator: &mut SchemaGenerator) -> [Schema; 2] {
    let name = format!("{unit:?}Bound");
    let reference = format!("#/definitions/{name}");
    let one = one_bound_schema(unit);
    generator.definitions_mut().insert(name, one.into());
    [
        json_schema!({ "$ref": reference }),
        json_schema!({ "type": "array", "items": { "$ref": reference }, "minItems": 1 }),
    ]
}

fn one_bound_schema(unit: Unit) -> Schema {
    let quantity = unit.measure().pattern();
    let relative = format!(r"accepted(\s*[+-]\s*([0-9]+(\.[0-9]+)?\s*%|{quantity}))*");
    let number = match unit {
        Unit::Blocks | Unit::Frees | Unit::Ratio | Unit::Count => {
            json_schema!({ "type": "number" })
        }
        _ => json_schema!({ "const": 0 }),
    };
    json_schema!({
        "anyOf": [
            { "type": "string", "pattern": format!(r"^\s*(<=|>=|<|>)?\s*(-?{quantity}|0|{relative})\s*$") },
            number,
        ],
    })
}
