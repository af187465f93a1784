//! One unit's static variables, and the types that they are of.

use std::collections::HashMap;

use anyhow::Result;
use gimli::read::{AttributeValue as Read, Expression, Operation};
use gimli::write::{self, Address, AttributeValue, UnitEntryId};
use gimli::{
    DW_AT_bit_size, DW_AT_byte_size, DW_AT_count, DW_AT_data_bit_offset,
    DW_AT_data_member_location, DW_AT_decl_file, DW_AT_decl_line, DW_AT_declaration,
    DW_AT_encoding, DW_AT_external, DW_AT_linkage_name, DW_AT_location, DW_AT_lower_bound,
    DW_AT_name, DW_AT_specification, DW_AT_type, DW_AT_upper_bound, DwAt, DwTag, UnitOffset,
};

use super::lines::Lines;
use super::source::{Entry, Reader, Source, Unit};

/// The variables of a unit that have a place in memory.
pub(super) struct Statics<'a> {
    variables: Vec<Entry<'a>>,
    /// What classes inherit.
    inheritances: Vec<Entry<'a>>,
    /// What every entry stands in.
    parents: HashMap<UnitOffset, UnitOffset>,
}

impl<'a> Statics<'a> {
    /// None unless statics are to be kept.
    pub(super) fn read(source: &Source<'a>, unit: &Unit<'a>) -> Result<Statics<'a>> {
        let mut statics = Statics {
            variables: Vec::new(),
            inheritances: Vec::new(),
            parents: HashMap::new(),
        };
        if source.memory_size == 0 {
            return Ok(statics);
        }
        let mut around: Vec<UnitOffset> = Vec::new();
        let mut entries = unit.entries();
        while let Some(entry) = entries.next_dfs()? {
            around.truncate(entry.depth().max(0) as usize);
            if let Some(&parent) = around.last() {
                statics.parents.insert(entry.offset(), parent);
            }
            around.push(entry.offset());
            let is_variable = entry.tag() == gimli::DW_TAG_variable;
            if is_variable && location(source, unit, entry).is_some() {
                statics.variables.push(entry.clone());
            }
            if entry.tag() == gimli::DW_TAG_inheritance {
                statics.inheritances.push(entry.clone());
            }
        }
        Ok(statics)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.variables.is_empty()
    }

    /// Writes them into the unit.
    pub(super) fn copy(
        &self,
        source: &Source<'a>,
        unit: &Unit<'a>,
        lines: &mut Lines<'a>,
        slimmed: &mut write::Unit,
        strings: &mut write::StringTable,
    ) -> Result<()> {
        let mut copier = Copier {
            source,
            unit,
            lines,
            slimmed,
            strings,
            parents: &self.parents,
            copied: HashMap::new(),
            unfinished: Vec::new(),
        };
        for variable in &self.variables {
            copier.copy_variable(variable)?;
        }
        while let Some((id, entry)) = copier.unfinished.pop() {
            copier.finish_type(id, &entry)?;
        }
        for inheritance in &self.inheritances {
            copier.copy_heir(inheritance)?;
        }
        Ok(())
    }
}

/// Where a variable lies: `None` where that is in nobody's memory, or in what the linker threw away.
fn location(source: &Source<'_>, unit: &Unit<'_>, entry: &Entry<'_>) -> Option<write::Expression> {
    let Read::Exprloc(Expression(expression)) = entry.attr_value(DW_AT_location)? else {
        return None;
    };
    let mut copied = write::Expression::new();
    let mut operations = Expression(expression).operations(unit.encoding());
    while let Some(operation) = operations.next().ok()? {
        match operation {
            Operation::Address { address } => {
                if address == 0 || address >= source.memory_size {
                    return None;
                }
                copied.op_addr(Address::Constant(address));
            }
            Operation::UnsignedConstant { value } if value < source.memory_size => {
                copied.op_constu(value);
            }
            Operation::TLS => copied.op(gimli::DW_OP_form_tls_address),
            Operation::PlusConstant { value } => copied.op_plus_uconst(value),
            Operation::Piece {
                size_in_bits,
                bit_offset: None,
            } => copied.op_piece(size_in_bits / 8),
            _ => return None,
        }
    }
    Some(copied)
}

struct Copier<'a, 'b> {
    source: &'b Source<'a>,
    unit: &'b Unit<'a>,
    lines: &'b mut Lines<'a>,
    slimmed: &'b mut write::Unit,
    strings: &'b mut write::StringTable,
    parents: &'b HashMap<UnitOffset, UnitOffset>,
    /// Scopes and types, by where they stood.
    copied: HashMap<UnitOffset, UnitEntryId>,
    /// Types whose members are still missing.
    unfinished: Vec<(UnitEntryId, Entry<'a>)>,
}

impl<'a> Copier<'a, '_> {
    /// With what its declaration says, since nothing else of that is kept.
    fn copy_variable(&mut self, entry: &Entry<'a>) -> Result<()> {
        let Some(location) = location(self.source, self.unit, entry) else {
            return Ok(());
        };
        let declaration = match entry.attr_value(DW_AT_specification) {
            Some(Read::UnitRef(offset)) => self.unit.entry(offset)?,
            _ => entry.clone(),
        };
        let parent = self.scope_of(&declaration)?;
        let id = self.slimmed.add(parent, gimli::DW_TAG_variable);
        for described in [&declaration, entry] {
            self.copy_texts(id, described, &[DW_AT_name, DW_AT_linkage_name])?;
            self.copy_type(id, described)?;
            self.copy_place(id, described)?;
        }
        self.set(id, DW_AT_location, AttributeValue::Exprloc(location));
        Ok(())
    }

    /// What an entry stands in. Of a function that is declared elsewhere that is where it is declared.
    fn scope_of(&mut self, entry: &Entry<'a>) -> Result<UnitEntryId> {
        let mut path = Vec::new();
        let mut next = self.parents.get(&entry.offset()).copied();
        while let Some(offset) = next {
            let mut scope = self.unit.entry(offset)?;
            if let Some(Read::UnitRef(declared)) = scope.attr_value(DW_AT_specification) {
                scope = self.unit.entry(declared)?;
            }
            next = self.parents.get(&scope.offset()).copied();
            path.push(scope);
        }
        let mut parent = self.slimmed.root();
        for scope in path.iter().rev().filter(|scope| is_scope(scope.tag())) {
            parent = self.copy_scope(parent, scope)?;
        }
        Ok(parent)
    }

    fn copy_scope(&mut self, parent: UnitEntryId, scope: &Entry<'a>) -> Result<UnitEntryId> {
        if let Some(&id) = self.copied.get(&scope.offset()) {
            return Ok(id);
        }
        let id = self.slimmed.add(parent, scope.tag());
        self.copied.insert(scope.offset(), id);
        self.copy_texts(id, scope, &[DW_AT_name])?;
        let is_space = matches!(
            scope.tag(),
            gimli::DW_TAG_namespace | gimli::DW_TAG_module | gimli::DW_TAG_subprogram
        );
        if !is_space {
            self.unfinished.push((id, scope.clone()));
        }
        Ok(id)
    }

    fn copy_type(&mut self, id: UnitEntryId, entry: &Entry<'a>) -> Result<()> {
        let Some(Read::UnitRef(offset)) = entry.attr_value(DW_AT_type) else {
            return Ok(());
        };
        let ty = match self.copied.get(&offset) {
            Some(&ty) => ty,
            None => {
                let entry = self.unit.entry(offset)?;
                let parent = self.scope_of(&entry)?;
                // A type may be the scope of what it is made of, and be there by now.
                self.copy_scope(parent, &entry)?
            }
        };
        self.set(id, DW_AT_type, AttributeValue::UnitRef(ty));
        Ok(())
    }

    fn finish_type(&mut self, id: UnitEntryId, entry: &Entry<'a>) -> Result<()> {
        self.copy_description(id, entry)?;
        let name = self.text(entry, DW_AT_name)?;
        // Rust's vectors say what they hold in their type's argument and nowhere else.
        let has_arguments = name.is_some_and(|name| name.slice().starts_with(b"RawVec<"));
        let mut tree = self.unit.entries_tree(Some(entry.offset()))?;
        let mut children = tree.root()?.children();
        let mut ids = vec![id];
        let mut members = Vec::new();
        collect(&mut children, 0, has_arguments, &mut members)?;
        for (depth, member) in members {
            ids.truncate(depth + 1);
            let id = self.slimmed.add(ids[depth], member.tag());
            ids.push(id);
            self.copy_texts(id, &member, &[DW_AT_name])?;
            self.copy_description(id, &member)?;
        }
        Ok(())
    }

    /// A class that nothing kept refers to, but for what it inherits: so much has to be known of its bases, that there are
    /// larger things that begin with them.
    fn copy_heir(&mut self, inheritance: &Entry<'a>) -> Result<()> {
        let Some(&heir) = self.parents.get(&inheritance.offset()) else {
            return Ok(());
        };
        let Some(Read::UnitRef(base)) = inheritance.attr_value(DW_AT_type) else {
            return Ok(());
        };
        let Some(&base) = self.copied.get(&base) else {
            return Ok(());
        };
        if self.copied.contains_key(&heir) {
            return Ok(());
        }
        let tag = self.unit.entry(heir)?.tag();
        let id = self.slimmed.add(self.slimmed.root(), tag);
        let inherited = self.slimmed.add(id, gimli::DW_TAG_inheritance);
        self.set(inherited, DW_AT_type, AttributeValue::UnitRef(base));
        Ok(())
    }

    fn copy_description(&mut self, id: UnitEntryId, entry: &Entry<'a>) -> Result<()> {
        self.copy_type(id, entry)?;
        for name in [
            DW_AT_byte_size,
            DW_AT_bit_size,
            DW_AT_data_bit_offset,
            DW_AT_data_member_location,
            DW_AT_count,
            DW_AT_lower_bound,
            DW_AT_upper_bound,
        ] {
            if let Some(number) = entry.attr_value(name).and_then(|value| value.udata_value()) {
                self.set(id, name, AttributeValue::Udata(number));
            }
        }
        if let Some(Read::Encoding(encoding)) = entry.attr_value(DW_AT_encoding) {
            self.set(id, DW_AT_encoding, AttributeValue::Encoding(encoding));
        }
        for flag in [DW_AT_declaration, DW_AT_external] {
            if entry.has_attr(flag) {
                self.set(id, flag, AttributeValue::FlagPresent);
            }
        }
        Ok(())
    }

    fn copy_place(&mut self, id: UnitEntryId, entry: &Entry<'a>) -> Result<()> {
        if let Some(Read::FileIndex(index)) = entry.attr_value(DW_AT_decl_file) {
            let file = self.lines.file(self.source, self.unit, index)?;
            self.set(id, DW_AT_decl_file, AttributeValue::FileIndex(Some(file)));
        }
        let line = entry.attr_value(DW_AT_decl_line);
        if let Some(line) = line.and_then(|line| line.udata_value()) {
            self.set(id, DW_AT_decl_line, AttributeValue::Udata(line));
        }
        Ok(())
    }

    fn copy_texts(&mut self, id: UnitEntryId, entry: &Entry<'a>, names: &[DwAt]) -> Result<()> {
        for &name in names {
            if let Some(text) = self.text(entry, name)? {
                let text = self.strings.add(text.slice());
                self.set(id, name, AttributeValue::StringRef(text));
            }
        }
        Ok(())
    }

    fn text(&self, entry: &Entry<'a>, name: DwAt) -> Result<Option<Reader<'a>>> {
        let value = entry.attr_value(name);
        let text = value.map(|value| self.source.dwarf.attr_string(self.unit, value));
        Ok(text.transpose()?)
    }

    fn set(&mut self, id: UnitEntryId, name: DwAt, value: AttributeValue) {
        self.slimmed.get_mut(id).set(name, value);
    }
}

/// What a type is made of, in order, each with how many variants it is in.
fn collect<'a>(
    children: &mut gimli::EntriesTreeIter<'_, '_, Reader<'a>>,
    depth: usize,
    has_arguments: bool,
    members: &mut Vec<(usize, Entry<'a>)>,
) -> Result<()> {
    while let Some(child) = children.next()? {
        let entry = child.entry().clone();
        let tag = entry.tag();
        let is_argument = has_arguments && tag == gimli::DW_TAG_template_type_parameter;
        if !is_argument && !is_part(tag) {
            continue;
        }
        members.push((depth, entry));
        if matches!(tag, gimli::DW_TAG_variant_part | gimli::DW_TAG_variant) {
            collect(&mut child.children(), depth + 1, false, members)?;
        }
    }
    Ok(())
}

fn is_part(tag: DwTag) -> bool {
    matches!(
        tag,
        gimli::DW_TAG_member
            | gimli::DW_TAG_inheritance
            | gimli::DW_TAG_subrange_type
            | gimli::DW_TAG_variant_part
            | gimli::DW_TAG_variant
    )
}

fn is_scope(tag: DwTag) -> bool {
    matches!(
        tag,
        gimli::DW_TAG_namespace
            | gimli::DW_TAG_module
            | gimli::DW_TAG_structure_type
            | gimli::DW_TAG_class_type
            | gimli::DW_TAG_union_type
            | gimli::DW_TAG_enumeration_type
            | gimli::DW_TAG_subprogram
    )
}
