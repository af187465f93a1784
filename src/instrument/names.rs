//! The name section, with indices as they are now and names for what the rewrite added.
//!
//! Functions are renumbered, and so are the functions that locals and labels belong to; what the rewrite adds of other kinds
//! comes behind what was there, so that all other subsections stay as they are, unknown ones included.

use std::borrow::Cow;

use wasm_encoder::Encode;
use wasmparser::{BinaryReader, Result};

use super::indices::{Helper, Indices, Register};

/// Identifiers of the subsections that change.
const FUNCTIONS: u8 = 1;
const LOCALS: u8 = 2;
const LABELS: u8 = 3;
const MEMORIES: u8 = 6;
const GLOBALS: u8 = 7;

/// The section's data. What cannot be read ends the subsection, and the section, as it does for those who read names: a broken
/// name section makes no module invalid, and names behind the fault would be those of other functions.
pub(crate) fn renumber(data: &[u8], indices: &Indices) -> Vec<u8> {
    let mut section = Vec::with_capacity(data.len() + data.len() / 8);
    for (id, payload) in subsections(data) {
        let payload = match id {
            FUNCTIONS | MEMORIES | GLOBALS => Cow::Owned(added(payload, id, indices)),
            LOCALS | LABELS => Cow::Owned(of_functions(payload, indices)),
            _ => Cow::Borrowed(payload),
        };
        section.push(id);
        payload.encode(&mut section);
    }
    section
}

/// Identifiers and payloads, with an empty one for what is named now and was not before.
fn subsections(data: &[u8]) -> Vec<(u8, &[u8])> {
    let mut reader = BinaryReader::new(data, 0);
    let mut subsections: Vec<(u8, &[u8])> =
        std::iter::from_fn(|| subsection(&mut reader).ok()).collect();
    for id in [FUNCTIONS, MEMORIES, GLOBALS] {
        let later = subsections.iter().position(|(other, _)| *other >= id);
        let at = later.unwrap_or(subsections.len());
        if !subsections.iter().any(|(other, _)| *other == id) {
            subsections.insert(at, (id, &[]));
        }
    }
    subsections
}

fn subsection<'a>(reader: &mut BinaryReader<'a>) -> Result<(u8, &'a [u8])> {
    let id = reader.read_u8()?;
    let size = reader.read_var_u32()?;
    Ok((id, reader.read_bytes(size as usize)?))
}

/// A map from indices to names, with names for what the rewrite added behind it.
fn added(payload: &[u8], id: u8, indices: &Indices) -> Vec<u8> {
    let mut map = NameMap::with_capacity(payload.len());
    let mut names = Names::of(payload);
    match id {
        FUNCTIONS => {
            let mut added: Vec<(u32, &[u8])> = Vec::new();
            for (function, name) in names.by_ref() {
                // What names nothing now would name an added function.
                let Some(index) = indices.checked_body(function) else {
                    continue;
                };
                map.append(index, name);
                added.extend(indices.added_for(function).map(|index| (index, name)));
            }
            for helper in Helper::ALL {
                map.append_new(indices.helper(helper), &format!("{helper:?}"));
            }
            // Two names of one function would become two of what was added for it.
            added.sort_by_key(|(index, _)| *index);
            added.dedup_by_key(|(index, _)| *index);
            for (index, name) in added {
                map.append(index, name);
            }
        }
        MEMORIES => {
            map.append_all(names.filter(|(memory, _)| *memory < indices.log()));
            map.append_new(indices.log(), "log");
        }
        _ => {
            let first = indices.register(Register::ALL[0]);
            map.append_all(names.filter(|(global, _)| *global < first));
            for register in Register::ALL {
                map.append_new(indices.register(register), &format!("{register:?}"));
            }
        }
    }
    map.finish()
}

/// A map from functions to maps of what is in them, which do not change.
fn of_functions(payload: &[u8], indices: &Indices) -> Vec<u8> {
    let mut reader = BinaryReader::new(payload, 0);
    let mut map = NameMap::with_capacity(payload.len());
    let count = reader.read_var_u32().unwrap_or_default();
    for _ in 0..count {
        let Ok(function) = reader.read_var_u32() else {
            break;
        };
        let Ok(names) = skip_names(&mut reader) else {
            break;
        };
        if let Some(index) = indices.checked_body(function) {
            map.append_raw(index, &payload[names]);
        }
    }
    map.finish()
}

fn skip_names(reader: &mut BinaryReader<'_>) -> Result<std::ops::Range<usize>> {
    let start = reader.original_position();
    for _ in 0..reader.read_var_u32()? {
        naming(reader)?;
    }
    Ok(start..reader.original_position())
}

/// An index and its name, which need not be UTF-8 here.
fn naming<'a>(reader: &mut BinaryReader<'a>) -> Result<(u32, &'a [u8])> {
    let index = reader.read_var_u32()?;
    let size = reader.read_var_u32()?;
    Ok((index, reader.read_bytes(size as usize)?))
}

/// The entries of a name map, up to the first that cannot be read.
struct Names<'a> {
    reader: BinaryReader<'a>,
    left: u32,
}

impl<'a> Names<'a> {
    fn of(payload: &'a [u8]) -> Self {
        let mut reader = BinaryReader::new(payload, 0);
        let left = reader.read_var_u32().unwrap_or_default();
        Names { reader, left }
    }
}

impl<'a> Iterator for Names<'a> {
    type Item = (u32, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        naming(&mut self.reader).ok()
    }
}

/// A name map that is being written.
struct NameMap {
    count: u32,
    entries: Vec<u8>,
}

impl NameMap {
    fn with_capacity(bytes: usize) -> NameMap {
        NameMap {
            count: 0,
            entries: Vec::with_capacity(bytes + bytes / 8),
        }
    }

    fn append(&mut self, index: u32, name: &[u8]) {
        self.count += 1;
        index.encode(&mut self.entries);
        name.encode(&mut self.entries);
    }

    fn append_all<'a>(&mut self, names: impl Iterator<Item = (u32, &'a [u8])>) {
        names.for_each(|(index, name)| self.append(index, name));
    }

    /// Names something that the rewrite added.
    fn append_new(&mut self, index: u32, name: &str) {
        self.append(index, format!("memgate.{}", name.to_lowercase()).as_bytes());
    }

    fn append_raw(&mut self, index: u32, value: &[u8]) {
        self.count += 1;
        index.encode(&mut self.entries);
        self.entries.extend(value);
    }

    fn finish(self) -> Vec<u8> {
        let mut payload = Vec::with_capacity(self.entries.len() + 5);
        self.count.encode(&mut payload);
        payload.extend(self.entries);
        payload
    }
}
