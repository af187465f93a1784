//! `imports:`, answers for what a module imports besides WASI, where any answer will do.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::fault::Fault;
use super::node::Cursor;

/// The module whose functions memgate itself provides.
const WASI: &str = "wasi_snapshot_preview1";

/// A function that the module imports, and what is answered when it calls it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stub {
    /// `module.name`, or `module.*` for all of that module that have no stub of their own.
    pub import: String,
    /// What a call comes to.
    pub answer: Answer,
}

/// What a call of a stub comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// It returns zeros, or nothing where the function returns nothing.
    Zero,
    /// The guest is stopped.
    Trap,
    /// It returns these, typed by the signature.
    Numbers(Vec<StubNumber>),
}

/// A number that a stub returns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StubNumber {
    /// A whole number, signed or not.
    Integer(i128),
    /// A number with a fraction.
    Float(f64),
}

/// What an answer may be, as a note to those who wrote something else.
const ACCEPTED: &str = "accepted: a number, a list of numbers, `zero` or `trap`";

/// `imports:`, in the order of the file.
pub(super) fn stubs<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Stub>, D::Error> {
    deserializer.deserialize_map(Stubs)
}

struct Stubs;

impl<'de> Visitor<'de> for Stubs {
    type Value = Vec<Stub>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a mapping of imports to answers\nfor example: imports: { page.width: 1024, page.log: zero }")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Vec<Stub>, A::Error> {
        let mut stubs = Vec::new();
        while let Some(import) = entries.next_key::<String>()? {
            let answer = entries.next_value()?;
            stubs.push(Stub { import, answer });
        }
        Ok(stubs)
    }
}

impl<'de> Deserialize<'de> for Answer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Answer, D::Error> {
        deserializer.deserialize_any(AnswerVisitor)
    }
}

struct AnswerVisitor;

impl<'de> Visitor<'de> for AnswerVisitor {
    type Value = Answer;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "an answer\n{ACCEPTED}")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Answer, E> {
        match word {
            "zero" => Ok(Answer::Zero),
            "trap" => Ok(Answer::Trap),
            _ => Err(E::custom(format!("`{word}` is no answer\n{ACCEPTED}"))),
        }
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Answer, E> {
        NumberVisitor.visit_u64(number).map(one)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Answer, E> {
        NumberVisitor.visit_i64(number).map(one)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Answer, E> {
        NumberVisitor.visit_f64(number).map(one)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Answer, A::Error> {
        let mut numbers = Vec::new();
        while let Some(number) = items.next_element()? {
            numbers.push(number);
        }
        Ok(Answer::Numbers(numbers))
    }
}

fn one(number: StubNumber) -> Answer {
    Answer::Numbers(vec![number])
}

impl<'de> Deserialize<'de> for StubNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<StubNumber, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = StubNumber;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a number")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<StubNumber, E> {
        Ok(StubNumber::Integer(number.into()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<StubNumber, E> {
        Ok(StubNumber::Integer(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<StubNumber, E> {
        Ok(StubNumber::Float(number))
    }
}

/// `imports:`, as the schema knows it.
pub(super) struct ImportsSchema;

impl JsonSchema for ImportsSchema {
    fn schema_name() -> Cow<'static, str> {
        "Imports".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<BTreeMap<String, AnswerSchema>>()
    }
}

struct AnswerSchema;

impl JsonSchema for AnswerSchema {
    fn schema_name() -> Cow<'static, str> {
        "Answer".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "What a call comes to: a number or a list of them, `zero` (zeros, or nothing) or `trap`.",
            "anyOf": [
                { "enum": ["zero", "trap"] },
                { "type": "number" },
                { "type": "array", "items": { "type": "number" } },
            ],
        })
    }
}

/// All that is wrong with the stubs, `at` being their place in the file.
pub(super) fn check(stubs: &[Stub], at: Cursor) -> Vec<Fault> {
    let fault = |stub: &Stub| {
        let place = at.get(&stub.import).key_place();
        let import = &stub.import;
        match import.split_once('.') {
            Some((WASI, _)) => Some(
                Fault::at(place, format!("`{import}` is provided by memgate itself"))
                    .with_note("WASI has a clock, files and chance of its own here: leave it out"),
            ),
            Some((module, name)) if !module.is_empty() && !name.is_empty() => None,
            _ => Some(
                Fault::at(place, format!("`{import}` is not the name of an import")).with_note(
                    "accepted: a module and a function, such as `page.width`, or `\"page.*\"`",
                ),
            ),
        }
    };
    stubs.iter().filter_map(fault).collect()
}
