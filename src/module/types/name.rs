//! What a type is called.

use addr2line::gimli::{self, AttributeValue, DW_AT_language, DW_AT_name, DwTag, UnitRef};

use super::description::Shape;
use super::{TypeId, Types};
use crate::module::dwarf::Bytes;
use crate::module::entries::Entries;
use crate::module::symbol::readable_type;

/// Longer ones are not completed.
const MAX_DEPTH: usize = 8;

/// The name with what the type stands in.
pub(super) fn of(types: &Types<'_>, ty: TypeId) -> String {
    readable_type(spelled(types, ty, MAX_DEPTH))
}

/// The name that stands in its entry.
pub(super) fn own(types: &Types<'_>, ty: TypeId) -> Option<String> {
    let (unit, entry) = types.entries().get(ty.0)?;
    Entries::text(unit, &entry, DW_AT_name)
}

fn spelled(types: &Types<'_>, ty: TypeId, depth: usize) -> String {
    let entry = types.entries().get(ty.0);
    let (Some((unit, entry)), Some(depth)) = (entry, depth.checked_sub(1)) else {
        return "?".to_owned();
    };
    if let Some(name) = Entries::text(unit, &entry, DW_AT_name) {
        return with_path(types, ty, entry.tag(), name);
    }
    let description = types.describe(ty);
    let named = |ty: Option<TypeId>| match ty {
        Some(ty) => spelled(types, ty, depth),
        None => "void".to_owned(),
    };
    match &description.shape {
        Shape::Pointer(target) => with_sign(named(*target), entry.tag()),
        Shape::Same(same) => named(*same),
        Shape::Array { element, counts } => array(unit, named(*element), counts),
        Shape::Data if entry.tag() == gimli::DW_TAG_pointer_type => "function *".to_owned(),
        _ => anonymous(entry.tag()).to_owned(),
    }
}

/// Compilers write the whole name of a pointer, if they write one.
fn with_path(types: &Types<'_>, ty: TypeId, tag: DwTag, name: String) -> String {
    if matches!(tag, gimli::DW_TAG_base_type | gimli::DW_TAG_pointer_type) {
        return name;
    }
    let mut path = types.entries().path(ty.0);
    // Zig's names are paths already.
    let is_path = |scope: &String| {
        let rest = name.strip_prefix(scope.as_str());
        rest.is_some_and(|rest| rest.starts_with('.'))
    };
    if path.last().is_some_and(is_path) {
        return name;
    }
    path.push(name);
    path.join("::")
}

fn with_sign(target: String, tag: DwTag) -> String {
    let sign = match tag {
        gimli::DW_TAG_reference_type => "&",
        gimli::DW_TAG_rvalue_reference_type => "&&",
        _ => "*",
    };
    let space = if target.ends_with('*') { "" } else { " " };
    format!("{target}{space}{sign}")
}

fn array(unit: UnitRef<'_, Bytes<'_>>, element: String, counts: &[Option<u64>]) -> String {
    let is_rust = is_rust(unit);
    counts.iter().fold(element, |name, count| {
        let count = count.map_or(String::new(), |count| count.to_string());
        if is_rust {
            format!("[{name}; {count}]")
        } else {
            format!("{name}[{count}]")
        }
    })
}

fn is_rust(unit: UnitRef<'_, Bytes<'_>>) -> bool {
    let root = unit.entry(unit.header.root_offset());
    let language = root.ok().and_then(|root| root.attr_value(DW_AT_language));
    matches!(
        language,
        Some(AttributeValue::Language(gimli::DW_LANG_Rust))
    )
}

fn anonymous(tag: DwTag) -> &'static str {
    match tag {
        gimli::DW_TAG_union_type => "(anonymous union)",
        gimli::DW_TAG_subroutine_type => "function",
        _ => "(anonymous struct)",
    }
}
