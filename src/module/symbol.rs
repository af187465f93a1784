//! From a linker's symbol to the name that a person wrote.

use std::borrow::Cow;

use addr2line::demangle;
use addr2line::gimli::{DW_LANG_C_plus_plus, DW_LANG_Rust};

/// The name in the source language's spelling, without Rust's hash. Symbols that are not mangled stay as they are.
pub(super) fn demangled(symbol: &str) -> Cow<'_, str> {
    let demangled = demangle(symbol, DW_LANG_Rust).or_else(|| demangle_cpp(symbol));
    demangled.map_or(Cow::Borrowed(symbol), Cow::Owned)
}

fn demangle_cpp(symbol: &str) -> Option<String> {
    symbol
        .starts_with("_Z")
        .then(|| demangle(symbol, DW_LANG_C_plus_plus))
        .flatten()
}
