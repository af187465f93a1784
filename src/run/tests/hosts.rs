//! Hosts that call back: in the midst of an allocator, several times in a row, and over a trap that they catch.

use wasmtime::{Caller, Linker, Store};

use super::super::books::link_books;
use super::super::guest::State;
use super::super::limits::Deadline;
use super::super::{Engine, Observer, prepare};
use super::{Allocations, Transcript, check, compiled, listed, scenario};
use crate::module::Module;

#[test]
fn what_the_host_calls_back_counts_by_itself() {
    let engine = Engine::new(None).expect("the engine has its defaults");
    for fixture in listed("src/run/fixtures/hosts") {
        check(&engine, &fixture, provide);
    }
}

/// The guard of an allocator that trapped is open again for whoever calls next.
#[test]
fn the_next_call_after_a_trap_counts() {
    let text = r#"(module
      (func $malloc (param $size i32) (result i32)
        (if (i32.eq (local.get $size) (i32.const 13)) (then unreachable))
        i32.const 8)
      (func (export "unlucky") (drop (call $malloc (i32.const 13))))
      (func (export "main") (drop (call $malloc (i32.const 10)))))"#;
    let wasm = wat::parse_str(text).expect("it is a module");
    let module = Module::parse("trap", wasm).expect("it is valid");
    let engine = Engine::new(None).expect("the engine has its defaults");
    let compiled = compiled(&engine, "trap", &module);
    let scenario = scenario(&module);
    let observer = Allocations::default();
    let deadline = Deadline::new(scenario.limits.timeout);
    let guest = prepare(&compiled, &scenario, observer, link_books, deadline, None);
    let mut guest = guest.expect("it has a world");
    assert!(guest.start().is_ok());
    assert!(guest.call("unlucky", &[]).is_err());
    assert!(guest.call("main", &[]).is_ok());
    let (observer, ..) = guest.finish();
    assert_eq!(observer.allocations.len(), 1);
}

/// `call_back` and `call_back_twice` call exports; `attempt` calls one that traps, and goes on.
fn provide(
    linker: &mut Linker<State<Transcript>>,
    store: &mut Store<State<Transcript>>,
) -> wasmtime::Result<()> {
    link_books(linker, store)?;
    linker.func_wrap("host", "call_back", |mut caller: Caller<'_, _>| {
        call(&mut caller, "called_back")
    })?;
    linker.func_wrap("host", "call_back_twice", |mut caller: Caller<'_, _>| {
        call(&mut caller, "called_back")?;
        call(&mut caller, "called_back_again")
    })?;
    linker.func_wrap("host", "attempt", |mut caller: Caller<'_, _>| {
        drop(call(&mut caller, "unlucky"));
    })?;
    Ok(())
}

fn call<O: Observer>(caller: &mut Caller<'_, State<O>>, export: &str) -> wasmtime::Result<()> {
    let function = caller
        .get_export(export)
        .and_then(|export| export.into_func());
    let function = function.expect("the fixture exports it");
    function.call(caller, &[], &mut [])
}
