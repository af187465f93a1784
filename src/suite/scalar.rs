//! The values of a suite that are texts with a meaning: sizes, times, names.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

use super::units::{self, BYTES, Measure, PERCENTAGE, TIME};

/// The names of scenarios and of kept results: part of trial names, of file names, of `$name`.
pub(super) const NAME: &str = "[A-Za-z0-9_-]+";

/// Whether it is a name that neither a shell nor a file system minds.
pub(crate) fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    !text.is_empty() && text.bytes().all(allowed)
}

/// A name; the field is optional, the value is not.
pub(super) fn some_name<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    match is_name(&text) {
        true => Ok(Some(text)),
        false => Err(D::Error::custom(format!(
            "`{text}` is not a name\n{ACCEPTED_NAMES}"
        ))),
    }
}

/// What a name is made of, as a note to those who chose another.
pub(super) const ACCEPTED_NAMES: &str = "accepted: letters, digits, `_` and `-`";

/// A time: `16ms`.
pub(super) fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    deserializer.deserialize_any(Quantity {
        measure: &TIME,
        parse: units::parse_duration,
    })
}

/// A time whose field may be absent.
pub(super) fn some_duration<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    duration(deserializer).map(Some)
}

/// A number of bytes: `1GB`.
pub(super) fn bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    deserializer.deserialize_any(Quantity {
        measure: &BYTES,
        parse: units::parse_bytes,
    })
}

/// Hundredths: `2%`.
pub(super) fn percentage<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    deserializer.deserialize_any(Quantity {
        measure: &PERCENTAGE,
        parse: units::parse_percentage,
    })
}

struct Quantity<T> {
    measure: &'static Measure,
    parse: fn(&str) -> Result<T, String>,
}

impl<T> Visitor<'_> for Quantity<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.measure.expected())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.parse)(text).map_err(E::custom)
    }

    // A bare number comes here only to be told its unit, unless it is zero.
    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }
}

/// A time, as the schema knows it.
pub(super) struct Time;

impl JsonSchema for Time {
    fn schema_name() -> Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        quantity_schema(
            &TIME,
            "A time with its unit, such as `16ms`, `1.5s`, `5min` or `30d`.",
        )
    }
}

/// A percentage, as the schema knows it.
pub(super) struct Percentage;

impl JsonSchema for Percentage {
    fn schema_name() -> Cow<'static, str> {
        "Percentage".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        quantity_schema(&PERCENTAGE, "A percentage below 100%, such as `2%`.")
    }
}

/// A number of bytes, as the schema knows it.
pub(super) struct Bytes;

impl JsonSchema for Bytes {
    fn schema_name() -> Cow<'static, str> {
        "Bytes".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        quantity_schema(
            &BYTES,
            "A size with its unit, such as `64KB` or `1.5MB`; 1KB is 1024B.",
        )
    }
}

fn quantity_schema(measure: &Measure, description: &str) -> Schema {
    json_schema!({
        "description": description,
        "anyOf": [
            { "type": "string", "pattern": format!(r"^\s*({}|0)\s*$", measure.pattern()) },
            { "const": 0 },
        ],
    })
}

/// A name, as the schema knows it.
pub(super) struct Name;

impl JsonSchema for Name {
    fn schema_name() -> Cow<'static, str> {
        "Name".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": format!("^{NAME}$") })
    }
}
