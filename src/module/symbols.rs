//! From a place in the code to functions and lines.

use std::convert::Infallible;
use std::ops::Range;

use addr2line::Context;
use addr2line::gimli::{self, Dwarf, EndianSlice, LittleEndian, UnitOffset, UnitRef};

use super::Module;
use super::demangle::printable;
use super::frame::{CodeFrame, Frame};
use super::source_path::source_path;
use super::symbol::{has_path, last_segment, readable};

type Bytes<'m> = EndianSlice<'m, LittleEndian>;

/// Looks places up in a module's debug info, and in its names where that says nothing.
///
/// Making one reads the index of the debug info, a look-up what it needs of the rest; so make it once a report.
pub struct Symbols<'m> {
    module: &'m Module,
    /// `None` where there is no debug info, or none that can be read.
    context: Option<Context<Bytes<'m>>>,
}

impl<'m> Symbols<'m> {
    pub(super) fn new(module: &'m Module) -> Symbols<'m> {
        Symbols {
            module,
            context: context(module),
        }
    }

    /// The functions that are under way at that place: those inlined into one another first, innermost first, then the
    /// one whose code it is. Never empty.
    pub fn frames(&self, place: CodeFrame) -> Vec<Frame> {
        let mut frames = self
            .debug_frames(place)
            .unwrap_or_else(|| vec![Frame::default()]);
        let symbol = self.symbol(place.function);
        let outermost = frames.last_mut().expect("there is the function itself");
        outermost.function = fuller(&outermost.function, symbol);
        frames
    }

    /// `None`, too, where the debug info cannot be of this code, as after a tool that moved the code and left it behind.
    fn debug_frames(&self, place: CodeFrame) -> Option<Vec<Frame>> {
        let context = self.context.as_ref()?;
        let address = self.address(place.offset as usize)?;
        let unit = context.find_dwarf_and_unit(address).skip_all_loads()?;
        let compiled_in = unit
            .comp_dir
            .map(|folder| folder.to_string_lossy())
            .unwrap_or_default();
        let mut found = context.find_frames(address).skip_all_loads().ok()?;
        let mut frames = Vec::new();
        let mut entry = None;
        while let Some(frame) = found.next().ok()? {
            entry = frame.dw_die_offset;
            frames.push(inlined_frame(&frame, &compiled_in));
        }
        if entry.is_some_and(|entry| !self.is_of(place.function, unit, entry)) {
            return None;
        }
        frames.last_mut()?.inlined = false;
        Some(frames)
    }

    /// Whether an entry is of that function: it has to begin and end with it. Linkers let the entries of functions that
    /// they threw away begin at 0 or at the end of the address space.
    fn is_of(&self, function: u32, unit: UnitRef<'_, Bytes<'m>>, entry: UnitOffset) -> bool {
        let Some(claimed) = address_range(unit, entry) else {
            return true;
        };
        let Some(body) = self.module.body(function) else {
            return false;
        };
        // Some tools count the size before the body as a part of it.
        let begins =
            |begin: u64| (begin.saturating_sub(MAX_SIZE_WIDTH)..=begin).contains(&claimed.start);
        self.address(body.start).is_some_and(begins) && self.address(body.end) == Some(claimed.end)
    }

    /// Addresses in debug info are relative to the code section.
    fn address(&self, offset: usize) -> Option<u64> {
        offset
            .checked_sub(self.module.contents.code.start)
            .map(|address| address as u64)
    }

    /// What the function is called without debug info.
    fn symbol(&self, function: u32) -> String {
        if let Some(symbol) = self.module.function_name(function) {
            return readable(symbol);
        }
        if let Some(import) = self.module.imports().get(function as usize) {
            return readable(&format!("{}.{}", import.module, import.name));
        }
        let export = self.module.export_name(function);
        export.map_or_else(|| format!("function[{function}]"), readable)
    }
}

/// Bytes that a body's size takes at most.
const MAX_SIZE_WIDTH: u64 = 5;

fn context(module: &Module) -> Option<Context<Bytes<'_>>> {
    let section = |id: gimli::SectionId| -> Result<_, Infallible> {
        Ok(EndianSlice::new(
            module.custom_section(id.name()).unwrap_or_default(),
            LittleEndian,
        ))
    };
    module.custom_section(gimli::SectionId::DebugInfo.name())?;
    let Ok(dwarf) = Dwarf::load(section);
    Context::from_dwarf(dwarf).ok()
}

fn inlined_frame(frame: &addr2line::Frame<'_, Bytes<'_>>, compiled_in: &str) -> Frame {
    let name = frame
        .function
        .as_ref()
        .and_then(|name| name.raw_name().ok());
    let location = frame.location.as_ref();
    Frame {
        function: name.map(|name| readable(&name)).unwrap_or_default(),
        file: location
            .and_then(|location| location.file)
            .map(|file| printable(source_path(file, compiled_in).into()).into_owned()),
        line: location.and_then(|location| location.line),
        // Column 0 says that the line is all that is known.
        column: location
            .and_then(|location| location.column)
            .filter(|&column| column > 0),
        inlined: true,
    }
}

/// `None` where an entry has none, or several.
fn address_range(unit: UnitRef<'_, Bytes<'_>>, entry: UnitOffset) -> Option<Range<u64>> {
    let entry = unit.entry(entry).ok()?;
    let start = unit
        .attr_address(entry.attr_value(gimli::DW_AT_low_pc)?)
        .ok()??;
    let end = entry.attr_value(gimli::DW_AT_high_pc)?;
    let size = end.udata_value().map(|size| start.wrapping_add(size));
    Some(start..size.or_else(|| unit.attr_address(end).ok()?)?)
}

/// Of a function's two names the one that says more: reduced debug info has `insert` where the symbol has
/// `feed::Cache::insert`, but a C program's `main` goes by `__main_argc_argv` as a symbol.
fn fuller(in_debug_info: &str, symbol: String) -> String {
    let is_short_for =
        !has_path(in_debug_info) && last_segment(in_debug_info) == last_segment(&symbol);
    if in_debug_info.is_empty() || is_short_for {
        symbol
    } else {
        in_debug_info.to_owned()
    }
}
