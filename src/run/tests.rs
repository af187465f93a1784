//! What the log says, seen as it is told to an observer: a fixture is a module in text whose `main` is called once.

mod drift;
mod hosts;
mod imports;
mod lifetimes;
mod looks;
mod survey;
mod wide;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use super::books::link_books;
use super::guest::Provide;
use super::{Compiled, Engine, Log, MarkKind, Observer, Overwhelmed, run_with};
use crate::instrument::{Event, Width, decode, instrument};
use crate::module::{CodeFrame, Module};
use crate::suite::{Argument, Call, Limits, Scenario, Step};

#[test]
fn every_fixture_is_told_as_its_golden_says() {
    let engine = Engine::new(None).expect("the engine has its defaults");
    for fixture in fixtures() {
        check(&engine, &fixture, link_books);
    }
}

pub(crate) fn parsed(fixture: &Path) -> (String, Module) {
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

pub(crate) fn fixtures() -> Vec<PathBuf> {
    listed("src/run/fixtures")
}

fn listed(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
        .expect("there are fixtures");
    let mut fixtures: Vec<PathBuf> = entries
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    fixtures.retain(|path| path.extension().is_some_and(|extension| extension == "wat"));
    fixtures.sort();
    fixtures
}

/// The golden lies beside the fixture.
fn check(engine: &Engine, fixture: &Path, provide: Provide<Transcript>) {
    let (name, module) = parsed(fixture);
    let compiled = compiled(engine, &name, &module);
    let transcript = Transcript {
        names: Names::of(&module),
        text: String::new(),
    };
    let outcome = run_with(engine, &compiled, &scenario(&module), transcript, provide)
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let text = format!("{}{:?}\n", outcome.observer.text, outcome.ending);
    insta::with_settings!({
        snapshot_path => fixture.parent().expect("fixtures lie in a folder"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name, text);
    });
}

/// `main`, called once with zeros.
pub(crate) fn scenario(module: &Module) -> Scenario {
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
    let call = Call {
        export: "main".into(),
        args,
        keep: None,
    };
    Scenario {
        limits: Limits {
            memory: 1 << 20,
            ..Limits::default()
        },
        ..Scenario::of_steps("main", vec![Step::Call(call)])
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
    fn site(&mut self, stack: &[CodeFrame], folded: bool) {
        let stack = self.names.stack(stack);
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
                Event::Release { address } => self.say(format_args!("release {address}")),
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

    fn finish(&mut self, log: Log, _: Vec<Vec<CodeFrame>>) {
        self.say(format_args!("contexts: {}", log.contexts));
    }
}

/// Keeps which record came from which site.
#[derive(Default)]
struct Allocations {
    sites: Vec<(Vec<CodeFrame>, bool)>,
    allocations: Vec<(u64, u32)>,
    records: u64,
    log: Log,
}

impl Observer for Allocations {
    fn site(&mut self, stack: &[CodeFrame], folded: bool) {
        self.sites.push((stack.to_vec(), folded));
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

    fn finish(&mut self, log: Log, _: Vec<Vec<CodeFrame>>) {
        self.log = log;
    }
}
