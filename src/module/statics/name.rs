//! What people call a variable.

use addr2line::gimli::{DW_AT_MIPS_linkage_name, DW_AT_linkage_name, DW_AT_name, UnitRef};

use super::super::demangle::demangled;
use super::super::dwarf::Bytes;
use super::super::entries::{Entries, Entry, EntryId};
use super::super::symbol::{readable, without_parameters};

/// The name with what it stands in. `None` for what no program can name: string literals, tables of virtual functions.
///
/// A linker's symbol says it where there is one, and is not to be had for a plain C variable; of these debug info knows the
/// function that they are local to.
pub(super) fn of<'m>(
    entries: &Entries<'_>,
    origins: &[(EntryId, UnitRef<'_, Bytes<'m>>, Entry<'m>)],
) -> Option<String> {
    let text = |attribute| {
        let mut origins = origins.iter();
        origins.find_map(|(_, unit, entry)| Entries::text(*unit, entry, attribute))
    };
    let name = text(DW_AT_name)?;
    if is_table_of_functions(&name) {
        return None;
    }
    let symbol = text(DW_AT_linkage_name).or_else(|| text(DW_AT_MIPS_linkage_name));
    match symbol {
        Some(symbol) if demangled(&symbol) != symbol.as_str() => return Some(of_symbol(&symbol)),
        // Zig's symbols are paths as they are written.
        Some(symbol) if symbol.ends_with(&format!(".{name}")) => return Some(symbol),
        _ => {}
    }
    let (declaration, ..) = origins.last()?;
    let mut path = entries.path(*declaration);
    path.push(name);
    Some(plain(&path.join("::")))
}

/// The name that a mangled symbol stands for. Those of C++ variables may look like Rust's older ones, in which a namespace
/// without a name is nothing special.
fn of_symbol(symbol: &str) -> String {
    let name = without_parameters(&readable(symbol));
    plain(&name.replace("_GLOBAL__N_1", "(anonymous namespace)"))
}

/// What C++ and Rust compilers call it.
fn is_table_of_functions(name: &str) -> bool {
    name.starts_with("_vtable$") || name.ends_with("::{vtable}")
}

/// Without what a macro put around the variable: `thread_local!` declares a constant with the name that was given, and the
/// variable in a closure in it.
pub(super) fn plain(name: &str) -> String {
    const IN_MACRO: [&str; 4] = ["__RUST_STD_INTERNAL_VAL", "__KEY", "VAL", "__getit"];
    const AROUND: [&str; 5] = [
        "::{constant",
        "::{{constant",
        "::{closure",
        "::{{closure",
        "::__getit",
    ];
    let is_in_macro = name
        .rsplit("::")
        .next()
        .is_some_and(|last| IN_MACRO.contains(&last));
    let around = AROUND.iter().filter_map(|around| name.find(around)).min();
    match around.filter(|_| is_in_macro) {
        Some(end) => name[..end].to_owned(),
        None => name.to_owned(),
    }
}
