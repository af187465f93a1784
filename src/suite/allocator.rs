//! `allocators:`, what a suite says of functions that memgate would not know to allocate.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use super::fault::Fault;
use super::node::{Cursor, NodeId};

/// A function that allocates, resizes or frees: by its name in the module's name section, by the name of an export, or by its
/// index, as `#42`. Arguments are given by their position, counted from 0.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
#[schemars(untagged)]
pub enum NamedAllocator {
    /// Returns the address of a new block, or null.
    Allocate {
        /// The function.
        #[serde(deserialize_with = "function_that_allocates")]
        #[schemars(length(min = 1))]
        allocate: String,
        /// Which argument is the number of bytes; of one element, if there is a `count`.
        #[serde(default)]
        size: u32,
        /// Which argument is the number of elements, where there is one, as for `calloc`.
        #[serde(default)]
        #[schemars(with = "u32")]
        count: Option<u32>,
        /// Which argument says where the address is to be written, if the function returns 0 for success instead of it, as
        /// `posix_memalign` does.
        #[serde(default)]
        #[schemars(with = "u32")]
        out: Option<u32>,
    },
    /// Takes a block, or null, and returns the address of the one that takes its place, or null.
    Resize {
        /// The function.
        #[serde(deserialize_with = "function_that_resizes")]
        #[schemars(length(min = 1))]
        resize: String,
        /// Which argument is the block.
        #[serde(default)]
        address: u32,
        /// Which argument is the number of bytes that it is to have; of one element, if there is a `count`.
        #[serde(default = "second")]
        size: u32,
        /// Which argument is the number of elements, where there is one, as for `reallocarray`.
        #[serde(default)]
        #[schemars(with = "u32")]
        count: Option<u32>,
    },
    /// Takes a block back.
    Free {
        /// The function.
        #[serde(deserialize_with = "function_that_frees")]
        #[schemars(length(min = 1))]
        free: String,
        /// Which argument is the block.
        #[serde(default)]
        address: u32,
    },
}

fn second() -> u32 {
    1
}

fn function_that_allocates<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    from.deserialize_str(Function("- { allocate: take, size: 1 }"))
}

fn function_that_resizes<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    from.deserialize_str(Function("- { resize: retake, address: 0, size: 1 }"))
}

fn function_that_frees<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    from.deserialize_str(Function("- { free: give_back, address: 0 }"))
}

/// A function's name, with an example of the entry that it stands in.
struct Function(&'static str);

impl Visitor<'_> for Function {
    type Value = String;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "a text\nfor example: {}", self.0)
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<String, E> {
        Ok(name.to_owned())
    }
}

impl NamedAllocator {
    /// What the suite calls it.
    pub fn function(&self) -> &str {
        match self {
            NamedAllocator::Allocate { allocate, .. } => allocate,
            NamedAllocator::Resize { resize, .. } => resize,
            NamedAllocator::Free { free, .. } => free,
        }
    }

    fn verb(&self) -> &'static str {
        match self {
            NamedAllocator::Allocate { .. } => "allocate",
            NamedAllocator::Resize { .. } => "resize",
            NamedAllocator::Free { .. } => "free",
        }
    }

    /// The arguments that mean something, by their keys.
    fn positions(&self) -> Vec<(&'static str, u32)> {
        let (sure, optional) = match *self {
            NamedAllocator::Allocate {
                size, count, out, ..
            } => (vec![("size", size)], vec![("count", count), ("out", out)]),
            NamedAllocator::Resize {
                address,
                size,
                count,
                ..
            } => (
                vec![("address", address), ("size", size)],
                vec![("count", count)],
            ),
            NamedAllocator::Free { address, .. } => (vec![("address", address)], vec![]),
        };
        let given = optional
            .into_iter()
            .filter_map(|(key, position)| Some((key, position?)));
        sure.into_iter().chain(given).collect()
    }
}

/// All that is wrong with the list, `at` being its place in the file.
pub(super) fn check(allocators: &[NamedAllocator], at: Cursor) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut named: Vec<(&str, NodeId)> = Vec::new();
    for (index, allocator) in allocators.iter().enumerate() {
        let at = at.item(index);
        let function = allocator.function();
        let place = at.get(allocator.verb()).place();
        if function.trim_matches('#').is_empty() {
            let note = "accepted: a function's name, an export, or an index such as `\"#42\"`";
            faults.push(Fault::at(place, "the allocator has no name").with_note(note));
        } else if let Some((_, first)) = named.iter().find(|(name, _)| *name == function) {
            let message = format!("`{function}` is named twice");
            faults.push(Fault::at(place, message).with_first(*first));
        } else {
            named.push((function, place));
        }
        faults.extend(check_positions(allocator, at));
    }
    faults
}

fn check_positions(allocator: &NamedAllocator, at: Cursor) -> Option<Fault> {
    if let NamedAllocator::Allocate {
        count: Some(_),
        out: Some(_),
        ..
    } = allocator
    {
        let message = "`count` and `out` exclude each other";
        return Some(Fault::at(at.get("out").key_place(), message));
    }
    let positions = allocator.positions();
    let (key, position) = positions
        .iter()
        .enumerate()
        .find(|(index, (_, position))| {
            positions[..*index]
                .iter()
                .any(|(_, other)| other == position)
        })
        .map(|(_, twice)| *twice)?;
    let (other, _) = positions.iter().find(|(_, other)| *other == position)?;
    let message = format!("`{key}` and `{other}` are the same argument, {position}");
    // One of the two may be the default, which has no place.
    let place = at.find(key).unwrap_or_else(|| at.get(other)).place();
    Some(Fault::at(place, message).with_note("arguments are counted from 0"))
}
