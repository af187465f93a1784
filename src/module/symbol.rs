//! Names as a person reads them.

use std::borrow::Cow;

use super::demangle::demangled;

/// The name as reports show it: what says more of compiler and library versions than of the program is left out.
pub(super) fn readable(symbol: &str) -> String {
    // Compilers rename it by its signature.
    if matches!(symbol, "__main_argc_argv" | "__original_main") {
        return "main".to_owned();
    }
    let name = demangled(symbol);
    let name = without_hash(&name);
    // C++ symbols of templates begin with what is returned.
    let name = without_type_brackets(&name[qualified_start(name)..]);
    let name = without_empty_packs(without_inline_namespaces(name.into_owned()));
    with_short_types(name)
}

/// The qualified name alone: neither the return type before it nor the parameters behind it, which C++ symbols have.
pub(super) fn qualified(name: &str) -> &str {
    let name = &name[qualified_start(name)..];
    let is_parameters = |&index: &usize| index > 0 && !name[index..].starts_with(ANONYMOUS);
    let end = top_level(name, '(').find(is_parameters);
    &name[..end.unwrap_or(name.len())]
}

/// The name without any parameters in it, those of the functions on its path either: `feed::cache()::count` is
/// `feed::cache::count`.
pub(super) fn without_parameters(name: &str) -> String {
    let mut plain = String::new();
    let mut rest = name;
    while let Some(start) =
        top_level(rest, '(').find(|&index| !rest[index..].starts_with(ANONYMOUS))
    {
        plain.push_str(&rest[..start]);
        let end = top_level(&rest[start..], ')').next();
        rest = end.map_or("", |end| &rest[start + end + 1..]);
        rest = rest.strip_prefix(" const").unwrap_or(rest);
    }
    plain.push_str(rest);
    plain
}

/// A type's name as reports show it: without what a C++ library's version adds, and without arguments that are what they are
/// when nobody writes them.
pub(super) fn readable_type(name: String) -> String {
    const USUAL: [&str; 6] = [
        ", std::allocator<",
        ", std::less<",
        ", std::char_traits<",
        ", std::default_delete<",
        ", std::hash<",
        ", std::equal_to<",
    ];
    let name = with_short_types(without_inline_namespaces(name.replace(" >", ">")));
    let name = USUAL
        .iter()
        .fold(name, |name, usual| without_argument(name, usual));
    name.replace(", alloc::alloc::Global>", ">")
}

/// Without all arguments that begin so, up to the bracket that closes them.
fn without_argument(mut name: String, beginning: &str) -> String {
    while let Some(start) = name.find(beginning) {
        let bracket = start + beginning.len() - 1;
        let end = top_level(&name[bracket..], '>').next();
        let end = end.map_or(name.len(), |end| bracket + end + 1);
        name.replace_range(start..end, "");
    }
    name
}

const ANONYMOUS: &str = "(anonymous namespace)";

/// Behind the last space that stands outside of all brackets. An operator's name may have one, and so may `const` behind
/// the parameters: those names are left whole.
fn qualified_start(name: &str) -> usize {
    if is_operator(name) {
        return 0;
    }
    let parameters = top_level(name, '(')
        .find(|&index| !name[index..].starts_with(ANONYMOUS))
        .unwrap_or(name.len());
    top_level(name, ' ')
        .take_while(|&index| index < parameters)
        .last()
        .map_or(0, |index| index + 1)
}

/// Whether the word `operator` is in a name, and not only in another word.
fn is_operator(name: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    name.match_indices("operator").any(|(start, word)| {
        !name[..start].ends_with(is_part) && !name[start + word.len()..].starts_with(is_part)
    })
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

/// Whether a namespace, module or type is told with the function.
pub(super) fn has_path(name: &str) -> bool {
    top_level(qualified(name), ':').next().is_some()
}

fn without_arguments(segment: &str) -> &str {
    match segment.find('<') {
        Some(start) if start > 0 && !is_operator(segment) => &segment[..start],
        _ => segment,
    }
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
    let Some(end) = name
        .strip_prefix('<')
        .and_then(|_| top_level(name, '>').next())
    else {
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
fn without_inline_namespaces(name: String) -> String {
    let versions = ["std::__1::", "std::__2::", "std::__ndk1::"];
    versions
        .iter()
        .fold(name, |name, version| name.replace(version, "std::"))
}

/// Demanglers differ in the space, and everybody writes `std::string`.
fn with_short_types(name: String) -> String {
    const STRING: &str = "std::basic_string<char, std::char_traits<char>, std::allocator<char>>";
    name.replace(" >", ">").replace(STRING, "std::string")
}

/// The demangler leaves the commas and references of a pack that is empty.
fn without_empty_packs(name: String) -> String {
    let packs = [
        (", , ", ", "),
        ("(&&)", "()"),
        (", &&)", ")"),
        (", )", ")"),
        ("<, ", "<"),
    ];
    packs
        .iter()
        .fold(name, |name, (pack, nothing)| name.replace(pack, nothing))
}

/// Where a character stands outside of all brackets.
fn top_level(name: &str, wanted: char) -> impl Iterator<Item = usize> {
    let mut depth = 0_usize;
    let mut previous = ' ';
    name.char_indices().filter_map(move |(index, character)| {
        let is_arrow = character == '>' && previous == '-';
        previous = character;
        if matches!(character, '>' | ')') && !is_arrow {
            depth = depth.saturating_sub(1);
        }
        let is_wanted = depth == 0 && character == wanted;
        if matches!(character, '<' | '(') {
            depth += 1;
        }
        is_wanted.then_some(index)
    })
}
