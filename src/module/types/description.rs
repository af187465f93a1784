//! One type, as its entry describes it.

use addr2line::gimli::{
    self, AttributeValue, DW_AT_bit_size, DW_AT_byte_size, DW_AT_containing_type, DW_AT_count,
    DW_AT_data_bit_offset, DW_AT_data_member_location, DW_AT_declaration, DW_AT_encoding,
    DW_AT_external, DW_AT_lower_bound, DW_AT_name, DW_AT_type, DW_AT_upper_bound, DwAt, Operation,
    UnitRef,
};

use super::TypeId;
use crate::module::dwarf::Bytes;
use crate::module::entries::{Entries, Entry};

/// A type.
pub(super) struct Description {
    /// Bytes, where the type says so itself.
    pub(super) size: Option<u64>,
    pub(super) shape: Shape,
}

/// What it is made of.
pub(super) enum Shape {
    /// A pointer or a reference.
    Pointer(Option<TypeId>),
    /// An integer or a character.
    Integer,
    /// What holds no address of the heap, however wide: floats, flags, C's enumerations, functions.
    Data,
    /// Another name for a type, or the same with `const`. `None` for `void`.
    Same(Option<TypeId>),
    Array {
        element: Option<TypeId>,
        /// How many in each dimension, the outermost first; `None` where that is not known.
        counts: Vec<Option<u64>>,
    },
    Whole(Whole),
    /// Nothing that can be read.
    Unknown,
}

/// A structure, class, union or an enumeration with fields.
#[derive(Default)]
pub(super) struct Whole {
    /// Those of all variants.
    pub(super) members: Vec<Member>,
    /// Whether there is more in it than the members, at places that are known when it runs.
    pub(super) is_partial: bool,
    pub(super) is_polymorphic: bool,
    /// What pointers to bytes in it lead to, by what its type parameter says.
    pub(super) elements: Option<TypeId>,
}

pub(super) struct Member {
    pub(super) offset: u64,
    pub(super) ty: TypeId,
    pub(super) is_base: bool,
}

/// More than anybody writes.
const MAX_MEMBERS: usize = 1 << 16;

const MAX_DIMENSIONS: usize = 16;

/// How deep variants may be in each other.
const MAX_NESTING: isize = 8;

impl Description {
    /// Bytes and shape of the type that stands there.
    pub(super) fn read(entries: &Entries<'_>, ty: TypeId, width: u64) -> Description {
        let Some((unit, entry)) = entries.get(ty.0) else {
            return Description {
                size: None,
                shape: Shape::Unknown,
            };
        };
        let shape = shape(entries, unit, &entry);
        let is_pointer = matches!(shape, Shape::Pointer(_));
        let size = number(&entry, DW_AT_byte_size).or(is_pointer.then_some(width));
        let is_declared = entry.has_attr(DW_AT_declaration);
        Description {
            size: size.filter(|_| !is_declared),
            shape,
        }
    }
}

impl Whole {
    pub(super) fn bases(&self) -> impl Iterator<Item = TypeId> {
        let bases = self.members.iter().filter(|member| member.is_base);
        bases.map(|base| base.ty)
    }
}

fn shape<'m>(entries: &Entries<'m>, unit: UnitRef<'_, Bytes<'m>>, entry: &Entry<'m>) -> Shape {
    let target = Entries::reference(unit, entry, DW_AT_type).map(TypeId);
    match entry.tag() {
        gimli::DW_TAG_pointer_type
        | gimli::DW_TAG_reference_type
        | gimli::DW_TAG_rvalue_reference_type => {
            match target {
                // These are indices of a table.
                Some(target) if is_function(entries, target) => Shape::Data,
                target => Shape::Pointer(target),
            }
        }
        gimli::DW_TAG_base_type if is_integer(entry) => Shape::Integer,
        gimli::DW_TAG_base_type
        | gimli::DW_TAG_enumeration_type
        | gimli::DW_TAG_subroutine_type
        | gimli::DW_TAG_ptr_to_member_type
        | gimli::DW_TAG_unspecified_type => Shape::Data,
        gimli::DW_TAG_typedef
        | gimli::DW_TAG_const_type
        | gimli::DW_TAG_volatile_type
        | gimli::DW_TAG_restrict_type
        | gimli::DW_TAG_atomic_type
        | gimli::DW_TAG_packed_type
        | gimli::DW_TAG_immutable_type => Shape::Same(target),
        gimli::DW_TAG_array_type => Shape::Array {
            element: target,
            counts: counts(entries, unit, entry),
        },
        gimli::DW_TAG_structure_type
        | gimli::DW_TAG_class_type
        | gimli::DW_TAG_interface_type
        | gimli::DW_TAG_union_type => Shape::Whole(whole(entries, unit, entry)),
        _ => Shape::Unknown,
    }
}

/// Behind other names for it, too.
fn is_function(entries: &Entries<'_>, mut ty: TypeId) -> bool {
    for _ in 0..super::MAX_DEPTH {
        let Some((unit, entry)) = entries.get(ty.0) else {
            return false;
        };
        match entry.tag() {
            gimli::DW_TAG_subroutine_type => return true,
            gimli::DW_TAG_typedef | gimli::DW_TAG_const_type | gimli::DW_TAG_volatile_type => {}
            _ => return false,
        }
        match Entries::reference(unit, &entry, DW_AT_type) {
            Some(next) => ty = TypeId(next),
            None => return false,
        }
    }
    false
}

fn is_integer(entry: &Entry<'_>) -> bool {
    let Some(AttributeValue::Encoding(encoding)) = entry.attr_value(DW_AT_encoding) else {
        return true;
    };
    !matches!(
        encoding,
        gimli::DW_ATE_boolean
            | gimli::DW_ATE_float
            | gimli::DW_ATE_complex_float
            | gimli::DW_ATE_imaginary_float
            | gimli::DW_ATE_decimal_float
    )
}

fn counts<'m>(
    from: &Entries<'m>,
    unit: UnitRef<'_, Bytes<'m>>,
    entry: &Entry<'m>,
) -> Vec<Option<u64>> {
    let mut counts = Vec::new();
    for_children(from, unit, entry, 1, |child, _| {
        if child.tag() == gimli::DW_TAG_subrange_type && counts.len() < MAX_DIMENSIONS {
            counts.push(dimension(child));
        }
    });
    counts
}

fn dimension(entry: &Entry<'_>) -> Option<u64> {
    if let Some(count) = number(entry, DW_AT_count) {
        return Some(count);
    }
    let lower = number(entry, DW_AT_lower_bound).unwrap_or(0);
    let upper = number(entry, DW_AT_upper_bound)?;
    upper.checked_add(1)?.checked_sub(lower)
}

fn whole<'m>(from: &Entries<'m>, unit: UnitRef<'_, Bytes<'m>>, entry: &Entry<'m>) -> Whole {
    let mut whole = Whole {
        is_polymorphic: entry.has_attr(DW_AT_containing_type),
        ..Whole::default()
    };
    let name = Entries::text(unit, entry, DW_AT_name);
    let is_vector = name.is_some_and(|name| name.starts_with("RawVec<"));
    for_children(from, unit, entry, MAX_NESTING, |child, depth| {
        match child.tag() {
            gimli::DW_TAG_member | gimli::DW_TAG_inheritance
                if whole.members.len() < MAX_MEMBERS =>
            {
                whole.take(unit, child);
            }
            // Rust's vectors keep a pointer to bytes, and what these are the bytes of in their type alone.
            gimli::DW_TAG_template_type_parameter
                if is_vector && depth == 1 && whole.elements.is_none() =>
            {
                whole.elements = Entries::reference(unit, child, DW_AT_type).map(TypeId);
            }
            _ => {}
        }
    });
    whole
}

impl Whole {
    fn take<'m>(&mut self, unit: UnitRef<'_, Bytes<'m>>, entry: &Entry<'m>) {
        let is_elsewhere = entry.has_attr(DW_AT_external) || entry.has_attr(DW_AT_declaration);
        let is_bits = entry.has_attr(DW_AT_bit_size) || entry.has_attr(DW_AT_data_bit_offset);
        if is_elsewhere || is_bits {
            return;
        }
        let Some(ty) = Entries::reference(unit, entry, DW_AT_type).map(TypeId) else {
            return;
        };
        let name = Entries::text(unit, entry, DW_AT_name);
        if name.is_some_and(|name| name.starts_with("_vptr")) {
            // It leads to a table of functions, which is no block.
            self.is_polymorphic = true;
            return;
        }
        match member_offset(unit, entry) {
            Some(offset) => self.members.push(Member {
                offset,
                ty,
                is_base: entry.tag() == gimli::DW_TAG_inheritance,
            }),
            // A virtual base.
            None => self.is_partial = true,
        }
    }
}

/// Where in its type a member begins; the members of a union do not say.
fn member_offset<'m>(unit: UnitRef<'_, Bytes<'m>>, entry: &Entry<'m>) -> Option<u64> {
    let Some(location) = entry.attr_value(DW_AT_data_member_location) else {
        return Some(0);
    };
    let AttributeValue::Exprloc(expression) = location else {
        return location.udata_value();
    };
    let mut operations = expression.operations(unit.encoding());
    let first = operations.next().ok()??;
    match (first, operations.next()) {
        (Operation::PlusConstant { value }, Ok(None)) => Some(value),
        _ => None,
    }
}

/// An entry's children, and with a depth above 1 those of variants in it.
fn for_children<'m>(
    from: &Entries<'m>,
    unit: UnitRef<'_, Bytes<'m>>,
    entry: &Entry<'m>,
    deepest: isize,
    mut take: impl FnMut(&Entry<'m>, isize),
) {
    if !entry.has_children() {
        return;
    }
    let Ok(mut entries) = unit.entries_at_offset(entry.offset()) else {
        return;
    };
    // How deep the entries stand that are looked at: those in a type that is declared in this one are not its own.
    let mut depth = 1;
    if !matches!(entries.next_dfs(), Ok(Some(_))) {
        return;
    }
    while let Ok(Some(child)) = entries.next_dfs() {
        if child.depth() < 1 || !from.spend(child) {
            return;
        }
        if child.depth() > depth {
            continue;
        }
        depth = child.depth();
        take(child, depth);
        let is_variant = matches!(
            child.tag(),
            gimli::DW_TAG_variant_part | gimli::DW_TAG_variant
        );
        if is_variant && child.has_children() && depth < deepest {
            depth += 1;
        }
    }
}

fn number(entry: &Entry<'_>, attribute: DwAt) -> Option<u64> {
    entry.attr_value(attribute)?.udata_value()
}
