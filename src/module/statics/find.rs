//! Goes through all debug info once for the variables in it.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use addr2line::gimli::{
    self, AttributeValue, DW_AT_decl_file, DW_AT_decl_line, DW_AT_location, DW_AT_type, UnitRef,
};

use super::super::Module;
use super::super::dwarf::Bytes;
use super::super::entries::{Entries, Entry, EntryId};
use super::super::memory_layout::initial_size;
use super::super::types::{TypeId, Types};
use super::location::{Part, parts};
use super::{Static, name};

/// What one pass over debug info finds.
#[derive(Default)]
pub(super) struct Found {
    pub(super) variables: Vec<Variable>,
    /// What other classes inherit from: where a pointer is to one of these, more may lie there than it says.
    pub(super) base_classes: BTreeSet<TypeId>,
}

/// A variable with an address.
pub(super) struct Variable {
    id: EntryId,
    parts: Vec<Part>,
}

/// More than any program has.
const MAX_VARIABLES: usize = 1 << 17;

/// The places of variables, and no more of them yet: most of what debug info describes is neither.
pub(super) fn find(module: &Module, entries: &Entries<'_>) -> Found {
    let mut search = Search {
        found: Found::default(),
        memory: initial_size(module),
    };
    for unit in entries.units() {
        search.unit(entries, unit);
    }
    search.found
}

struct Search {
    found: Found,
    memory: u64,
}

impl Search {
    /// Takes what comes before anything that cannot be read.
    fn unit<'m>(&mut self, from: &Entries<'m>, unit: UnitRef<'_, Bytes<'m>>) {
        let mut entries = unit.entries();
        while let Ok(Some(entry)) = entries.next_dfs()
            && from.spend(entry)
        {
            match entry.tag() {
                gimli::DW_TAG_variable => self.variable(unit, entry),
                gimli::DW_TAG_inheritance => {
                    let base = Entries::reference(unit, entry, DW_AT_type);
                    self.found.base_classes.extend(base.map(TypeId));
                }
                _ => {}
            }
        }
    }

    fn variable<'m>(&mut self, unit: UnitRef<'_, Bytes<'m>>, entry: &Entry<'m>) {
        let Some(AttributeValue::Exprloc(location)) = entry.attr_value(DW_AT_location) else {
            return;
        };
        let mut parts = parts(unit, location);
        // Linkers leave the description of what they threw away behind, at 0 or near the end of the address space.
        parts.retain(|part| 0 < part.address && part.address < self.memory);
        let id = Entries::id(unit, entry.offset());
        if let Some(id) = id.filter(|_| !parts.is_empty())
            && self.found.variables.len() < MAX_VARIABLES
        {
            self.found.variables.push(Variable { id, parts });
        }
    }
}

/// The variables with all that is said of them, by address. Of those that overlap one stays, the one that begins first; of
/// those that begin together, the largest.
pub(super) fn statics(module: &Module, types: &Types<'_>, variables: Vec<Variable>) -> Vec<Static> {
    let memory = initial_size(module);
    let mut all: Vec<Static> = Vec::new();
    for variable in variables {
        all.extend(described(types, &variable));
    }
    let is_in_memory = |known: &Static| {
        let end = known.address.checked_add(known.size);
        end.is_some_and(|end| end <= memory)
    };
    all.retain(is_in_memory);
    all.sort_by(|left, right| order(left).cmp(&order(right)));
    let mut end = 0;
    all.retain(|known| {
        let is_apart = known.address >= end;
        if is_apart {
            end = known.range().end;
        }
        is_apart
    });
    all
}

/// The parts of a variable; none where it has no name or no size.
fn described(types: &Types<'_>, variable: &Variable) -> Vec<Static> {
    let entries = types.entries();
    let origins = entries.with_origins(variable.id);
    let Some(name) = name::of(entries, &origins) else {
        return Vec::new();
    };
    let ty = origins
        .iter()
        .find_map(|(_, unit, entry)| Entries::reference(*unit, entry, DW_AT_type).map(TypeId));
    let (file, line) = place(&origins);
    let whole = ty.and_then(|ty| types.size(ty));
    let parts = variable.parts.iter().filter_map(|part| {
        let size = part.size.or(whole).filter(|&size| size > 0)?;
        Some(Static {
            name: name.clone(),
            address: part.address,
            size,
            file: file.clone(),
            line,
            ty,
            offset: part.offset,
        })
    });
    parts.collect()
}

/// Where it is declared, by the first entry that says so.
fn place<'m>(
    origins: &[(EntryId, UnitRef<'_, Bytes<'m>>, Entry<'m>)],
) -> (Option<String>, Option<u32>) {
    let declared = origins.iter().find_map(|(_, unit, entry)| {
        let line = entry.attr_value(DW_AT_decl_line)?.udata_value()?;
        let file = match entry.attr_value(DW_AT_decl_file)? {
            AttributeValue::FileIndex(file) => file,
            _ => return None,
        };
        Some((Entries::file(*unit, file), u32::try_from(line).ok()))
    });
    let (file, line) = declared.unwrap_or_default();
    (file, line.filter(|&line| line > 0))
}

fn order(known: &Static) -> impl Ord + use<'_> {
    (known.address, Reverse(known.size), &known.name, known.ty)
}
