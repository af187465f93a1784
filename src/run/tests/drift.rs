//! What a long run does to contexts: nothing.

use super::super::{Ending, Engine, run};
use super::{Allocations, compiled, scenario};
use crate::module::Module;

/// Hundreds of thousands of calls, through recursion, tables, exceptions and tail calls, and not one context more than a
/// hundred of them have. No counter can wrap: contexts and folds are capped, and events and folded
/// allocations are counted in 64 bits. A context is a function of the stack, so nothing that returned or was unwound is part of it.
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
