//! How much a module says of its own code.

use std::fmt;

use super::frame::CodeFrame;
use super::symbols::Symbols;
use super::{Module, go};

/// How much can be said of a place in a module's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DebugInfo {
    /// Functions, files and lines.
    Lines,
    /// Functions only.
    Names,
    /// Nothing but exports' names and numbers.
    Nothing,
}

impl DebugInfo {
    /// What is missing, and the flags that give it; `None` where nothing is.
    pub fn advice(self) -> Option<&'static str> {
        match self {
            DebugInfo::Lines => None,
            DebugInfo::Names => Some(
                "the module has function names and no source lines of its own code: build it with `-g` (C, C++, Zig) or \
                 `debug = \"limited\"` in its Cargo profile, and pass `-g` to `wasm-opt` where that runs",
            ),
            DebugInfo::Nothing => Some(
                "the module has neither function names nor source lines, and of its allocators only those are counted that it exports or that the suite names: \
                 do not strip it (no `-s`, no `--strip-all`, no \
                 `strip = true`), build it with `-g` (C, C++, Zig) or `debug = \"limited\"` in its Cargo \
                 profile, and pass `-g` to `wasm-opt` where that runs",
            ),
        }
    }
}

/// `functions, files and lines`
impl fmt::Display for DebugInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DebugInfo::Lines => "functions, files and lines",
            DebugInfo::Names => "functions only",
            DebugInfo::Nothing => "no names",
        })
    }
}

/// What is missing, and how to get it, if the module's compiler can give it.
pub(super) fn advice(module: &Module) -> Option<&'static str> {
    let names = |prefix: &str| {
        let mut functions = module.imported_functions()..module.function_count();
        let is_so = |name: &str| name.starts_with(prefix);
        functions.any(|function| module.function_name(function).is_some_and(is_so))
    };
    match judge(module) {
        // Go writes no line tables for wasm, and AssemblyScript's are in a source map, which is another file.
        DebugInfo::Names if go::is_go(module) || names("~lib/rt/") => None,
        known => known.advice(),
    }
}

/// How many functions are looked up at most. They are spread over the module, since a linker puts libraries in a row.
const SAMPLE: usize = 2048;

/// Looks functions up until one has a line. Debug info of a library says nothing of the code in question, and linked
/// libraries often bring their own; so it is the module's own functions that count, where one can tell.
pub(super) fn judge(module: &Module) -> DebugInfo {
    let symbols = module.symbols();
    let has_line = |function| own_line(module, &symbols, function).is_some();
    let is_named = |function| module.function_name(function).is_some();
    if sample(module).any(has_line) {
        DebugInfo::Lines
    } else if sample(module).any(is_named) {
        DebugInfo::Names
    } else {
        DebugInfo::Nothing
    }
}

fn sample(module: &Module) -> impl Iterator<Item = u32> {
    let functions = module.imported_functions()..module.function_count();
    let step = functions.len().div_ceil(SAMPLE).max(1);
    functions.step_by(step)
}

/// A line of the function itself, somewhere in its middle, unless it is a library's.
fn own_line(module: &Module, symbols: &Symbols<'_>, function: u32) -> Option<u32> {
    let body = module.body(function)?;
    let offset = (body.start + body.len() / 2) as u32;
    let frame = symbols.frames(CodeFrame { function, offset }).pop()?;
    frame.line.filter(|_| !frame.is_library())
}
