//! The entries of debug info, by where they stand.

use std::cell::{Cell, OnceCell};
use std::num::NonZeroU32;

use addr2line::gimli::{
    AttributeValue, DW_AT_abstract_origin, DW_AT_specification, DebugInfoOffset,
    DebuggingInformationEntry, DwAt, Dwarf, Section, Unit, UnitOffset, UnitRef,
};

use super::Module;
use super::dwarf::{self, Bytes};
use super::printable::printable;
use super::scopes::Scopes;
use super::source_path::source_path;

pub(super) type Entry<'m> = DebuggingInformationEntry<Bytes<'m>>;

/// Where an entry stands in `.debug_info`. Nothing stands at its very beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct EntryId(NonZeroU32);

/// How many attributes may be read for each byte that describes the module: a description can give entries any number of
/// them that take no bytes.
const ATTRIBUTES_A_BYTE: usize = 32;

/// What even the shortest description may be asked for.
const LEAST_ATTRIBUTES: usize = 1 << 16;

/// How often one entry may refer to another for what it does not say itself.
pub(super) const MAX_REFERENCES: usize = 4;

/// The units of a module's debug info, as far as they can be read.
pub(super) struct Entries<'m> {
    dwarf: Dwarf<Bytes<'m>>,
    /// In the order of their places.
    units: Vec<OneUnit<'m>>,
    /// How many attributes may still be read.
    budget: Cell<usize>,
}

struct OneUnit<'m> {
    unit: Unit<Bytes<'m>>,
    /// Where it begins in `.debug_info`.
    start: usize,
    /// Read when a name is asked for.
    scopes: OnceCell<Scopes<'m>>,
}

impl<'m> Entries<'m> {
    /// There are none where there is no debug info.
    pub(super) fn load(module: &'m Module) -> Entries<'m> {
        let mut entries = Entries {
            dwarf: dwarf::load(module).unwrap_or_default(),
            units: Vec::new(),
            budget: Cell::new(LEAST_ATTRIBUTES),
        };
        let size = entries.dwarf.debug_info.reader().len();
        entries.budget = Cell::new(size * ATTRIBUTES_A_BYTE + LEAST_ATTRIBUTES);
        let mut headers = entries.dwarf.units();
        while let Ok(Some(header)) = headers.next() {
            let start = header.debug_info_offset();
            if let (Some(start), Ok(unit)) = (start, entries.dwarf.unit(header)) {
                entries.units.push(OneUnit {
                    unit,
                    start: start.0,
                    scopes: OnceCell::new(),
                });
            }
        }
        entries
    }

    /// All units, in order.
    pub(super) fn units(&self) -> impl Iterator<Item = UnitRef<'_, Bytes<'m>>> {
        let units = self.units.iter();
        units.map(|one| UnitRef::new(&self.dwarf, &one.unit))
    }

    /// Takes an entry's attributes from what may be read; whether it was enough.
    pub(super) fn spend(&self, entry: &Entry<'_>) -> bool {
        let cost = entry.attrs().len() + 1;
        let left = self.budget.get().checked_sub(cost);
        self.budget.set(left.unwrap_or(0));
        left.is_some()
    }

    /// Reads an entry, and tells the unit in which it stands.
    pub(super) fn get(&self, id: EntryId) -> Option<(UnitRef<'_, Bytes<'m>>, Entry<'m>)> {
        let (one, offset) = self.find(id)?;
        let unit = UnitRef::new(&self.dwarf, &one.unit);
        let entry = unit.entry(offset).ok()?;
        self.spend(&entry).then_some((unit, entry))
    }

    /// Where an entry of a unit stands.
    pub(super) fn id(unit: UnitRef<'_, Bytes<'m>>, offset: UnitOffset) -> Option<EntryId> {
        // Of one that is far out of bounds no sum may be made.
        let is_inside = offset.is_in_bounds(&unit.header);
        let offset = is_inside.then(|| offset.to_debug_info_offset(&unit.header))??;
        EntryId::new(offset.0)
    }

    /// The entry that an attribute refers to, in its own or another unit.
    pub(super) fn reference(
        unit: UnitRef<'_, Bytes<'m>>,
        entry: &Entry<'m>,
        attribute: DwAt,
    ) -> Option<EntryId> {
        Entries::resolved(unit, entry.attr_value(attribute)?)
    }

    fn resolved(
        unit: UnitRef<'_, Bytes<'m>>,
        reference: AttributeValue<Bytes<'m>>,
    ) -> Option<EntryId> {
        match reference {
            AttributeValue::UnitRef(offset) => Entries::id(unit, offset),
            AttributeValue::DebugInfoRef(DebugInfoOffset(offset)) => EntryId::new(offset),
            _ => None,
        }
    }

    /// An attribute's text, fit to be shown.
    pub(super) fn text(
        unit: UnitRef<'_, Bytes<'m>>,
        entry: &Entry<'m>,
        attribute: DwAt,
    ) -> Option<String> {
        let text = unit.attr_string(entry.attr_value(attribute)?).ok()?;
        let text = printable(text.to_string_lossy().into_owned());
        Some(text.into_owned()).filter(|text| !text.is_empty())
    }

    /// The entry itself, then the ones that it completes, each with its unit.
    pub(super) fn with_origins(
        &self,
        id: EntryId,
    ) -> Vec<(EntryId, UnitRef<'_, Bytes<'m>>, Entry<'m>)> {
        let mut found = Vec::new();
        let mut next = Some(id);
        while let Some(id) = next.take()
            && found.len() <= MAX_REFERENCES
            && let Some((unit, entry)) = self.get(id)
        {
            next = origin(&entry).and_then(|origin| Entries::resolved(unit, origin));
            found.push((id, unit, entry));
        }
        found
    }

    /// The names of what an entry stands in, outermost first: namespaces, types, functions.
    pub(super) fn path(&self, id: EntryId) -> Vec<String> {
        let Some((one, offset)) = self.find(id) else {
            return Vec::new();
        };
        let unit = UnitRef::new(&self.dwarf, &one.unit);
        let scopes = one.scopes.get_or_init(|| Scopes::read(self, unit));
        scopes.path(unit, offset)
    }

    /// The file that an entry's `DW_AT_decl_file` means, as reports tell it.
    pub(super) fn file(unit: UnitRef<'_, Bytes<'m>>, index: u64) -> Option<String> {
        let text = |value| Some(unit.attr_string(value).ok()?.to_string_lossy().into_owned());
        let header = unit.line_program.as_ref()?.header();
        let file = header.file(index)?;
        let name = text(file.path_name())?;
        let folder = file.directory(header).and_then(text).unwrap_or_default();
        let compiled_in = unit.comp_dir.map(|folder| folder.to_string_lossy());
        let compiled_in = compiled_in.unwrap_or_default();
        let path = joined(&compiled_in, &joined(&folder, &name));
        Some(printable(source_path(&path, &compiled_in)).into_owned())
    }

    fn find(&self, id: EntryId) -> Option<(&OneUnit<'m>, UnitOffset)> {
        let offset = id.0.get() as usize;
        let after = self.units.partition_point(|one| one.start <= offset);
        let one = &self.units[after.checked_sub(1)?];
        let offset = DebugInfoOffset(offset).to_unit_offset(&one.unit.header)?;
        Some((one, offset))
    }
}

/// What an entry refers to for all that it does not say itself: its declaration, or what it is an instance of.
pub(super) fn origin<'m>(entry: &Entry<'m>) -> Option<AttributeValue<Bytes<'m>>> {
    entry
        .attr_value(DW_AT_specification)
        .or_else(|| entry.attr_value(DW_AT_abstract_origin))
}

impl EntryId {
    fn new(offset: usize) -> Option<EntryId> {
        let offset = u32::try_from(offset).ok()?;
        NonZeroU32::new(offset).map(EntryId)
    }
}

fn joined(folder: &str, path: &str) -> String {
    let is_absolute = path.starts_with('/') || path.get(1..3) == Some(":/");
    if is_absolute || folder.is_empty() {
        return path.to_owned();
    }
    format!("{}/{path}", folder.trim_end_matches('/'))
}
