//! What of static data is an allocator's own.

use crate::module::Module;

/// A module with that data and code in it, whose allocators are `malloc` and `free`; the ranges from 1024 to 2048.
#[track_caller]
fn check(body: &str, expected: &[(u64, u64)]) {
    let text = format!(
        r#"(module
          (memory 1)
          (func $malloc (param i32) (result i32)
            (i32.store offset=1024 (i32.const 0) (i32.const 7))
            (call $take (i32.const 1100)))
          (func $free (param i32)
            (i32.store (i32.const 1028) (local.get 0)))
          (func $take (param i32) (result i32) (i32.load offset=1200 (i32.const 0)))
          {body})"#
    );
    let wasm = wat::parse_str(text).expect("it is a module");
    let module = Module::parse("data", wasm).expect("it is valid");
    let found = module.allocator_data(1024..2048);
    let found: Vec<(u64, u64)> = found.iter().map(|range| (range.start, range.end)).collect();
    assert_eq!(found, expected);
}

#[test]
fn what_only_allocators_mention_is_theirs() {
    check("", &[(1024, 2048)]);
    check("(func (drop (i32.load (i32.const 1300))))", &[(1024, 1300)]);
    check(
        "(func (drop (i32.load offset=1104 (i32.const 0))))",
        &[(1024, 1104), (1200, 2048)],
    );
    check(
        "(func (drop (i32.load offset=4 (i32.const 1100))))",
        &[(1024, 1100), (1200, 2048)],
    );
}

#[test]
fn what_others_mention_as_well_is_not() {
    check(
        "(func (drop (i32.load offset=1024 (i32.const 0))))",
        &[(1028, 2048)],
    );
    check(
        r#"(data (i32.const 16) "\4c\04\00\00")"#,
        &[(1024, 1100), (1200, 2048)],
    );
}

#[test]
fn what_others_call_as_well_is_not_theirs() {
    check("(func (drop (call $take (i32.const 0))))", &[(1024, 1200)]);
    check(r#"(export "take" (func $take))"#, &[(1024, 1200)]);
    check(
        "(table 1 funcref) (elem (i32.const 0) $take)",
        &[(1024, 1200)],
    );
}
