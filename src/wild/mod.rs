//! Modules as they are found in the wild: each fixture shows one thing that toolchains do, and its golden what is made of it.
//!
//! A fixture exports `main`, which is called once with zeros; its number is the finding that it shows, its first line or
//! the source beside it says which. What it imports comes from another module of the same program, in
//! `08-other-module.wat`.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use wasmtime::{Linker, Store};

use crate::heap::{Count, Fold, Recording, SiteRecord};
use crate::instrument::instrument;
use crate::judge::{Accepted, judge};
use crate::module::Module;
use crate::run::{self, Ending, Engine, State};
use crate::suite::{Limits, Scenario};

mod large;

/// What fixtures import.
const OTHER_MODULE: &str = "08-other-module";

#[test]
fn every_module_is_counted_as_its_golden_says() {
    let engine = Engine::new(None).expect("the engine has its defaults");
    for fixture in fixtures() {
        let name = fixture.file_stem().expect("fixtures have names");
        let name = name.to_string_lossy().into_owned();
        let text = told(&engine, &name, &fixture).unwrap_or_else(|reason| format!("{reason}\n"));
        insta::with_settings!({
            snapshot_path => folder(),
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(name, text);
        });
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/wild")
}

fn fixtures() -> Vec<PathBuf> {
    let entries = fs::read_dir(folder()).expect("there are fixtures");
    let mut fixtures: Vec<PathBuf> = entries
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    fixtures.retain(|path| {
        let is_module = |ending| path.extension().is_some_and(|found| found == ending);
        (is_module("wat") || is_module("wasm")) && path.file_stem() != Some(OTHER_MODULE.as_ref())
    });
    fixtures.sort();
    fixtures
}

/// What is found in the module and counted while it runs; the error is why it is not taken.
fn told(engine: &Engine, name: &str, fixture: &Path) -> Result<String, String> {
    let wasm = wat::parse_file(fixture).expect("the fixture is a module");
    let module = Module::parse(name, wasm).map_err(|error| error.to_string())?;
    let instrumented = instrument(&module).map_err(|error| error.to_string())?;
    let rewritten = Module::parse(name, instrumented.wasm.clone()).expect("the rewrite is valid");
    assert_eq!(
        custom(&rewritten),
        custom(&module),
        "{name}: custom sections"
    );

    let compiled = engine
        .compile(name, instrumented)
        .expect("the rewrite is valid");
    let scenario = scenario(&module);
    let outcome = run::run_with(engine, &compiled, &scenario, Fold::default(), link);
    let outcome = outcome.map_err(|error| error.to_string())?;
    assert_eq!(outcome.ending, Ending::Completed, "{name}");
    let recording = outcome.observer.finish();
    let mut text = found(&module);
    match judge(&scenario, &recording, &Accepted::default(), &[]) {
        Ok(_) => text.push_str(&counted(&module, &recording)),
        Err(why) => writeln!(text, "\nnot measured: {why}").expect("writing to a string"),
    }
    Ok(text)
}

/// The custom sections by their names, which stay where they are: some of them have to come first.
fn custom(module: &Module) -> Vec<(String, bool)> {
    let payloads = wasmparser::Parser::new(0).parse_all(module.bytes());
    let sections = payloads.map(|payload| payload.expect("the module is valid"));
    let sections = sections.filter(|section| section.as_section().is_some());
    let custom = sections
        .enumerate()
        .filter_map(|(place, section)| match section {
            wasmparser::Payload::CustomSection(section) => {
                Some((section.name().to_owned(), place == 0))
            }
            _ => None,
        });
    custom.collect()
}

/// Provides the books, and the exports of the other module.
fn link(linker: &mut Linker<State<Fold>>, store: &mut Store<State<Fold>>) -> wasmtime::Result<()> {
    run::link_books(linker, store)?;
    let wasm = wat::parse_file(folder().join(OTHER_MODULE).with_extension("wat"))?;
    let other = wasmtime::Module::new(linker.engine(), wasm)?;
    linker.module(store, "env", &other)?;
    Ok(())
}

/// `main`, called once with zeros, with room for what a toolchain's libraries take.
fn scenario(module: &Module) -> Scenario {
    Scenario {
        limits: Limits {
            memory: 1 << 24,
            ..Limits::default()
        },
        ..run::tests::scenario(module)
    }
}

fn found(module: &Module) -> String {
    let mut text = format!("names: {}\n", module.debug_info());
    for allocator in module.allocators().expect("it was instrumented") {
        writeln!(text, "{}: {}", allocator.family, allocator.name).expect("writing to a string");
    }
    for misfit in module.misfits() {
        writeln!(text, "passed over: {misfit}").expect("writing to a string");
    }
    text
}

fn counted(module: &Module, recording: &Recording) -> String {
    let last = recording.marks.last().expect("every run has marks");
    let mut text = format!("\n{}\n", both(last.total, last.live));
    for site in &recording.sites {
        let stack = stack(module, site);
        writeln!(text, "  {}: {stack}", both(site.total, site.at_end))
            .expect("writing to a string");
    }
    let strangers = recording.diagnostics.unknown_frees;
    if strangers > 0 {
        writeln!(text, "  frees of no known block: {strangers}").expect("writing to a string");
    }
    text
}

/// `30 B in 2 blocks, 10 B in 1 block kept`
fn both(total: Count, kept: Count) -> String {
    let count = |Count { bytes, blocks }| {
        let ending = if blocks == 1 { "" } else { "s" };
        format!("{bytes} B in {blocks} block{ending}")
    };
    format!("{}, {} kept", count(total), count(kept))
}

/// The functions of a site with their lines, inlined ones included, innermost first.
fn stack(module: &Module, site: &SiteRecord) -> String {
    let symbols = module.symbols();
    let frames = site.stack.iter().flat_map(|frame| symbols.frames(*frame));
    let names: Vec<String> = frames
        .map(|frame| match frame.line {
            Some(line) => format!("{}:{line}", frame.function),
            None => frame.function.to_string(),
        })
        .collect();
    if names.is_empty() {
        "the host".into()
    } else {
        names.join(" < ")
    }
}
