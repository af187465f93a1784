//! Sections about instructions, `metadata.code.*`: branch hints and what else a toolchain knows of a place in the code.
//!
//! All have one form: functions, and for each its annotations, of which each is an offset in the function's body and data of
//! some length. So the offsets can be moved without a knowledge of what the data means.

use wasm_encoder::Encode;
use wasmparser::{BinaryReader, Result};

use super::indices::Indices;
use super::offsets::Offsets;
use crate::module::Module;

/// What the names of such sections begin with.
pub(crate) const PREFIX: &str = "metadata.code.";

/// Where the code is now.
pub(crate) struct Moved<'a> {
    pub(crate) module: &'a Module,
    pub(crate) indices: &'a Indices,
    pub(crate) offsets: &'a Offsets,
    /// The bodies of all defined functions, each behind its size.
    pub(crate) bodies: &'a [u8],
    /// What `offsets` says of the first of these bytes.
    pub(crate) start: u32,
}

impl Moved<'_> {
    /// The section's data, with offsets as they are now. None where it cannot be read: what it says would be said of other
    /// instructions.
    pub(crate) fn renumber(&self, data: &[u8]) -> Option<Vec<u8>> {
        self.try_renumber(data).ok()?
    }

    fn try_renumber(&self, data: &[u8]) -> Result<Option<Vec<u8>>> {
        let starts = self.body_starts()?;
        let mut reader = BinaryReader::new(data, 0);
        let mut moved = Vec::with_capacity(data.len() + data.len() / 8);
        let functions = reader.read_var_u32()?;
        functions.encode(&mut moved);
        for _ in 0..functions {
            let function = reader.read_var_u32()?;
            let Some(body) = self.body(function, &starts) else {
                return Ok(None);
            };
            self.indices.body(function).encode(&mut moved);
            let annotations = reader.read_var_u32()?;
            annotations.encode(&mut moved);
            for _ in 0..annotations {
                let offset = reader.read_var_u32()?;
                let size = reader.read_var_u32()?;
                let annotation = reader.read_bytes(size as usize)?;
                self.offset(body, offset).encode(&mut moved);
                annotation.encode(&mut moved);
            }
        }
        Ok(reader.eof().then_some(moved))
    }

    /// Where a function's body begins, in the original and now.
    fn body(&self, function: u32, starts: &[u32]) -> Option<(u32, u32)> {
        if function >= self.module.function_count() {
            return None;
        }
        let original = self.module.body(function)?.start as u32;
        let defined = function - self.module.imported_functions();
        Some((original, starts[defined as usize]))
    }

    /// An offset before the first instruction stands for the function itself.
    fn offset(&self, (original, now): (u32, u32), offset: u32) -> u32 {
        let instruction = self.offsets.instrumented(original.saturating_add(offset));
        match instruction {
            Some(instruction) if instruction >= now && offset > 0 => instruction - now,
            _ => offset,
        }
    }

    /// Where the body of each defined function begins.
    fn body_starts(&self) -> Result<Vec<u32>> {
        let mut reader = BinaryReader::new(self.bodies, 0);
        let mut starts = Vec::new();
        while !reader.eof() {
            let size = reader.read_var_u32()?;
            starts.push(self.start + reader.original_position() as u32);
            reader.read_bytes(size as usize)?;
        }
        Ok(starts)
    }
}
