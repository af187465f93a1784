//! Custom sections are where they were, and as they were.

use wasmparser::{Parser, Payload};

use super::{guests, rewritten};

/// A section: its identifier, and its name and data if it is a custom one.
type Section = (u8, Option<(String, Vec<u8>)>);

fn sections(wasm: &[u8]) -> Vec<Section> {
    let mut sections = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.expect("the module is valid");
        let custom = match &payload {
            Payload::CustomSection(custom) => {
                Some((custom.name().to_owned(), custom.data().to_vec()))
            }
            _ => None,
        };
        if let Some((id, _)) = payload.as_section() {
            sections.push((id, custom));
        }
    }
    sections
}

/// Names and code metadata speak of indices and offsets, and have tests of their own.
fn is_renumbered(name: &str) -> bool {
    name == "name" || name.starts_with("metadata.code.")
}

fn check(name: &str, wasm: &[u8]) {
    let (_, instrumented) = rewritten(wasm);
    let before = sections(wasm);
    let mut after = sections(&instrumented.wasm);
    after.retain(|(id, _)| before.iter().any(|(other, _)| id == other));
    assert_eq!(before.len(), after.len(), "{name}");
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before.0, after.0, "{name}: sections keep their order");
        if let (Some((before, data)), Some((after, data_after))) = (&before.1, &after.1) {
            assert_eq!(before, after, "{name}: custom sections keep their order");
            assert!(
                is_renumbered(before) || data == data_after,
                "{name}: {before} has changed"
            );
        }
    }
}

#[test]
fn stay_between_any_two_sections() {
    let text = r#"(module
        (@custom "dylink.0" (before first) "\01\04\00\00\00\00")
        (@custom "one" (after type) "1")
        (@custom "one" (after type) "again")
        (@custom "two" (after import) "2")
        (@custom "three" (after func) "3")
        (@custom "four" (after table) "4")
        (@custom "five" (after memory) "5")
        (@custom "six" (after global) "6")
        (@custom "seven" (after export) "7")
        (@custom "eight" (after start) "8")
        (@custom "nine" (after elem) "9")
        (@custom "ten" (after code) "10")
        (@custom "eleven" (after data) "11")
        (@custom ".debug_info" (after data) "\00\ff")
        (@custom "linking" (after data) "\02")
        (@custom "reloc.CODE" (after data) "\03\00")
        (@custom "sourceMappingURL" (after data) "\05a.map")
        (@custom "target_features" (after last) "\00")
        (@custom "producers" (after last) "\00")
        (@custom "" (after last) "")
        (import "env" "f" (func))
        (table 1 funcref)
        (elem (i32.const 0) 1)
        (memory 1)
        (global i32 (i32.const 0))
        (data (i32.const 0) "data")
        (func $malloc (export "malloc") (param i32) (result i32) i32.const 8)
        (func $start (drop (call $malloc (i32.const 1))))
        (start $start))"#;
    check(
        "text",
        &wat::parse_str(text).expect("the test's text is a module"),
    );
}

#[test]
fn stay_where_the_rewrite_adds_all_sections_around_them() {
    let text = r#"(module (@custom "alone" "1") (@custom "together" "2"))"#;
    check(
        "text",
        &wat::parse_str(text).expect("the test's text is a module"),
    );
}

#[test]
fn stay_in_every_guest() {
    for (name, wasm) in guests() {
        check(&name, &wasm);
    }
}
