//! From a linker's symbol to the name in the source.

use std::borrow::Cow;
use std::fmt;

use addr2line::gimli::DW_LANG_Rust;
use cpp_demangle::{BorrowedSymbol, DemangleOptions, DemangleWrite};

use super::printable::{LONGEST_NAME, printable};

/// The name in the source language's spelling, without Rust's hash. Symbols that are not mangled stay as they are.
pub(super) fn demangled(symbol: &str) -> Cow<'_, str> {
    let demangled = addr2line::demangle(symbol, DW_LANG_Rust).or_else(|| demangle_cpp(symbol));
    printable(demangled.map_or(Cow::Borrowed(symbol), Cow::Owned))
}

fn demangle_cpp(symbol: &str) -> Option<String> {
    if !symbol.starts_with("_Z") {
        return None;
    }
    let symbol = BorrowedSymbol::new(symbol.as_bytes()).ok()?;
    let mut text = Text::default();
    let options = DemangleOptions::new().no_return_type();
    match symbol.structured_demangle(&mut text, &options) {
        Err(fmt::Error) if !text.is_full() => None,
        _ => Some(text.0),
    }
}

/// Takes the demangler's text until there is too much of it. Symbols refer back to parts of themselves, so that one of three
/// hundred bytes can stand for more text than there is memory.
#[derive(Default)]
struct Text(String);

impl Text {
    fn is_full(&self) -> bool {
        self.0.len() > LONGEST_NAME
    }
}

impl DemangleWrite for Text {
    fn write_string(&mut self, part: &str) -> fmt::Result {
        self.0.push_str(part);
        if self.is_full() {
            Err(fmt::Error)
        } else {
            Ok(())
        }
    }
}
