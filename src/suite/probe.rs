//! `probes:`, numbers that a module tells of itself.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::fault::{Fault, unknown_word};
use super::metric::{Metric, SEPARATOR};
use super::node::Cursor;
use super::scalar;
use super::scenario::Scenario;
use super::step::{Argument, Call};
use super::units::Unit;

/// A number that the module tells of itself: a metric by the name that the suite gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// The metric's name.
    pub name: String,
    /// Where it is read.
    pub source: ProbeSource,
    /// What it is counted in.
    pub unit: Unit,
    /// The mark whose value is taken off from that at idle end; none where the value itself counts.
    pub since: Option<Since>,
}

/// Where a probe is read.
#[derive(Clone, Debug, PartialEq)]
pub enum ProbeSource {
    /// What an export returns.
    Call {
        /// The call; it keeps nothing.
        call: Call,
        /// The way to the number in the JSON that it returns, from the outside in; empty where it returns the number.
        field: Vec<String>,
        /// How it returns the JSON; none where its signature says it.
        string: Option<StringForm>,
    },
    /// A mutable global that is exported under that name.
    Global(String),
    /// An entry of a table of numbers in linear memory.
    Memory {
        /// Where the table begins.
        base: Base,
        /// Which entry, from 0.
        index: u32,
        /// What the table is made of.
        number: Number,
    },
}

/// How an export returns a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StringForm {
    /// The address of bytes that end with a zero.
    Nul,
    /// Two results, the address and the number of bytes.
    Pair,
    /// One i64, with the address in its upper half and the number of bytes in its lower.
    Packed,
    /// The address of UTF-16 whose number of bytes lies four bytes before it, as AssemblyScript has it.
    AssemblyScript,
}

/// Where a table in memory begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// At the address that an exported global holds: that is how linkers export a static.
    Export(String),
    /// At that address.
    Address(u64),
}

/// What a table in memory is made of; wasm's memory is little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "they are what they are called")]
pub enum Number {
    U8,
    U16,
    U32,
    I32,
    U64,
    I64,
    F32,
    F64,
}

/// A mark whose value is taken off from that at idle end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// The mark `baseline`.
    Baseline,
    /// The mark `idle start`.
    IdleStart,
}

impl Probe {
    /// The metric that it is.
    pub fn metric(&self) -> Metric {
        Metric::Probe(self.name.clone(), self.unit)
    }
}

impl Number {
    /// Bytes of one entry.
    pub const fn bytes(self) -> u32 {
        match self {
            Number::U8 => 1,
            Number::U16 => 2,
            Number::U32 | Number::I32 | Number::F32 => 4,
            Number::U64 | Number::I64 | Number::F64 => 8,
        }
    }
}

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
pub(super) enum ProbeEntry {
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
pub(super) fn probes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Probe>, D::Error> {
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
pub(super) type ProbesSchema = BTreeMap<String, ProbeEntry>;

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

/// All that is wrong with the probes by themselves, `at` being their place in the file.
pub(super) fn check(probes: &[Probe], at: Cursor) -> Vec<Fault> {
    let mut faults = Vec::new();
    for probe in probes {
        let at = at.get(&probe.name);
        faults.extend(check_name(&probe.name, at));
        if let ProbeSource::Call {
            call,
            field,
            string,
        } = &probe.source
        {
            faults.extend(check_call(call, field, at));
            if string.is_some() && at.find("field").is_none() {
                let fault = Fault::at(at.get("string").key_place(), "`string` needs a `field`");
                faults.push(fault.with_note(
                    "a probe is a number: say where in the string, which is read as JSON, it stands",
                ));
            }
        }
    }
    faults
}

/// What follows the accepted numbers in their file, where a probe's name would be taken for it.
pub(crate) const SEAL: &str = "seal";

/// A probe is a metric among the others.
fn check_name(name: &str, at: Cursor) -> Option<Fault> {
    if !scalar::is_name(name) {
        let message = format!("`{name}` cannot be the name of a probe");
        return Some(Fault::at(at.key_place(), message).with_note(scalar::ACCEPTED_NAMES));
    }
    if name == SEAL {
        let message = format!("`{name}` is the word before the seal of accepted numbers");
        let fault = Fault::at(at.key_place(), message);
        return Some(fault.with_note("give the probe another name"));
    }
    let is_taken = |metric: &Metric| metric.name().split(SEPARATOR).next() == Some(name);
    let taken = Metric::all().find(is_taken)?;
    let message = match taken.name() == name {
        true => format!("`{name}` is one of memgate's own metrics"),
        false => format!("`{name}` is a group of memgate's own metrics"),
    };
    Some(Fault::at(at.key_place(), message).with_note("give the probe a name of its own"))
}

fn check_call(call: &Call, field: &[String], at: Cursor) -> Option<Fault> {
    if field.iter().any(String::is_empty) {
        let fault = Fault::at(at.get("field").place(), "the field has no name");
        return Some(fault.with_note("accepted: names with dots in between, such as `heap.inuse`"));
    }
    let kept = |argument: &Argument| match argument {
        Argument::Kept(name) => Some(name.clone()),
        Argument::Integer(_) | Argument::Float(_) => None,
    };
    let mut arguments = call.args.iter().enumerate();
    let (index, name) = arguments.find_map(|(index, argument)| Some((index, kept(argument)?)))?;
    let place = at.get("args").item(index).place();
    let message = format!("a probe cannot use `${name}`: its arguments are numbers");
    Some(Fault::at(place, message))
}

/// What a scenario's story does not let the probes do, `at` being the place of the probes.
pub(super) fn check_story(probes: &[Probe], scenario: &Scenario, at: Cursor) -> Vec<Fault> {
    if scenario.command().is_none() {
        return Vec::new();
    }
    let starts_at_baseline = scenario.marks.is_none_or(|marks| marks.baseline.is_none());
    let fault = |probe: &Probe| {
        let at = at.get(&probe.name);
        if let ProbeSource::Call { .. } = probe.source {
            let message = format!(
                "`{}` cannot be called: `{}` runs a command, which is under way at its marks",
                probe.name, scenario.name
            );
            let fault = Fault::at(at.get("call").key_place(), message);
            return Some(fault.with_note("read it from a `global` or from `memory`"));
        }
        if probe.since == Some(Since::Baseline) && starts_at_baseline {
            let message = format!(
                "the baseline of `{}` is its start, when there is nothing to read",
                scenario.name
            );
            let fault = Fault::at(at.get("since").place(), message);
            return Some(
                fault.with_note("give the scenario a mark: marks: { baseline: 90s, ... }"),
            );
        }
        None
    };
    probes.iter().filter_map(fault).collect()
}
