//! Stacks at records: a second run is stopped where a first one was interesting.

use super::super::{Engine, run, stacks_at};
use super::{Allocations, Names, compiled, fixtures, parsed, scenario};
use crate::module::Module;

/// A second run that takes the stack at every record sees what the first one took for the sites.
#[test]
fn stacks_at_records_are_those_of_their_sites() {
    let engine = Engine::new(None).expect("the engine has its defaults");
    for fixture in fixtures() {
        let (name, module) = parsed(&fixture);
        let compiled = compiled(&engine, &name, &module);
        let scenario = scenario(&module);
        let first = run(&engine, &compiled, &scenario, Allocations::default());
        let seen = first.expect("it ran before").observer;
        let stacks = stacks_at(&engine, &compiled, &scenario, (0..seen.records).collect());
        let stacks = stacks.expect("it ran before");
        assert_eq!(stacks.len() as u64, seen.records, "{name}: every record");
        for (record, site) in seen.allocations {
            let (stack, folded) = &seen.sites[site as usize];
            let frames = if *folded { 1 } else { stack.len() };
            assert_eq!(stacks[&record][..frames], *stack, "{name}: record {record}");
        }
    }
}

/// The log is full many times before, between and behind those records.
#[test]
fn stacks_are_taken_however_many_records_lie_between() {
    let text = r#"(module
      (memory (export "memory") 1)
      (func $free (param i32))
      (func $even (call $free (i32.const 8)))
      (func $odd (call $free (i32.const 16)))
      (func $malloc (param i32) (result i32) (i32.const 0))
      (func (export "main")
        (local $times i32)
        (loop $again
          (call $even)
          (call $odd)
          (local.set $times (i32.add (local.get $times) (i32.const 1)))
          (br_if $again (i32.lt_u (local.get $times) (i32.const 50000))))))"#;
    let wasm = wat::parse_str(text).expect("it is a module");
    let module = Module::parse("many", wasm).expect("it is valid");
    let engine = Engine::new(None).expect("the engine has its defaults");
    let compiled = compiled(&engine, "many", &module);
    let layout = compiled.instrumented.layout;
    let room = u64::from((layout.records_end - layout.records) / layout.width.record()) + 1;
    let wanted = [0, 1, room - 2, room - 1, room, room + 1, 3 * room, 99_999];
    let stacks = stacks_at(&engine, &compiled, &scenario(&module), wanted.into());
    let names = Names::of(&module);
    let taken = stacks.expect("it runs").into_iter();
    let taken: Vec<(u64, String)> = taken.map(|(at, stack)| (at, names.stack(&stack))).collect();
    let caller = |record: u64| ["even < ?", "odd < ?"][record as usize % 2].to_string();
    assert_eq!(taken, wanted.map(|record| (record, caller(record))));
}
