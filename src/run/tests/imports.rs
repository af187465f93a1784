//! What a module imports besides WASI: stubs of the suite, and a host of the user's own.

use std::sync::atomic::{AtomicI32, Ordering};

use super::{compiled, scenario};
use crate::instrument::{Event, Width, decode};
use crate::module::{CodeFrame, Module};
use crate::run::{
    Compiled, Ending, Engine, Host, Imports, Log, MarkKind, Observer, Overwhelmed, Value, run,
};
use crate::suite::{Answer, Stub, StubNumber};

/// Allocates as much as the host says, and then as much again as the host writes into memory.
const TEXT: &str = r#"(module
  (import "host" "size" (func $size (param i32) (result i32)))
  (import "host" "fill" (func $fill (param i32 f64)))
  (memory (export "memory") 1)
  (func $malloc (param $size i32) (result i32) i32.const 8)
  (func (export "obtain") (param $size i32) (result i32) (call $malloc (local.get $size)))
  (func (export "main")
    (drop (call $malloc (call $size (i32.const 20))))
    (call $fill (i32.const 64) (f64.const 0.5))
    (drop (call $malloc (i32.load (i32.const 64))))))"#;

/// What is asked for, in the order of the log.
#[derive(Default)]
struct Sizes(Vec<u64>);

impl Observer for Sizes {
    fn site(&mut self, _: &[CodeFrame], _: bool) {}

    fn events(&mut self, width: Width, log: &[u8], _: u64) -> Result<(), Overwhelmed> {
        let sizes = decode(width, log).filter_map(|event| match event {
            Event::Allocate { size, .. } => Some(size),
            _ => None,
        });
        self.0.extend(sizes);
        Ok(())
    }

    fn mark(&mut self, _: MarkKind, _: u64, _: u64) {}

    fn finish(&mut self, _: Log, _: Vec<Vec<CodeFrame>>) {}
}

fn module() -> (Engine, Compiled, Module) {
    let wasm = wat::parse_str(TEXT).expect("it is a module");
    let module = Module::parse("hosted", wasm).expect("it is valid");
    let engine = Engine::new(None).expect("the engine has its defaults");
    let compiled = compiled(&engine, "hosted", &module);
    (engine, compiled, module)
}

/// What is allocated, and how it ends, with these stubs and this host.
fn check(stubs: &[(&str, Answer)], host: Host, expected: &[u64], ending: &Ending) {
    let (engine, compiled, module) = module();
    let compiled = compiled.with_host(host);
    let stub = |(import, answer): &(&str, Answer)| Stub {
        import: import.to_string(),
        answer: answer.clone(),
    };
    let mut scenario = scenario(&module);
    scenario.imports = stubs.iter().map(stub).collect();
    // Twice, since nothing of a run may show in the next one.
    for _ in 0..2 {
        let outcome = run(&engine, &compiled, &scenario, Sizes::default());
        let outcome = outcome.expect("all that is imported is provided");
        assert_eq!(outcome.observer.0, expected);
        match (&outcome.ending, ending) {
            (
                Ending::Trapped { reason, .. },
                Ending::Trapped {
                    reason: expected, ..
                },
            ) => {
                assert_eq!(reason, expected);
            }
            (ending, expected) => assert_eq!(ending, expected),
        }
    }
}

fn trapped(reason: &str) -> Ending {
    Ending::Trapped {
        reason: reason.to_string(),
        stack: Vec::new(),
    }
}

fn numbers(number: i128) -> Answer {
    Answer::Numbers(vec![StubNumber::Integer(number)])
}

#[test]
fn a_stub_answers() {
    let all = [("host.size", numbers(24)), ("host.*", Answer::Zero)];
    check(&all, Host::default(), &[24, 0], &Ending::Completed);
    let trap = [("host.size", Answer::Zero), ("host.fill", Answer::Trap)];
    check(
        &trap,
        Host::default(),
        &[0],
        &trapped("the suite's stub of `host.fill` is a trap"),
    );
}

#[test]
fn a_host_reads_writes_and_calls_back() {
    let host = Host::new(|| {
        let calls = AtomicI32::new(0);
        Imports::new()
            .function("host.size", move |guest, arguments| {
                let calls = 1 + calls.fetch_add(1, Ordering::Relaxed);
                guest.call("obtain", &[Value::I32(100 * calls)])?;
                Ok(arguments.to_vec())
            })
            .function("host.fill", |guest, arguments| {
                assert_eq!(arguments[1], Value::F64(0.5));
                let at = arguments[0].address().ok_or("no address")?;
                guest.memory()?[at] = 40;
                Ok(Vec::new())
            })
            .function("host.of_no_interest", |_, _| Ok(Vec::new()))
    });
    check(&[], host, &[100, 20, 40], &Ending::Completed);
}

#[test]
fn a_host_that_fails_stops_the_guest() {
    let wrong = |result: Result<Vec<Value>, &'static str>| {
        Host::new(move || {
            let result = result.clone();
            Imports::new()
                .function("host.size", move |_, _| Ok(result.clone()?))
                .function("host.fill", |_, _| Ok(Vec::new()))
        })
    };
    check(
        &[],
        wrong(Err("the page is gone")),
        &[],
        &trapped("the page is gone"),
    );
    check(
        &[],
        wrong(Ok(vec![Value::F32(1.0)])),
        &[],
        &trapped("the host's `host.size` returned [F32(1.0)], where the module expects (i32)"),
    );
}
