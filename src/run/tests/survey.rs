//! What an observer is shown of a guest in a quiet moment.

use super::super::{Engine, Log, MarkKind, Observer, Overwhelmed, View, run};
use super::compiled;
use crate::instrument::Width;
use crate::module::{CodeFrame, Module};
use crate::suite::{Call, Command, QuietMark, Scenario, Step};

/// Keeps when it was shown something, and what.
#[derive(Default)]
struct Shown(Vec<String>);

impl Observer for Shown {
    fn site(&mut self, _: &[CodeFrame], _: bool) {}

    fn events(&mut self, _: Width, _: &[u8], _: u64) -> Result<(), Overwhelmed> {
        Ok(())
    }

    fn mark(&mut self, _: MarkKind, _: u64, _: u64) {}

    fn survey(&mut self, kind: MarkKind, view: &View<'_>) {
        let View {
            memory,
            globals,
            kept,
            ..
        } = view;
        self.0.push(format!(
            "{kind:?}: {}, globals {globals:?}, kept {kept:?}",
            memory[8]
        ));
    }

    fn finish(&mut self, _: Log, _: Vec<Vec<CodeFrame>>) {}
}

#[track_caller]
fn check(scenario: &Scenario, expected: &[&str]) {
    let text = r#"(module
      (memory 1)
      (global $address (mut i32) (i32.const -16))
      (global i32 (i32.const 32))
      (global (mut f32) (f32.const 1))
      (global $wide (mut i64) (i64.const 5))
      (func $malloc (param i32) (result i32) (i32.const 64))
      (func (export "take") (result i32)
        (i32.store8 (i32.const 8) (i32.add (i32.load8_u (i32.const 8)) (i32.const 1)))
        (global.set $wide (i64.add (global.get $wide) (i64.const 1)))
        (call $malloc (i32.const 8)))
      (func (export "_start") (drop (call $malloc (i32.const 8))))
      (func (export "ratio") (result f64) (f64.const 1)))"#;
    let wasm = wat::parse_str(text).expect("it is a module");
    let module = Module::parse("quiet", wasm).expect("it is valid");
    let engine = Engine::new(None).expect("the engine has its defaults");
    let compiled = compiled(&engine, "quiet", &module);
    let shown = run(&engine, &compiled, scenario, Shown::default());
    assert_eq!(shown.expect("it runs").observer.0, expected);
}

fn call(export: &str, keep: Option<&str>) -> Step {
    Step::Call(Call {
        export: export.into(),
        args: Vec::new(),
        keep: keep.map(str::to_owned),
    })
}

#[test]
fn the_end_is_shown_always() {
    let steps = vec![call("take", Some("it")), call("ratio", Some("ratio"))];
    check(
        &Scenario::of_steps("story", steps),
        &[r#"Final: 1, globals [(0, 4294967280), (3, 6)], kept [("it", 64)]"#],
    );
}

#[test]
fn marks_are_shown_that_were_asked_for_and_where_growth_ends() {
    let scenario = Scenario {
        teardown: vec![call("take", None)],
        reachability: vec![QuietMark::Baseline, QuietMark::IdleStart],
        ..Scenario::of_steps("story", vec![call("take", None)])
    };
    check(
        &scenario,
        &[
            "Baseline: 0, globals [(0, 4294967280), (3, 5)], kept []",
            "IdleStart: 1, globals [(0, 4294967280), (3, 6)], kept []",
            "IdleEnd: 1, globals [(0, 4294967280), (3, 6)], kept []",
            "Final: 2, globals [(0, 4294967280), (3, 7)], kept []",
        ],
    );
}

#[test]
fn a_command_is_shown_once_it_is_over() {
    let scenario = Scenario::of_steps("story", vec![Step::Run(Command::default())]);
    check(
        &scenario,
        &["Final: 0, globals [(0, 4294967280), (3, 5)], kept []"],
    );
}
