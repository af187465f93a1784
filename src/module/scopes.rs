//! What an entry of debug info stands in: namespaces, types, functions. Entries know their children only, so that each unit's
//! tree is walked once for this.

use addr2line::gimli::{self, AttributeValue, DW_AT_name, DwTag, UnitOffset, UnitRef};

use super::dwarf::Bytes;
use super::entries::{Entries, MAX_REFERENCES, origin};

/// Deeper ones are left out: nobody writes them, and each is a part of every name below it.
const MAX_DEPTH: usize = 32;

/// The scopes of one unit.
pub(super) struct Scopes<'m> {
    /// In the order in which they begin.
    all: Vec<Scope<'m>>,
}

struct Scope<'m> {
    /// The entry itself.
    start: UnitOffset,
    /// Behind the last entry in it.
    end: UnitOffset,
    parent: Option<u32>,
    /// `None` for those without a name.
    name: Option<Bytes<'m>>,
    tag: DwTag,
}

impl<'m> Scopes<'m> {
    /// As many as can be read.
    pub(super) fn read(from: &Entries<'m>, unit: UnitRef<'_, Bytes<'m>>) -> Scopes<'m> {
        let mut all: Vec<Scope<'m>> = Vec::new();
        let mut open: Vec<(isize, usize)> = Vec::new();
        let mut entries = unit.entries();
        while let Ok(Some(entry)) = entries.next_dfs()
            && from.spend(entry)
        {
            while let Some(&(_, scope)) = open.last().filter(|(depth, _)| *depth >= entry.depth()) {
                all[scope].end = entry.offset();
                open.pop();
            }
            if entry.has_children() && is_scope(entry.tag()) && open.len() < MAX_DEPTH {
                let name = entry.attr_value(DW_AT_name);
                let parent = open.last().map(|&(_, scope)| scope as u32);
                open.push((entry.depth(), all.len()));
                all.push(Scope {
                    start: entry.offset(),
                    end: UnitOffset(usize::MAX),
                    parent,
                    name: name.and_then(|name| Some(cut(unit.attr_string(name).ok()?))),
                    tag: entry.tag(),
                });
            }
        }
        Scopes { all }
    }

    /// The names of the scopes that an entry stands in, outermost first.
    pub(super) fn path(&self, unit: UnitRef<'_, Bytes<'m>>, entry: UnitOffset) -> Vec<String> {
        let mut path = Vec::new();
        let mut next = self.around(entry);
        for _ in 0..MAX_DEPTH {
            let Some(scope) = next else { break };
            next = scope.parent.map(|parent| &self.all[parent as usize]);
            if let Some(name) = scope.shown() {
                path.push(name);
            } else if let Some((declared, name)) = scope.declaration(unit) {
                path.push(name);
                next = self.around(declared);
            }
        }
        path.reverse();
        path
    }

    /// The innermost scope that an entry stands in.
    fn around(&self, entry: UnitOffset) -> Option<&Scope<'m>> {
        let before = self.all.partition_point(|scope| scope.start < entry);
        let mut scope = &self.all[before.checked_sub(1)?];
        while entry >= scope.end {
            scope = &self.all[scope.parent? as usize];
        }
        Some(scope)
    }
}

impl<'m> Scope<'m> {
    fn shown(&self) -> Option<String> {
        match self.name {
            Some(name) => Some(name.to_string_lossy().into_owned()),
            None if self.tag == gimli::DW_TAG_namespace => Some("(anonymous namespace)".to_owned()),
            None => None,
        }
    }

    /// Where a function is declared whose body this is, and its name: a class's function has its body elsewhere.
    fn declaration(&self, unit: UnitRef<'_, Bytes<'m>>) -> Option<(UnitOffset, String)> {
        let mut at = self.start;
        for _ in 0..MAX_REFERENCES {
            let function = unit.entry(at).ok()?;
            if let Some(name) = Entries::text(unit, &function, DW_AT_name) {
                return Some((at, name));
            }
            match origin(&function)? {
                AttributeValue::UnitRef(origin) => at = origin,
                _ => return None,
            }
        }
        None
    }
}

fn is_scope(tag: DwTag) -> bool {
    matches!(
        tag,
        gimli::DW_TAG_namespace
            | gimli::DW_TAG_module
            | gimli::DW_TAG_structure_type
            | gimli::DW_TAG_class_type
            | gimli::DW_TAG_interface_type
            | gimli::DW_TAG_union_type
            | gimli::DW_TAG_enumeration_type
            | gimli::DW_TAG_subprogram
    )
}

/// Any number of entries may stand in a scope, and each name that is longer than this is cut in the end.
fn cut(name: Bytes<'_>) -> Bytes<'_> {
    const LONGEST: usize = 4096;
    name.range_to(..LONGEST.min(name.len()))
}
