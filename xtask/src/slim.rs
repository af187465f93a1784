//! Leaves out what a module does not need; every section that runs is copied byte by byte.

mod functions;
mod lines;
mod source;
mod statics;

use std::borrow::Cow;
use std::collections::HashMap;

use anyhow::{Context, Result};
use gimli::{LittleEndian, write};
use wasm_encoder::{CustomSection, Module, RawSection};
use wasmparser::{Parser, Payload};

use self::source::Source;

/// The debug sections of a module, by name.
type DebugSections<'a> = HashMap<&'a str, &'a [u8]>;

const PAGE: u64 = 64 << 10;

/// Without names and debug information.
pub(crate) fn strip(wasm: &[u8]) -> Result<Vec<u8>> {
    keep_custom(wasm, &[])
}

/// Without debug information, and with names.
pub(crate) fn keep_names(wasm: &[u8]) -> Result<Vec<u8>> {
    keep_custom(wasm, &["name", "producers"])
}

/// Every section that runs, and these.
fn keep_custom(wasm: &[u8], names: &[&str]) -> Result<Vec<u8>> {
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.context("failed to parse the module")?;
        match &payload {
            Payload::CustomSection(section) if !names.contains(&section.name()) => {}
            payload => copy_section(payload, wasm, &mut module),
        }
    }
    Ok(module.finish())
}

/// With its DWARF cut down to what names a line: functions, what was inlined into them, line tables.
///
/// A standard library brings megabytes of types, variables and functions that the linker dropped.
pub(crate) fn keep_lines(wasm: &[u8]) -> Result<Vec<u8>> {
    cut_down(wasm, false)
}

/// As [`keep_lines`], and with the static variables that are still there, and their types.
pub(crate) fn keep_statics(wasm: &[u8]) -> Result<Vec<u8>> {
    cut_down(wasm, true)
}

fn cut_down(wasm: &[u8], keeps_statics: bool) -> Result<Vec<u8>> {
    let mut module = Module::new();
    let mut debug_sections = DebugSections::new();
    let (mut code_size, mut memory_size) = (0, 0);
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.context("failed to parse the module")?;
        match &payload {
            Payload::CustomSection(section) if section.name().starts_with(".debug_") => {
                debug_sections.insert(section.name(), section.data());
                continue;
            }
            Payload::CodeSectionStart { range, .. } => code_size = range.len() as u64,
            Payload::MemorySection(memories) if keeps_statics => {
                for memory in memories.clone() {
                    memory_size = memory?.initial * PAGE;
                }
            }
            _ => {}
        }
        copy_section(&payload, wasm, &mut module);
    }
    let kept = slim_dwarf(&debug_sections, code_size, memory_size)
        .context("failed to cut down the DWARF")?;
    for (name, data) in kept {
        module.section(&CustomSection {
            name: name.into(),
            data: Cow::Owned(data),
        });
    }
    Ok(module.finish())
}

fn copy_section(payload: &Payload, wasm: &[u8], module: &mut Module) {
    if let Some((id, range)) = payload.as_section() {
        let data = &wasm[range];
        module.section(&RawSection { id, data });
    }
}

/// The debug sections that remain.
fn slim_dwarf(
    sections: &DebugSections<'_>,
    code_size: u64,
    memory_size: u64,
) -> Result<Vec<(&'static str, Vec<u8>)>> {
    let dwarf = source::load(sections)?;
    let source = Source::read(&dwarf, code_size, memory_size)?;
    let mut slimmed = write::Dwarf::new();
    for unit in &source.units {
        if let Some(lines) = lines::copy(&source, unit)? {
            functions::copy(&source, unit, lines, &mut slimmed)?;
        }
    }
    let mut written = write::Sections::new(write::EndianVec::new(LittleEndian));
    slimmed.write(&mut written)?;
    let mut kept = Vec::new();
    written.for_each_mut(|id, data| -> Result<()> {
        if !data.slice().is_empty() {
            kept.push((id.name(), data.take()));
        }
        Ok(())
    })?;
    Ok(kept)
}

#[cfg(test)]
mod tests;
