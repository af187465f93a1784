//! What the log says, seen as it is told to an observer: a fixture is a module in text whose `main` is called once.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Compiled, Engine, Log, MarkKind, Observer, Overwhelmed, run, stacks_at};
use crate::instrument::{Event, Width, decode, instrument};
use crate::module::{CodeFrame, Module};
use crate::suite::{Argument, Call, Limits, Scenario, SnapshotOptions, Step};

#[test]
fn every_fixture_is_told_as_its_golden_says() {
    let engine = Engine::new(None).expect("the engine has its defaults");
    for fixture in fixtures() {
        let (name, module) = parsed(&fixture);
        check(&engine, &name, &module);
    }
}

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

fn parsed(fixture: &Path) -> (String, Module) {
    let name = fixture
        .file_stem()
        .expect("fixtures have names")
        .to_string_lossy()
        .into_owned();
    let text = fs::read(fixture).expect("the fixture was listed");
    let wasm = wat::parse_bytes(&text)
        .unwrap_or_else(|error| panic!("{name}: {error}"))
        .into_owned();
    let module = Module::parse(&name, wasm).unwrap_or_else(|error| panic!("{name}: {error}"));
    (name, module)
}

fn compiled(engine: &Engine, name: &str, module: &Module) -> Compiled {
    let instrumented = instrument(module).unwrap_or_else(|error| panic!("{name}: {error}"));
    engine
        .compile(name, instrumented)
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/run/fixtures");
    let entries = fs::read_dir(folder).expect("there are fixtures");
    let mut fixtures: Vec<PathBuf> = entries
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    fixtures.retain(|path| path.extension().is_some_and(|extension| extension == "wat"));
    fixtures.sort();
    fixtures
}

fn check(engine: &Engine, name: &str, module: &Module) {
    let compiled = compiled(engine, name, module);
    let transcript = Transcript {
        names: Names::of(module),
        text: String::new(),
    };
    let outcome = run(engine, &compiled, &scenario(module), transcript)
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let text = format!("{}{:?}\n", outcome.observer.text, outcome.ending);
    insta::with_settings!({
        snapshot_path => Path::new(env!("CARGO_MANIFEST_DIR")).join("src/run/fixtures"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name, text);
    });
}

/// `main`, called once with zeros.
fn scenario(module: &Module) -> Scenario {
    let main = module
        .exports()
        .iter()
        .find(|export| export.name == "main")
        .expect("fixtures export `main`");
    let args = module
        .signature(main.index)
        .params()
        .iter()
        .map(|_| Argument::Integer(0))
        .collect();
    Scenario {
        name: "main".into(),
        setup: Vec::new(),
        warmup: 0,
        cycles: 1,
        steps: vec![Step::Call(Call {
            export: "main".into(),
            args,
            keep: None,
        })],
        idle: None,
        marks: None,
        teardown: Vec::new(),
        thresholds: Vec::new(),
        snapshot: SnapshotOptions { top: 0 },
        limits: Limits {
            memory: 1 << 20,
            timeout: Duration::from_secs(60),
        },
    }
}

/// Writes down what it is told.
struct Transcript {
    names: Names,
    text: String,
}

struct Names(Vec<String>);

impl Names {
    fn of(module: &Module) -> Names {
        let name = |function| module.function_name(function).unwrap_or("?").to_string();
        Names((0..module.function_count()).map(name).collect())
    }

    fn stack(&self, stack: &[CodeFrame]) -> String {
        let names: Vec<&str> = stack
            .iter()
            .map(|frame| self.0[frame.function as usize].as_str())
            .collect();
        if names.is_empty() {
            "the host".into()
        } else {
            names.join(" < ")
        }
    }
}

impl Transcript {
    fn say(&mut self, line: impl std::fmt::Display) {
        writeln!(self.text, "{line}").expect("writing to a string");
    }
}

impl Observer for Transcript {
    fn site(&mut self, stack: Vec<CodeFrame>, folded: bool) {
        let stack = self.names.stack(&stack);
        self.say(format_args!(
            "site: {stack}{}",
            if folded { " (folded)" } else { "" }
        ));
    }

    fn events(&mut self, width: Width, log: &[u8], _time: u64) -> Result<(), Overwhelmed> {
        for event in decode(width, log) {
            match event {
                Event::Allocate {
                    address,
                    size,
                    site,
                } => {
                    self.say(format_args!("allocate {size} at {address} by site {site}"));
                }
                Event::Free { address } => self.say(format_args!("free {address}")),
                Event::Resize { address } => self.say(format_args!("resize {address}")),
                Event::Alias { address } => self.say(format_args!("alias {address}")),
            }
        }
        Ok(())
    }

    fn mark(&mut self, kind: MarkKind, _time: u64, memory: u64) {
        if matches!(kind, MarkKind::Baseline | MarkKind::Final) {
            self.say(format_args!("{kind:?}, {memory} bytes of memory"));
        }
    }

    fn finish(&mut self, log: Log) {
        self.say(format_args!("contexts: {}", log.contexts));
    }
}

/// Keeps which record came from which site.
#[derive(Default)]
struct Allocations {
    sites: Vec<(Vec<CodeFrame>, bool)>,
    allocations: Vec<(u64, u32)>,
    records: u64,
}

impl Observer for Allocations {
    fn site(&mut self, stack: Vec<CodeFrame>, folded: bool) {
        self.sites.push((stack, folded));
    }

    fn events(&mut self, width: Width, log: &[u8], _time: u64) -> Result<(), Overwhelmed> {
        for event in decode(width, log) {
            if let Event::Allocate { site, .. } = event {
                self.allocations.push((self.records, site));
            }
            self.records += 1;
        }
        Ok(())
    }

    fn mark(&mut self, _: MarkKind, _: u64, _: u64) {}
    fn finish(&mut self, _: Log) {}
}
