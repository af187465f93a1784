//! The DWARF that a toolchain wrote, and which of it describes code that is still there.

use anyhow::{Context, Result};
use gimli::read::{self, AttributeValue, EndianSlice};
use gimli::{
    DW_AT_abstract_origin, DW_AT_linkage_name, DW_AT_name, DW_AT_specification, DebugInfoOffset,
    DwAt, LittleEndian, UnitOffset,
};

use super::DebugSections;

pub(super) type Reader<'a> = EndianSlice<'a, LittleEndian>;
pub(super) type Unit<'a> = read::Unit<Reader<'a>>;
pub(super) type Entry<'a> = read::DebuggingInformationEntry<Reader<'a>>;

pub(super) fn load<'a>(sections: &DebugSections<'a>) -> Result<read::Dwarf<Reader<'a>>> {
    let load = |id: gimli::SectionId| -> Result<Reader<'a>, gimli::Error> {
        let data = sections.get(id.name()).copied().unwrap_or_default();
        Ok(EndianSlice::new(data, LittleEndian))
    };
    Ok(read::Dwarf::load(load)?)
}

/// What a function is called.
pub(super) struct FunctionName<'a> {
    /// The attribute that says so: `DW_AT_linkage_name` or `DW_AT_name`.
    pub(super) kind: DwAt,
    pub(super) text: Reader<'a>,
}

/// All units of a module.
pub(super) struct Source<'a> {
    pub(super) dwarf: &'a read::Dwarf<Reader<'a>>,
    pub(super) units: Vec<Unit<'a>>,
    code_size: u64,
    /// Bytes of memory; none where its variables are not to be kept.
    pub(super) memory_size: u64,
}

impl<'a> Source<'a> {
    pub(super) fn read(
        dwarf: &'a read::Dwarf<Reader<'a>>,
        code_size: u64,
        memory_size: u64,
    ) -> Result<Self> {
        let mut units = Vec::new();
        let mut headers = dwarf.units();
        while let Some(header) = headers.next()? {
            units.push(dwarf.unit(header)?);
        }
        Ok(Source {
            dwarf,
            units,
            code_size,
            memory_size,
        })
    }

    /// Whether there is code at an address. Linkers leave the description of a dropped function behind, at 0 or near
    /// the end of the address space.
    pub(super) fn is_live(&self, address: u64) -> bool {
        0 < address && address < self.code_size
    }

    pub(super) fn live_ranges(
        &self,
        unit: &Unit<'a>,
        entry: &Entry<'a>,
    ) -> Result<Vec<read::Range>> {
        let mut live = Vec::new();
        let mut ranges = self.dwarf.die_ranges(unit, entry)?;
        while let Some(range) = ranges.next()? {
            if self.is_live(range.begin) && range.begin < range.end {
                live.push(range);
            }
        }
        Ok(live)
    }

    /// The linker's name of a function where it has one, the source's otherwise.
    pub(super) fn function_name(
        &self,
        unit: &Unit<'a>,
        entry: &Entry<'a>,
    ) -> Result<Option<FunctionName<'a>>> {
        if let Some(name) = self.own_name(unit, entry, DW_AT_linkage_name)? {
            return Ok(Some(name));
        }
        let origin = entry
            .attr_value(DW_AT_abstract_origin)
            .or_else(|| entry.attr_value(DW_AT_specification));
        match origin {
            Some(AttributeValue::UnitRef(offset)) => self.function_name(unit, &unit.entry(offset)?),
            Some(AttributeValue::DebugInfoRef(offset)) => {
                let (unit, offset) = self.find_entry(offset)?;
                self.function_name(unit, &unit.entry(offset)?)
            }
            _ => self.own_name(unit, entry, DW_AT_name),
        }
    }

    fn own_name(
        &self,
        unit: &Unit<'a>,
        entry: &Entry<'a>,
        kind: DwAt,
    ) -> Result<Option<FunctionName<'a>>> {
        let Some(value) = entry.attr_value(kind) else {
            return Ok(None);
        };
        let text = self.dwarf.attr_string(unit, value)?;
        Ok(Some(FunctionName { kind, text }))
    }

    /// Link-time optimisation makes one unit refer to another.
    fn find_entry(&self, offset: DebugInfoOffset) -> Result<(&Unit<'a>, UnitOffset)> {
        self.units
            .iter()
            .find_map(|unit| Some((unit, offset.to_unit_offset(&unit.header)?)))
            .context("a reference leads to no unit")
    }
}
