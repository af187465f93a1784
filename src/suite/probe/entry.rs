//! Probes as they are written, and what becomes of them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::{Base, Number, Probe, ProbeSource, Since, StringForm};
use crate::suite::fault::unknown_word;
use crate::suite::metric::SEPARATOR;
use crate::suite::step::{Argument, Call};
use crate::suite::units::Unit;

/// Words and what they stand for, in the order in which errors list them.
type Words<T> = [(&'static str, T)];

const UNITS: &Words<Unit> = &[
    ("count", Unit::Count),
    ("bytes", Unit::Bytes),
    ("blocks", Unit::Blocks),
    ("ratio", Unit::Ratio),
];

const STRINGS: &Words<StringForm> = &[
    ("nul", StringForm::Nul),
    ("pair", StringForm::Pair),
    ("packed", StringForm::Packed),
    ("assemblyscript", StringForm::AssemblyScript),
];

const NUMBERS: &Words<Number> = &[
    ("u8", Number::U8),
    ("u16", Number::U16),
    ("u32", Number::U32),
    ("i32", Number::I32),
    ("u64", Number::U64),
    ("i64", Number::I64),
    ("f32", Number::F32),
    ("f64", Number::F64),
];

const SINCE: &Words<Since> = &[
    ("baseline", Since::Baseline),
    ("idle_start", Since::IdleStart),
];

/// A probe as it is written: one of its keys says where it is read, the others belong to it.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
#[schemars(untagged)]
pub(in crate::suite) enum ProbeEntry {
    /// What an export returns.
    Call {
        /// The export's name.
        call: String,
        /// Arguments, where it takes any: whole numbers, and numbers with a fraction.
        #[serde(default)]
        args: Vec<Argument>,
        /// Where the export returns JSON, the way to the number in it: `heap.inuse`. Items of lists go by their number, from 0.
        #[serde(default)]
        field: Option<String>,
        /// How the export returns the JSON: `nul` (the address of bytes that end with a zero), `pair` (two results, address
        /// and length), `packed` (one i64, the address in its upper half, the length in its lower), or `assemblyscript`.
        /// Without it, the signature says which of the first three it is; where addresses are i64, one i64 is `nul`.
        #[serde(default, deserialize_with = "string")]
        #[schemars(with = "String", extend("enum" = words(STRINGS)))]
        string: Option<StringForm>,
        /// What it counts: `count` (the default), `bytes`, `blocks` or `ratio`.
        #[serde(default = "count", deserialize_with = "unit")]
        #[schemars(with = "String", extend("enum" = words(UNITS), "default" = "count"))]
        unit: Unit,
        /// Take off the value at that mark, `baseline` or `idle_start`: what is bounded is the difference.
        #[serde(default, deserialize_with = "since")]
        #[schemars(with = "String", extend("enum" = words(SINCE)))]
        since: Option<Since>,
    },
    /// A mutable global.
    Global {
        /// The name under which it is exported.
        global: String,
        /// What it counts: `count` (the default), `bytes`, `blocks` or `ratio`.
        #[serde(default = "count", deserialize_with = "unit")]
        #[schemars(with = "String", extend("enum" = words(UNITS), "default" = "count"))]
        unit: Unit,
        /// Take off the value at that mark, `baseline` or `idle_start`: what is bounded is the difference.
        #[serde(default, deserialize_with = "since")]
        #[schemars(with = "String", extend("enum" = words(SINCE)))]
        since: Option<Since>,
    },
    /// An entry of a table of numbers in linear memory.
    Memory {
        /// Where the table begins: an exported global that holds its address, as linkers export a static, or the address.
        memory: Base,
        /// Which entry of the table, from 0; 0 by default.
        #[serde(default)]
        index: u32,
        /// What the table is made of, which its bytes do not tell.
        #[serde(rename = "type", deserialize_with = "number")]
        #[schemars(with = "String", extend("enum" = words(NUMBERS)))]
        number: Number,
        /// What it counts: `count` (the default), `bytes`, `blocks` or `ratio`.
        #[serde(default = "count", deserialize_with = "unit")]
        #[schemars(with = "String", extend("enum" = words(UNITS), "default" = "count"))]
        unit: Unit,
        /// Take off the value at that mark, `baseline` or `idle_start`: what is bounded is the difference.
        #[serde(default, deserialize_with = "since")]
        #[schemars(with = "String", extend("enum" = words(SINCE)))]
        since: Option<Since>,
    },
}

impl ProbeEntry {
    fn named(self, name: String) -> Probe {
        let (source, unit, since) = match self {
            ProbeEntry::Call {
                call,
                args,
                field,
                string,
                unit,
                since,
            } => {
                let path = field.iter().flat_map(|field| field.split(SEPARATOR));
                let source = ProbeSource::Call {
                    field: path.map(str::to_owned).collect(),
                    string,
                    call: Call {
                        export: call,
                        args,
                        keep: None,
                    },
                };
                (source, unit, since)
            }
            ProbeEntry::Global {
                global,
                unit,
                since,
            } => (ProbeSource::Global(global), unit, since),
            ProbeEntry::Memory {
                memory: base,
                index,
                number,
                unit,
                since,
            } => {
                let source = ProbeSource::Memory {
                    base,
                    index,
                    number,
                };
                (source, unit, since)
            }
        };
        Probe {
            name,
            source,
            unit,
            since,
        }
    }
}

/// `probes:`, a mapping from names to probes.
pub(in crate::suite) fn probes<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Probe>, D::Error> {
    deserializer.deserialize_map(Probes)
}

struct Probes;

impl<'de> Visitor<'de> for Probes {
    type Value = Vec<Probe>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a mapping of names to probes")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Vec<Probe>, A::Error> {
        let mut probes = Vec::new();
        while let Some(name) = entries.next_key::<String>()? {
            probes.push(entries.next_value::<ProbeEntry>()?.named(name));
        }
        Ok(probes)
    }
}

/// The mapping as the schema knows it.
pub(in crate::suite) type ProbesSchema = BTreeMap<String, ProbeEntry>;

fn count() -> Unit {
    Unit::Count
}

fn unit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Unit, D::Error> {
    word(deserializer, "unit", UNITS)
}

fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Number, D::Error> {
    word(deserializer, "type", NUMBERS)
}

fn string<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<StringForm>, D::Error> {
    word(deserializer, "form of a string", STRINGS).map(Some)
}

fn since<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Since>, D::Error> {
    word(deserializer, "mark", SINCE).map(Some)
}

/// One of some words; another one is answered with them.
fn word<'de, D: Deserializer<'de>, T: Copy>(
    deserializer: D,
    what: &str,
    accepted: &Words<T>,
) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    if let Some((_, meant)) = accepted.iter().find(|(word, _)| *word == text) {
        return Ok(*meant);
    }
    let words = words(accepted);
    let message = unknown_word(what, &text, &words);
    Err(D::Error::custom(format!(
        "{message}\naccepted: {}",
        words.join(", ")
    )))
}

fn words<T>(words: &Words<T>) -> Vec<&'static str> {
    words.iter().map(|(word, _)| *word).collect()
}

impl<'de> Deserialize<'de> for Base {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BaseVisitor)
    }
}

struct BaseVisitor;

impl Visitor<'_> for BaseVisitor {
    type Value = Base;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("the name of an exported global or an address")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Base, E> {
        Ok(Base::Export(name.to_owned()))
    }

    fn visit_u64<E: Error>(self, address: u64) -> Result<Base, E> {
        Ok(Base::Address(address))
    }
}

impl JsonSchema for Base {
    fn schema_name() -> Cow<'static, str> {
        "Base".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An exported global that holds an address, or the address.",
            "anyOf": [{ "type": "string" }, { "type": "integer", "minimum": 0 }],
        })
    }
}
