//! One unit's functions: where they lie, what they are called, what was inlined where.

use std::collections::HashMap;

use anyhow::Result;
use gimli::read::{self, EntriesTreeNode};
use gimli::write::{self, Address, AttributeValue, Range, RangeList, UnitEntryId};
use gimli::{
    DW_AT_abstract_origin, DW_AT_call_file, DW_AT_call_line, DW_AT_comp_dir, DW_AT_high_pc,
    DW_AT_inline, DW_AT_language, DW_AT_low_pc, DW_AT_name, DW_AT_producer, DW_AT_ranges,
    DW_AT_stmt_list, DW_INL_inlined, DwAt,
};

use super::lines::{ENCODING, Lines};
use super::source::{Entry, FunctionName, Reader, Source, Unit};
use super::statics::Statics;

/// Writes a unit, unless all its code and variables were dropped.
pub(super) fn copy<'a>(
    source: &Source<'a>,
    unit: &Unit<'a>,
    mut lines: Lines<'a>,
    dwarf: &mut write::Dwarf,
) -> Result<()> {
    let mut tree = unit.entries_tree(None)?;
    let root = tree.root()?;
    let code = source.live_ranges(unit, root.entry())?;
    let statics = Statics::read(source, unit)?;
    if code.is_empty() && statics.is_empty() {
        return Ok(());
    }
    let mut copier = Copier {
        source,
        unit,
        lines: &mut lines,
        slimmed: write::Unit::new(ENCODING, write::LineProgram::none()),
        strings: &mut dwarf.strings,
        inlined: HashMap::new(),
    };
    copier.copy_root(root.entry(), &code)?;
    let parent = copier.slimmed.root();
    copier.copy_children(root, parent)?;
    let mut slimmed = copier.slimmed;
    statics.copy(source, unit, &mut lines, &mut slimmed, &mut dwarf.strings)?;
    slimmed.line_program = lines.program;
    dwarf.units.add(slimmed);
    Ok(())
}

struct Copier<'a, 'b> {
    source: &'b Source<'a>,
    unit: &'b Unit<'a>,
    lines: &'b mut Lines<'a>,
    slimmed: write::Unit,
    strings: &'b mut write::StringTable,
    /// The entries that stand for a function wherever it was inlined, by name.
    inlined: HashMap<Reader<'a>, UnitEntryId>,
}

impl<'a> Copier<'a, '_> {
    fn copy_root(&mut self, entry: &Entry<'a>, code: &[read::Range]) -> Result<()> {
        let root = self.slimmed.root();
        for name in [DW_AT_producer, DW_AT_name, DW_AT_comp_dir] {
            if let Some(value) = entry.attr_value(name) {
                let text = self.source.dwarf.attr_string(self.unit, value)?;
                self.set_string(root, name, text);
            }
        }
        if let Some(read::AttributeValue::Language(language)) = entry.attr_value(DW_AT_language) {
            self.set(root, DW_AT_language, AttributeValue::Language(language));
        }
        // Ranges count from here, so that they are addresses.
        let base = AttributeValue::Address(Address::Constant(0));
        self.set(root, DW_AT_low_pc, base);
        if !code.is_empty() {
            self.set_ranges(root, code);
        }
        self.set(root, DW_AT_stmt_list, AttributeValue::LineProgramRef);
        Ok(())
    }

    fn copy_children(
        &mut self,
        node: EntriesTreeNode<'_, '_, Reader<'a>>,
        parent: UnitEntryId,
    ) -> Result<()> {
        let mut children = node.children();
        while let Some(child) = children.next()? {
            let parent = match child.entry().tag() {
                gimli::DW_TAG_subprogram => self.copy_function(child.entry())?,
                gimli::DW_TAG_inlined_subroutine => self.copy_inlined(child.entry(), parent)?,
                // Namespaces, types and blocks only pass on what is in them.
                _ => Some(parent),
            };
            if let Some(parent) = parent {
                self.copy_children(child, parent)?;
            }
        }
        Ok(())
    }

    /// None where the function is a declaration, was inlined everywhere, or was dropped.
    fn copy_function(&mut self, entry: &Entry<'a>) -> Result<Option<UnitEntryId>> {
        let ranges = self.source.live_ranges(self.unit, entry)?;
        if ranges.is_empty() {
            return Ok(None);
        }
        let id = self.add_function();
        if let Some(name) = self.source.function_name(self.unit, entry)? {
            self.set_string(id, name.kind, name.text);
        }
        self.set_code(id, &ranges);
        Ok(Some(id))
    }

    fn copy_inlined(
        &mut self,
        entry: &Entry<'a>,
        parent: UnitEntryId,
    ) -> Result<Option<UnitEntryId>> {
        let ranges = self.source.live_ranges(self.unit, entry)?;
        let name = self.source.function_name(self.unit, entry)?;
        let (false, Some(name)) = (ranges.is_empty(), name) else {
            return Ok(None);
        };
        let origin = self.inlined_function(name);
        let id = self.slimmed.add(parent, gimli::DW_TAG_inlined_subroutine);
        self.set(id, DW_AT_abstract_origin, AttributeValue::UnitRef(origin));
        self.set_code(id, &ranges);
        if let Some(read::AttributeValue::FileIndex(index)) = entry.attr_value(DW_AT_call_file) {
            let file = self.lines.file(self.source, self.unit, index)?;
            self.set(id, DW_AT_call_file, AttributeValue::FileIndex(Some(file)));
        }
        let line = entry.attr_value(DW_AT_call_line);
        if let Some(line) = line.and_then(|line| line.udata_value()) {
            self.set(id, DW_AT_call_line, AttributeValue::Udata(line));
        }
        Ok(Some(id))
    }

    fn inlined_function(&mut self, name: FunctionName<'a>) -> UnitEntryId {
        if let Some(id) = self.inlined.get(&name.text) {
            return *id;
        }
        let id = self.add_function();
        self.set_string(id, name.kind, name.text);
        self.set(id, DW_AT_inline, AttributeValue::Inline(DW_INL_inlined));
        self.inlined.insert(name.text, id);
        id
    }

    fn add_function(&mut self) -> UnitEntryId {
        let root = self.slimmed.root();
        self.slimmed.add(root, gimli::DW_TAG_subprogram)
    }

    fn set_code(&mut self, id: UnitEntryId, ranges: &[read::Range]) {
        if let [range] = ranges {
            let begin = AttributeValue::Address(Address::Constant(range.begin));
            let length = AttributeValue::Udata(range.end - range.begin);
            self.set(id, DW_AT_low_pc, begin);
            self.set(id, DW_AT_high_pc, length);
            return;
        }
        self.set_ranges(id, ranges);
    }

    fn set_ranges(&mut self, id: UnitEntryId, ranges: &[read::Range]) {
        let absolute = |range: &read::Range| Range::StartEnd {
            begin: Address::Constant(range.begin),
            end: Address::Constant(range.end),
        };
        let list = RangeList(ranges.iter().map(absolute).collect());
        let list = self.slimmed.ranges.add(list);
        self.set(id, DW_AT_ranges, AttributeValue::RangeListRef(list));
    }

    fn set_string(&mut self, id: UnitEntryId, name: DwAt, text: Reader<'a>) {
        let text = self.strings.add(text.slice());
        self.set(id, name, AttributeValue::StringRef(text));
    }

    fn set(&mut self, id: UnitEntryId, name: DwAt, value: AttributeValue) {
        self.slimmed.get_mut(id).set(name, value);
    }
}
