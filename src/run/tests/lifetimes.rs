//! What the host holds once an instance is gone: nothing, but for hosts that keep something.

use std::hint::black_box;
use std::mem;

use wasmtime::{Linker, Memory, MemoryType, Ref, RefType, Store, Table, TableType};

use super::super::books::link_books;
use super::super::guest::{Provide, State};
use super::super::{Ending, Engine, lifetimes};
use super::{Allocations, compiled, scenario};
use crate::module::Module;

const INSTANCES: u32 = 6;

/// Linear memory, a table, a start function, and a story that grows both.
const GUEST: &str = r#"(module
  (memory (export "memory") 2)
  (table $table 10 funcref)
  (func $malloc (param i32) (result i32) (i32.const 8))
  (func (export "main")
    (drop (call $malloc (i32.const 10)))
    (drop (memory.grow (i32.const 5)))
    (drop (table.grow $table (ref.null func) (i32.const 1000)))))"#;

/// Every instance but the first, for which the engine makes itself at home, leaves that many bytes.
#[track_caller]
fn check(provide: Provide<Allocations>, expected: i64) {
    for series in differences(provide) {
        assert_eq!(series, expected);
    }
}

fn differences(provide: Provide<Allocations>) -> Vec<i64> {
    let wasm = wat::parse_str(GUEST).expect("it is a module");
    let module = Module::parse("guest", wasm).expect("it is valid");
    let engine = Engine::on_heap(None).expect("the engine has its defaults");
    let compiled = compiled(&engine, "guest", &module);
    let series = lifetimes(
        &engine,
        &compiled,
        &scenario(&module),
        INSTANCES,
        Allocations::default,
        |outcome| outcome.ending == Ending::Completed,
        provide,
    );
    let series = series.expect("it runs");
    assert_eq!(series.len(), INSTANCES as usize, "all were told to the end");
    series.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

#[test]
fn an_instance_that_is_gone_leaves_nothing() {
    check(link_books, 0);
}

#[test]
fn a_host_that_keeps_a_block_is_told_to_the_byte() {
    check(
        |linker, store| {
            mem::forget(black_box(vec![1_u8; 1234]));
            link_books(linker, store)
        },
        1234,
    );
}

/// Memories and tables count like any other block: what one more page or entry makes is what it takes.
#[test]
fn a_host_that_keeps_an_instance_is_told_to_the_page() {
    let [small, pages, entries] = [
        differences(|linker, store| keep(linker, store, 1, 10)),
        differences(|linker, store| keep(linker, store, 4, 10)),
        differences(|linker, store| keep(linker, store, 1, 110)),
    ];
    for ((small, pages), entries) in small.iter().zip(pages).zip(entries) {
        assert_eq!(pages - small, 3 * 65_536);
        assert_eq!(entries - small, 100 * size_of::<usize>() as i64);
    }
}

/// Forgets a store that holds a memory and a table.
fn keep(
    linker: &mut Linker<State<Allocations>>,
    store: &mut Store<State<Allocations>>,
    pages: u32,
    entries: u32,
) -> wasmtime::Result<()> {
    let mut kept = Store::new(store.engine(), ());
    Memory::new(&mut kept, MemoryType::new(pages, None))?;
    let table = TableType::new(RefType::FUNCREF, entries, None);
    Table::new(&mut kept, table, Ref::Func(None))?;
    mem::forget(kept);
    link_books(linker, store)
}
