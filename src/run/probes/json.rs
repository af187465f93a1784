//! A number in the JSON that an export returns.

use serde_json::Value;
use wasmtime::{Val, ValType};

use crate::suite::{StringForm, format_exact_bytes};

/// Longer strings are no statistics.
const MOST_BYTES: usize = 1 << 20;

/// How much of a string is shown.
const SHOWN: usize = 40;

/// How the export returns a string: as the suite has it, or as its results have it. Where memory is wide, so are addresses,
/// and one i64 is an address unless the suite says otherwise.
pub(super) fn form(
    export: &str,
    given: Option<StringForm>,
    results: &[ValType],
    is_memory64: bool,
) -> Result<StringForm, String> {
    use StringForm::{AssemblyScript, Nul, Packed, Pair};
    let form = match (given, results) {
        (Some(Nul) | None, [ValType::I32]) => Nul,
        (Some(Nul) | None, [ValType::I64]) if is_memory64 => Nul,
        (Some(AssemblyScript), [ValType::I32]) => AssemblyScript,
        (Some(Pair) | None, [ValType::I32, ValType::I32]) => Pair,
        (Some(Pair) | None, [ValType::I64, ValType::I64]) if is_memory64 => Pair,
        (Some(Packed) | None, [ValType::I64]) => Packed,
        _ => {
            let types: Vec<String> = results.iter().map(ToString::to_string).collect();
            let address = if is_memory64 { "i64" } else { "i32" };
            return Err(format!(
                "wants JSON of `{export}`, which returns ({}) and no string of that form\n\
                 strings are the address of bytes that end with a zero ({address}), `pair` ({address}, {address}), `packed` (i64) \
                 or `assemblyscript` (i32)",
                types.join(", ")
            ));
        }
    };
    Ok(form)
}

/// The number at the end of the way through the JSON.
pub(super) fn read(
    form: StringForm,
    results: &[Val],
    memory: &[u8],
    field: &[String],
) -> Result<f64, String> {
    let text = text(form, results, memory)?;
    let json: Value = serde_json::from_str(&text)
        .map_err(|error| format!("which returned no JSON: {error}\nit is: {}", shown(&text)))?;
    let mut value = &json;
    for (depth, name) in field.iter().enumerate() {
        value = inner(value, name).ok_or_else(|| {
            let (path, parent) = (field[..=depth].join("."), field[..depth].join("."));
            let parent = if parent.is_empty() {
                "it".into()
            } else {
                format!("`{parent}`")
            };
            format!(
                "which returned JSON without `{path}`\n{parent} {}",
                described(value)
            )
        })?;
    }
    value.as_f64().ok_or_else(|| {
        let path = field.join(".");
        format!(
            "which returned JSON whose `{path}` is no number\nit {}",
            described(value)
        )
    })
}

fn inner<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    match value {
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        _ => value.get(name),
    }
}

/// What is there instead.
fn described(value: &Value) -> String {
    match value {
        Value::Object(fields) if fields.is_empty() => "has no fields".into(),
        Value::Object(fields) => {
            let names: Vec<&str> = fields.keys().map(String::as_str).collect();
            format!("has: {}", shown(&names.join(", ")))
        }
        Value::Array(items) => format!("is a list of {}", items.len()),
        other => format!("is: {}", shown(&other.to_string())),
    }
}

/// The beginning of a text, with nothing in it that a terminal would take for a command.
fn shown(text: &str) -> String {
    let start: String = text.chars().take(SHOWN).collect();
    let more = if start.len() < text.len() { "..." } else { "" };
    format!(
        "{}{more}",
        start.escape_debug().to_string().replace("\\\"", "\"")
    )
}

fn text(form: StringForm, results: &[Val], memory: &[u8]) -> Result<String, String> {
    let word = |index: usize| match results[index] {
        Val::I32(value) => value.cast_unsigned() as usize,
        // What is beyond the host's addresses is beyond the memory, too.
        Val::I64(value) => usize::try_from(value.cast_unsigned()).unwrap_or(usize::MAX),
        _ => 0,
    };
    match form {
        StringForm::Nul => utf8(until_zero(memory, word(0))?),
        StringForm::Pair => utf8(within(memory, word(0), word(1))?),
        StringForm::Packed => {
            let packed = results[0].i64().unwrap_or_default().cast_unsigned();
            let (address, length) = (packed >> 32, packed & u64::from(u32::MAX));
            utf8(within(memory, address as usize, length as usize)?)
        }
        StringForm::AssemblyScript => {
            let length = within(memory, word(0).wrapping_sub(4), 4)?;
            let length = u32::from_le_bytes(length.try_into().expect("four bytes were taken"));
            let bytes = within(memory, word(0), length as usize)?;
            let units = bytes
                .chunks_exact(2)
                .map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
            char::decode_utf16(units)
                .collect::<Result<String, _>>()
                .map_err(|_| "which returned a string that is not UTF-16".into())
        }
    }
}

/// The bytes from an address to the next zero.
fn until_zero(memory: &[u8], address: usize) -> Result<&[u8], String> {
    let rest = memory.get(address..).ok_or_else(|| {
        let memory = format_exact_bytes(memory.len() as f64);
        format!("which returned a string at {address:#x}, beyond the {memory} of memory")
    })?;
    let end = rest.iter().take(MOST_BYTES).position(|byte| *byte == 0);
    end.map(|end| &rest[..end]).ok_or_else(|| {
        format!(
            "which returned a string at {address:#x} that does not end: no zero follows within {} or to the end of memory\n\
             if its length is known, return that as well (`string: pair` or `string: packed`)",
            format_exact_bytes(MOST_BYTES as f64)
        )
    })
}

fn within(memory: &[u8], address: usize, length: usize) -> Result<&[u8], String> {
    if length > MOST_BYTES {
        return Err(format!(
            "which returned a string of {}, where {} is the most that is read",
            format_exact_bytes(length as f64),
            format_exact_bytes(MOST_BYTES as f64)
        ));
    }
    memory
        .get(address..address.saturating_add(length))
        .ok_or_else(|| outside(address, length, memory))
}

fn outside(address: usize, length: usize, memory: &[u8]) -> String {
    format!(
        "which returned a string of {} at {address:#x}, beyond the {} of memory",
        format_exact_bytes(length as f64),
        format_exact_bytes(memory.len() as f64)
    )
}

fn utf8(bytes: &[u8]) -> Result<String, String> {
    String::from_utf8(bytes.to_vec())
        .map_err(|_| "which returned a string that is not UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use StringForm::{Nul, Packed, Pair};
    use ValType::{I32, I64};

    #[track_caller]
    fn check(
        given: Option<StringForm>,
        results: &[ValType],
        is_memory64: bool,
        expected: Option<StringForm>,
    ) {
        assert_eq!(form("stats", given, results, is_memory64).ok(), expected);
    }

    #[test]
    fn addresses_are_as_wide_as_memory() {
        check(None, &[I32], false, Some(Nul));
        check(None, &[I64], false, Some(Packed));
        check(Some(Nul), &[I64], false, None);
        check(None, &[I64], true, Some(Nul));
        check(Some(Nul), &[I64], true, Some(Nul));
        check(Some(Packed), &[I64], true, Some(Packed));
        check(None, &[I64, I64], true, Some(Pair));
        check(None, &[I64, I64], false, None);
    }

    #[test]
    fn a_wide_address_is_followed() {
        let memory = b"........{\"d\": 12}\0";
        let field = ["d".to_string()];
        let read = |address| read(Nul, &[Val::I64(address)], memory, &field);
        assert_eq!(read(8), Ok(12.0));
        assert!(read(-1).is_err());
    }
}
