//! Names go with what they name, whatever its index is now.

use std::fmt::Write;

use insta::assert_snapshot;
use wasmparser::{IndirectNameMap, KnownCustom, Name, NameMap, Parser, Payload};

use super::super::indices::{Helper, Register};
use super::{guests, rewritten};

/// One line a name: its kind, index and text.
fn names(wasm: &[u8]) -> Vec<String> {
    let mut lines = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::CustomSection(custom) = payload.expect("the module is valid")
            && let KnownCustom::Name(section) = custom.as_known()
        {
            section
                .map_while(Result::ok)
                .for_each(|name| tell(name, &mut lines));
        }
    }
    lines
}

fn tell(name: Name<'_>, lines: &mut Vec<String>) {
    match name {
        Name::Module { name, .. } => lines.push(format!("module {name}")),
        Name::Function(map) => tell_all("function", map, lines),
        Name::Local(map) => tell_nested("local", map, lines),
        Name::Label(map) => tell_nested("label", map, lines),
        Name::Type(map) => tell_all("type", map, lines),
        Name::Table(map) => tell_all("table", map, lines),
        Name::Memory(map) => tell_all("memory", map, lines),
        Name::Global(map) => tell_all("global", map, lines),
        Name::Element(map) => tell_all("element", map, lines),
        Name::Data(map) => tell_all("data", map, lines),
        Name::Field(map) => tell_nested("field", map, lines),
        Name::Tag(map) => tell_all("tag", map, lines),
        Name::Unknown { ty, data, .. } => lines.push(format!("unknown {ty} {data:?}")),
    }
}

fn tell_all(kind: &str, map: NameMap<'_>, lines: &mut Vec<String>) {
    for naming in map.into_iter().map_while(Result::ok) {
        lines.push(format!("{kind} {} {}", naming.index, naming.name));
    }
}

fn tell_nested(kind: &str, map: IndirectNameMap<'_>, lines: &mut Vec<String>) {
    for inner in map.into_iter().map_while(Result::ok) {
        tell_all(&format!("{kind} {}", inner.index), inner.names, lines);
    }
}

/// The names after the rewrite. Functions are told by the original behind them; what the books are called is left out.
fn check(wasm: &[u8]) -> String {
    let (_, instrumented) = rewritten(wasm);
    let mut text = String::new();
    for line in names(&instrumented.wasm) {
        let (kind, rest) = line.split_once(' ').expect("a line has words");
        let (index, name) = rest.split_once(' ').unwrap_or(("", rest));
        let told = match (kind, index.parse()) {
            ("function" | "local" | "label", Ok(function)) => {
                match instrumented.indices.original(function) {
                    Some(original) => format!("{kind} {original} {name}"),
                    None => format!("{kind} added {name}"),
                }
            }
            _ => line.clone(),
        };
        if !name.starts_with("memgate.") {
            writeln!(text, "{told}").expect("writing to a string");
        }
    }
    text
}

const ALL_KINDS: &str = r#"(module $everything
    (type $allocate (func (param i32) (result i32)))
    (type $pair (struct (field $left i32) (field $right i32)))
    (import "env" "f" (func $imported))
    (table $table 1 funcref)
    (memory $memory 1)
    (global $global i32 (i32.const 0))
    (tag $tag)
    (elem $elements func $malloc)
    (data $text "text")
    (func $malloc (param $size i32) (result i32) (local $block i32) i32.const 8)
    (func (export "main") (local $other i64) (block $exit (br $exit)) (drop (call $malloc (i32.const 1)))))"#;

#[test]
fn of_every_kind_are_kept() {
    let wasm = wat::parse_str(ALL_KINDS).expect("the test's text is a module");
    assert_snapshot!(check(&wasm), @r"
    module everything
    function 0 imported
    function 1 malloc
    function added imported
    local 1 0 size
    local 1 1 block
    local 2 0 other
    label 2 0 exit
    type 0 allocate
    type 1 pair
    table 0 table
    memory 0 memory
    global 0 global
    element 0 elements
    data 0 text
    field 1 0 left
    field 1 1 right
    tag 0 tag
    ");
}

#[test]
fn are_added_where_there_are_others() {
    let wasm = wat::parse_str("(module $only (func) (memory 1))").expect("it is a module");
    let (_, instrumented) = rewritten(&wasm);
    let added = names(&instrumented.wasm);
    let indices = &instrumented.indices;
    for name in [
        format!("function {} memgate.append", indices.helper(Helper::Append)),
        format!("memory {} memgate.log", indices.log()),
        format!(
            "global {} memgate.context",
            indices.register(Register::Context)
        ),
    ] {
        assert!(added.contains(&name), "{name} in {added:?}");
    }
    let unnamed = wat::parse_str("(module (func) (memory 1))").expect("it is a module");
    assert!(names(&rewritten(&unnamed).1.wasm).is_empty());
}

/// A module with one function and that name section.
fn with_names(section: &[u8]) -> Vec<u8> {
    let mut wasm = wat::parse_str("(module (func))").expect("the test's text is a module");
    let custom = wasm_encoder::CustomSection {
        name: "name".into(),
        data: section.into(),
    };
    wasm_encoder::Section::append_to(&custom, &mut wasm);
    wasm
}

#[test]
fn that_cannot_be_read_end_the_section() {
    let sections: [(&str, &[u8]); 7] = [
        ("empty", &[]),
        ("cut off within a size", &[1, 0x80]),
        ("cut off within a subsection", &[0, 2, 1, b'm', 1, 9, 1, 0]),
        ("more names are said than there are", &[1, 4, 9, 0, 1, b'f']),
        ("a name of no function", &[1, 7, 2, 0, 1, b'f', 1, 1, b'g']),
        ("functions behind globals", &[7, 1, 0, 1, 4, 1, 0, 1, b'f']),
        ("a kind of later days", &[42, 2, 7, 7]),
    ];
    let mut text = String::new();
    for (what, section) in sections {
        writeln!(text, "{what}:\n{}", check(&with_names(section))).expect("writing to a string");
    }
    assert_snapshot!(text, @r"
    empty:

    cut off within a size:

    cut off within a subsection:
    module m

    more names are said than there are:
    function 0 f

    a name of no function:
    function 0 f

    functions behind globals:
    function 0 f

    a kind of later days:
    unknown 42 [7, 7]
    ");
}

#[test]
fn of_functions_go_with_their_bodies_in_every_guest() {
    for (file, wasm) in guests() {
        let (module, instrumented) = rewritten(&wasm);
        let after = crate::module::Module::parse("rewritten", instrumented.wasm.clone())
            .expect("it is valid");
        let mut found = std::collections::BTreeSet::new();
        for function in 0..after.function_count() {
            if let Some(original) = instrumented.indices.original(function) {
                assert_eq!(
                    module.function_name(original),
                    after.function_name(function),
                    "{file}"
                );
                found.insert(original);
            }
        }
        assert_eq!(found.len(), module.function_count() as usize, "{file}");
    }
}
