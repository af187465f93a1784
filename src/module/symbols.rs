//! From a place in the code to functions and lines.

use std::ops::Range;
use std::sync::Arc;

use addr2line::Context;

use super::Module;
use super::dwarf::{self, Bytes};
use super::frame::{CodeFrame, Frame};
use super::printable::printable;
use super::source_path::source_path;
use super::symbol::{has_path, last_segment, readable};
use super::units::{Units, entry_range};

/// Looks places up in a module's debug info, and in its names where that says nothing.
///
/// Making one reads the index of the debug info, a look-up what it needs of the rest; so make it once a report.
pub struct Symbols<'m> {
    module: &'m Module,
    /// `None` where there is no debug info, or none that can be read.
    debug_sections: Option<DebugSections<'m>>,
}

struct DebugSections<'m> {
    context: Context<Bytes<'m>>,
    units: Units<'m>,
}

impl<'m> Symbols<'m> {
    pub(super) fn new(module: &'m Module) -> Symbols<'m> {
        Symbols {
            module,
            debug_sections: DebugSections::read(module),
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
        let DebugSections { context, units } = self.debug_sections.as_ref()?;
        let address = self.address(place.offset as usize)?;
        let unit = units.at(address);
        let folder = unit.and_then(|unit| unit.comp_dir);
        let compiled_in = folder
            .map(|folder| folder.to_string_lossy())
            .unwrap_or_default();
        let mut found = context.find_frames(address).skip_all_loads().ok()?;
        let mut frames = Vec::new();
        let mut entry = None;
        while let Some(frame) = found.next().ok()? {
            entry = frame.dw_die_offset;
            frames.push(inlined_frame(&frame, &compiled_in));
        }
        let claimed = unit
            .zip(entry)
            .and_then(|(unit, entry)| entry_range(unit, entry));
        if claimed.is_some_and(|claimed| !self.is_of(place.function, &claimed)) {
            return None;
        }
        frames.last_mut()?.inlined = false;
        Some(frames)
    }

    /// Whether the addresses of an entry are those of a function. Linkers let the entries of functions that they threw
    /// away begin at 0 or at the end of the address space.
    fn is_of(&self, function: u32, claimed: &Range<u64>) -> bool {
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

impl<'m> DebugSections<'m> {
    fn read(module: &'m Module) -> Option<DebugSections<'m>> {
        let dwarf = Arc::new(dwarf::load(module)?);
        let context = Context::from_arc_dwarf(Arc::clone(&dwarf)).ok()?;
        Some(DebugSections {
            context,
            units: Units::new(dwarf),
        })
    }
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
            .map(|file| printable(source_path(file, compiled_in)).into_owned()),
        line: location.and_then(|location| location.line),
        // Column 0 says that the line is all that is known.
        column: location
            .and_then(|location| location.column)
            .filter(|&column| column > 0),
        inlined: true,
    }
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
