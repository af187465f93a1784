//! Sections about instructions, `metadata.code.*`: branch hints and what else a toolchain knows of a place in the code.
//!
//! All have one form: functions, and for each its annotations, of which each is an offset in the function's body and data of
//! some length. So the offsets can be moved without a knowledge of what the data means.

use std::ops::Range;

use wasm_encoder::Encode;
use wasmparser::{BinaryReader, Result};

use super::offsets::Offsets;
use super::plan::Plan;

/// What the names of such sections begin with.
pub(crate) const PREFIX: &str = "metadata.code.";

/// Where the code is now.
pub(crate) struct Moved<'a> {
    pub(crate) plan: &'a Plan<'a>,
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
        let bodies = self.bodies()?;
        let mut reader = BinaryReader::new(data, 0);
        let mut moved = Vec::with_capacity(data.len() + data.len() / 8);
        let functions = reader.read_var_u32()?;
        functions.encode(&mut moved);
        for _ in 0..functions {
            let function = reader.read_var_u32()?;
            let Some(body) = self.body(function, &bodies) else {
                return Ok(None);
            };
            self.plan.code(function).encode(&mut moved);
            let annotations = reader.read_var_u32()?;
            annotations.encode(&mut moved);
            for _ in 0..annotations {
                let offset = reader.read_var_u32()?;
                let size = reader.read_var_u32()?;
                let annotation = reader.read_bytes(size as usize)?;
                self.offset(&body, offset).encode(&mut moved);
                annotation.encode(&mut moved);
            }
        }
        Ok(reader.eof().then_some(moved))
    }

    /// Where a function's body begins in the original, and where it is now.
    fn body(&self, function: u32, bodies: &[Range<u32>]) -> Option<(u32, Range<u32>)> {
        let module = self.plan.module;
        if function >= module.function_count() {
            return None;
        }
        let original = module.body(function)?.start as u32;
        let defined = self.plan.code(function) - self.plan.indices.imported();
        Some((original, bodies[defined as usize].clone()))
    }

    /// An offset before the first instruction stands for the function itself.
    fn offset(&self, (original, now): &(u32, Range<u32>), offset: u32) -> u32 {
        let instruction = self
            .offsets
            .instrumented(original.saturating_add(offset), now);
        match instruction {
            Some(instruction) if offset > 0 => instruction - now.start,
            _ => offset,
        }
    }

    /// Where the body of each defined function is.
    fn bodies(&self) -> Result<Vec<Range<u32>>> {
        let mut reader = BinaryReader::new(self.bodies, 0);
        let mut bodies = Vec::new();
        while !reader.eof() {
            let size = reader.read_var_u32()?;
            let start = self.start + reader.original_position() as u32;
            bodies.push(start..start + size);
            reader.read_bytes(size as usize)?;
        }
        Ok(bodies)
    }
}
