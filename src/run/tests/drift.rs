//! What a long run does to contexts: nothing.

use super::super::{Ending, Engine, run};
use super::{Allocations, compiled, scenario};
use crate::instrument::SHADOW_FRAMES;
use crate::module::Module;

/// Hundreds of thousands of calls, through recursion, tables, exceptions and tail calls, and not one context more than a
/// hundred of them have. No counter can wrap: contexts are capped, events and folded allocations are counted in 64 bits, and
/// the depth of recursion ends with the engine's stack, since nothing that returned or was unwound is part of it.
#[test]
fn contexts_do_not_drift() {
    let engine = Engine::new(None).expect("the engine has its defaults");
    let few = counts(&engine, 256);
    let many = counts(&engine, 256_000);
    assert_eq!(few.records * 1000, many.records);
    assert_eq!(few.sites.len(), many.sites.len());
    assert_eq!(few.log, many.log);
    assert_eq!(many.log.folded_allocations, 0);
}

fn counts(engine: &Engine, times: u32) -> Allocations {
    let text = include_str!("../fixtures/drift/drift.wat").replace("TIMES", &times.to_string());
    let wasm = wat::parse_str(text).expect("it is a module");
    let module = Module::parse("drift", wasm).expect("it is valid");
    let compiled = compiled(engine, "drift", &module);
    let outcome = run(
        engine,
        &compiled,
        &scenario(&module),
        Allocations::default(),
    );
    let outcome = outcome.expect("it runs");
    assert_eq!(outcome.ending, Ending::Completed);
    outcome.observer
}

/// The shadow stack has a frame for every activation that the engine's stack has room for. Nothing is smaller than these:
/// no local of theirs lives through a call. They are seen to recurse first, and then go as deep as they can.
#[test]
fn the_stack_ends_before_the_shadow_stack() {
    let text = r#"(module
      (global $left (mut i32) (i32.const 3))
      (func $malloc (param i32) (result i32) (i32.const 8))
      (func $leaf (drop (call $malloc (i32.const 1))))
      (func $deep
        (global.set $left (i32.sub (global.get $left) (i32.const 1)))
        (if (i32.eqz (global.get $left)) (then (call $leaf)) (else (call $deep))))
      (func (export "main") (call $deep) (call $deep)))"#;
    let wasm = wat::parse_str(text).expect("it is a module");
    let module = Module::parse("deep", wasm).expect("it is valid");
    let engine = Engine::new(None).expect("the engine has its defaults");
    let compiled = compiled(&engine, "deep", &module);
    let outcome = run(
        &engine,
        &compiled,
        &scenario(&module),
        Allocations::default(),
    );
    let Ending::StackOverflow { stack } = outcome.expect("it runs").ending else {
        panic!("it recurses without end")
    };
    assert!(
        stack.len() < SHADOW_FRAMES as usize - 1,
        "{} frames",
        stack.len()
    );
}
