//! From a linker's symbol to the name that a person wrote.

use std::borrow::Cow;

use addr2line::demangle;
use addr2line::gimli::{DW_LANG_C_plus_plus, DW_LANG_Rust};

/// The name in the source language's spelling, without Rust's hash. Symbols that are not mangled stay as they are.
pub(super) fn demangled(symbol: &str) -> Cow<'_, str> {
    let demangled = demangle(symbol, DW_LANG_Rust).or_else(|| demangle_cpp(symbol));
    demangled.map_or(Cow::Borrowed(symbol), Cow::Owned)
}

/// The name as reports show it: what says more of compiler and library versions than of the program is left out.
pub(super) fn readable(symbol: &str) -> String {
    let name = demangled(symbol);
    let name = without_inline_namespaces(without_type_brackets(without_hash(&name)));
    name.into_owned()
}

/// The qualified name alone: neither the return type before it nor the parameters behind it, which C++ symbols have.
pub(super) fn qualified(name: &str) -> &str {
    let end = top_level(name, '(').find(|&index| index > 0 && !name[..index].ends_with("::"));
    let name = &name[..end.unwrap_or(name.len())];
    // Spaces stand in `<T as Trait>`, one level down, and in `operator new`, which is no return type.
    if name.contains("operator") {
        return name;
    }
    let start = top_level(name, ' ').last().map_or(0, |index| index + 1);
    &name[start..]
}

/// The function's own name, without its path and type arguments: `insert` of `feed::Cache<K>::insert::<u32>`.
pub(super) fn last_segment(name: &str) -> &str {
    let name = qualified(name);
    let separators: Vec<usize> = top_level(name, ':').collect();
    let mut end = name.len();
    for &separator in separators.iter().rev() {
        let segment = &name[separator + 1..end];
        if !segment.is_empty() && !segment.starts_with('<') {
            return without_arguments(segment);
        }
        end = separator;
    }
    without_arguments(&name[..end])
}

fn without_arguments(segment: &str) -> &str {
    match segment.find('<') {
        Some(start) if start > 0 && !segment.starts_with("operator") => &segment[..start],
        _ => segment,
    }
}

fn demangle_cpp(symbol: &str) -> Option<String> {
    symbol
        .starts_with("_Z")
        .then(|| demangle(symbol, DW_LANG_C_plus_plus))
        .flatten()
}

/// Linkers demangle Rust's older mangling as if it were C++'s, and leave its hash.
fn without_hash(name: &str) -> &str {
    const DIGITS: usize = 16;
    let Some((path, hash)) = name.rsplit_once("::h") else {
        return name;
    };
    let is_hash = hash.len() == DIGITS && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hash { path } else { name }
}

/// `<feed::Cache>::insert` is `feed::Cache::insert`, which is how everybody writes it; `<[T]>::len` stays.
fn without_type_brackets(name: &str) -> Cow<'_, str> {
    let Some(end) = name.strip_prefix('<').and_then(|_| closing(name)) else {
        return Cow::Borrowed(name);
    };
    let (ty, rest) = (&name[1..end], &name[end + 1..]);
    let is_path = ty.starts_with(|first: char| first.is_alphabetic() || first == '_');
    let is_plain = is_path && top_level(ty, ' ').next().is_none();
    if is_plain && rest.starts_with("::") {
        Cow::Owned(format!("{ty}{rest}"))
    } else {
        Cow::Borrowed(name)
    }
}

/// libc++ puts all it has into a namespace that tells its ABI's version.
fn without_inline_namespaces(name: Cow<'_, str>) -> Cow<'_, str> {
    let versions = ["std::__1::", "std::__2::", "std::__ndk1::"];
    if !versions.iter().any(|version| name.contains(version)) {
        return name;
    }
    Cow::Owned(versions.iter().fold(name.into_owned(), |name, version| {
        name.replace(version, "std::")
    }))
}

/// Where the bracket closes that a name begins with.
fn closing(name: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, bracket) in brackets(name) {
        if bracket == '<' {
            depth += 1;
        } else {
            depth = depth.checked_sub(1)?;
        }
        if depth == 0 {
            return Some(index);
        }
    }
    None
}

/// Where a character stands outside of all angle brackets.
fn top_level(name: &str, wanted: char) -> impl Iterator<Item = usize> {
    let mut depth = 0_usize;
    let mut previous = ' ';
    name.char_indices().filter_map(move |(index, character)| {
        let is_arrow = character == '>' && previous == '-';
        previous = character;
        match character {
            '<' => depth += 1,
            '>' if !is_arrow => depth = depth.saturating_sub(1),
            _ => {}
        }
        (depth == 0 && character == wanted).then_some(index)
    })
}

/// Angle brackets, without those of `->`.
fn brackets(name: &str) -> impl Iterator<Item = (usize, char)> {
    let bytes = name.as_bytes();
    name.char_indices()
        .filter(move |&(index, character)| match character {
            '<' => true,
            '>' => index == 0 || bytes[index - 1] != b'-',
            _ => false,
        })
}
