//! Hosts that keep something of every instance, and instances that do not do the same, through all stages.

use std::hint::black_box;
use std::mem;
use std::sync::atomic::{AtomicI32, Ordering};

use wasmtime::{Linker, Store};

use super::*;
use crate::harness::roots::KnownRoots;
use crate::instrument::instrument;
use crate::judge::{Accepted, judge};
use crate::report::{Commands, assemble, failure, without_figures};
use crate::run::{State, run_with};
use crate::suite::{Call, Comparison, Limit, Metric, Step, Threshold};

/// It allocates as many bytes as its host says, and frees nothing.
const GUEST: &str = r#"(module
  (import "host" "size" (func $size (result i32)))
  (memory (export "memory") 1)
  (func $malloc (param i32) (result i32) (i32.const 8))
  (func (export "main") (drop (call $malloc (call $size)))))"#;

/// What is said of a scenario that allows nothing to stay in the host; "pass" if nothing does.
fn told(provide: Provide<Fold>) -> String {
    let wasm = wat::parse_str(GUEST).expect("it is a module");
    let module = Module::parse("guest", wasm).expect("it is valid");
    let engine = Engine::new(None).expect("the engine has its defaults");
    let instrumented = instrument(&module).expect("it can be measured");
    let compiled = engine
        .compile("guest", instrumented)
        .expect("it is compiled");
    let scenario = scenario();
    let fold = Fold::of(KnownRoots::of(&module).roots);
    let outcome = run_with(&engine, &compiled, &scenario, fold, provide);
    let mut recording = outcome.expect("it runs").observer.finish();
    let prepared = Prepared::new(module, compiled);
    let lived = live_with(None, &prepared, &scenario, &mut recording, provide);
    let report = match lived {
        Ok(()) => {
            let judged =
                judge(&scenario, &recording, &Accepted::default(), &[]).expect("all was measured");
            let stacks = vec![Vec::new(); recording.sites.len()];
            assemble(&scenario, "guest.wasm", &recording, stacks, Ok(&judged))
        }
        Err(fault) => without_figures("main", "guest.wasm", fault),
    };
    let commands = Commands {
        again: "memgate test".to_string(),
        review: "cargo insta review".to_string(),
        suite: "guest.yaml".to_string(),
        report: "report.json".to_string(),
    };
    match report.verdict {
        crate::judge::Verdict::Pass => "pass".to_string(),
        _ => failure("guest::main", &report, &commands),
    }
}

fn scenario() -> Scenario {
    let call = Call {
        export: "main".into(),
        args: Vec::new(),
        keep: None,
    };
    Scenario {
        lifecycle: Some(Lifecycle { instances: 5 }),
        thresholds: vec![Threshold {
            metric: Metric::HostRetained,
            comparison: Comparison::LessOrEqual,
            limit: Limit::Absolute(0.0),
        }],
        ..Scenario::of_steps("main", vec![Step::Call(call)])
    }
}

type Books<'a> = &'a mut Linker<State<Fold>>;

fn provide(
    linker: Books<'_>,
    store: &mut Store<State<Fold>>,
    size: fn() -> i32,
) -> wasmtime::Result<()> {
    linker.func_wrap("host", "size", size)?;
    link_books(linker, store)
}

#[test]
fn a_host_that_keeps_nothing_passes() {
    assert_eq!(told(|linker, store| provide(linker, store, || 100)), "pass");
}

#[test]
fn a_host_that_keeps_something_of_each_instance_is_told() {
    let said = told(|linker, store| {
        provide(linker, store, || {
            mem::forget(black_box(vec![1_u8; 4096]));
            100
        })
    });
    insta::assert_snapshot!(said, @r"
    guest::main leaves 4 KB of each instance in its host where nothing may stay

      host_retained   4 KB   <= 0 B   over by 4 KB

      live  ▁███  0 B -> 100 B over one cycle

      again    memgate test
      allow    if it is meant, raise host_retained in guest.yaml
      more     report.json
    ");
}

#[test]
fn an_instance_that_does_something_else_is_a_fault() {
    static NEXT: AtomicI32 = AtomicI32::new(100);
    let said =
        told(|linker, store| provide(linker, store, || NEXT.fetch_add(1, Ordering::Relaxed)));
    insta::assert_snapshot!(said, @r"
    guest::main: the gate broke: instances of one module did not do the same

      The scenario's first run and instance 1 of 5 were told the same story and left
      different recordings. Nothing that they can see was different, so that this is
      a fault of memgate's own.

      This says nothing about leaks: no verdict was reached.

      again    memgate test
      explain  memgate explain not-reproducible
    ");
}
