//! What a module with 64-bit memory tells of itself: its tables and results hold addresses as wide.

use super::super::{Engine, Outcome, RunError, run};
use super::Transcript;
use crate::instrument::without_allocators;
use crate::module::Module;
use crate::run::tests::Names;
use crate::suite::{
    Call, CompilerSites, CountedBy, Probe, ProbeSource, Scenario, Step, StringForm, Unit,
};

const MODULE: &str = r#"(module
  (memory (export "memory") i64 1)
  (global (export "counts") i64 (i64.const 1024))
  (global (export "sizes") i64 (i64.const 2048))
  (global (export "names") i64 (i64.const 4096))
  (data (i64.const 4096) "\00\20\00\00\00\00\00\00\10\20\00\00\00\00\00\00")
  (data (i64.const 8192) "first\00")
  (data (i64.const 8208) "se\1bcond\00")
  (data (i64.const 16384) "{\"handles\": 12}\00")
  (func (export "count")
    (i32.store (i64.const 1024) (i32.add (i32.load (i64.const 1024)) (i32.const 1)))
    (i64.store (i64.const 2048) (i64.add (i64.load (i64.const 2048)) (i64.const 16)))
    (i32.store (i64.const 1028) (i32.add (i32.load (i64.const 1028)) (i32.const 1)))
    (i64.store (i64.const 2056) (i64.add (i64.load (i64.const 2056)) (i64.const 32))))
  (func (export "stats") (result i64)
    (i64.const 16384)))"#;

fn call(export: &str) -> Call {
    Call {
        export: export.into(),
        args: Vec::new(),
        keep: None,
    }
}

fn ran(scenario: &Scenario) -> Result<Outcome<Transcript>, RunError> {
    let wasm = wat::parse_str(MODULE).expect("it is a module");
    let module = Module::parse("wide", wasm).expect("it is valid");
    let engine = Engine::new(None).expect("the engine has its defaults");
    let instrumented = without_allocators(&module).expect("it can be rewritten");
    let compiled = engine
        .compile("wide", instrumented)
        .expect("the engine takes it");
    let transcript = Transcript {
        names: Names::of(&module),
        text: String::new(),
    };
    run(&engine, &compiled, scenario, transcript)
}

#[test]
fn names_of_sites_are_found_by_wide_pointers() {
    let scenario = Scenario {
        sites: Some(CompilerSites {
            counted: CountedBy::Tables {
                counts: "counts".into(),
                sizes: "sizes".into(),
                wide: true,
            },
            names: Some("names".into()),
            capacity: 8,
        }),
        ..Scenario::of_steps("count", vec![Step::Call(call("count"))])
    };
    let numbered = ran(&scenario).expect("it runs").numbered;
    let names = numbered.expect("sites were counted").names;
    assert_eq!(
        names.into_iter().collect::<Vec<_>>(),
        [(0, "first".into()), (1, "se\u{fffd}cond".into())]
    );
}

#[track_caller]
fn check(string: Option<StringForm>, expected: Option<f64>) {
    let probe = Probe {
        name: "handles".into(),
        source: ProbeSource::Call {
            call: call("stats"),
            field: vec!["handles".into()],
            string,
        },
        unit: Unit::Count,
        since: None,
    };
    let scenario = Scenario {
        probes: vec![probe],
        ..Scenario::of_steps("count", vec![Step::Call(call("count"))])
    };
    let outcome = ran(&scenario).ok();
    let read = outcome.and_then(|outcome| Some(outcome.readings.last()?.values[0]));
    assert_eq!(read, expected);
}

#[test]
fn a_wide_result_is_the_address_of_a_text() {
    check(None, Some(12.0));
    check(Some(StringForm::Nul), Some(12.0));
    // An empty string at the address 0, which is no JSON.
    check(Some(StringForm::Packed), None);
}
