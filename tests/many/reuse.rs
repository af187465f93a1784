//! Results of earlier runs: taken where nothing changed, and nowhere else.

use std::fs;

use crate::project::{BROKEN, PASS, Project, REGRESSION, Run, files, module, suite};

/// Two modules, each with a suite of its own.
fn two() -> Project {
    let (a, b) = (
        suite("a", &[("one", 1), ("two", 2)]),
        suite("b", &[("three", 3)]),
    );
    let project = Project::new(&[("a", &a), ("b", &b)], &[("a", 100), ("b", 200)]);
    project.accept();
    project
}

impl Project {
    /// A run that may take results of earlier ones must differ in nothing from one that does not; how many it took.
    #[track_caller]
    fn check(&self, expected: &str) -> Run {
        self.check_with(&[], expected)
    }

    #[track_caller]
    fn check_with(&self, variables: &[(&str, &str)], expected: &str) -> Run {
        self.take_pending();
        let whole = self.memgate("whole", &["test"], variables);
        let pending = self.take_pending();
        let reused = self.memgate("target", &["test", "--reuse"], variables);
        assert_eq!(self.take_pending(), pending, "pending snapshots");
        assert_eq!(reused.err, format!("{expected}\n"), "{}", reused.out);
        assert_eq!(reused.code, whole.code, "{}", reused.out);
        // Libtest tells how long it took; the texts name the folder.
        let told = |run: &Run, target: &str| {
            let lines = run.out.lines().filter(|line| !line.contains("finished in"));
            let text = lines.collect::<Vec<_>>().join("\n");
            text.replace(&format!("{target}/memgate"), "memgate")
        };
        let mut told = [told(&whole, "whole"), told(&reused, "target")];
        // Trials that run beside each other end in any order.
        let sorted = told.each_mut().map(|told| {
            let mut lines: Vec<&str> = told.lines().collect();
            lines.sort_unstable();
            lines.join("\n")
        });
        assert_eq!(sorted[1], sorted[0]);
        assert!(self.report("target") == self.report("whole"), "the report");
        reused
    }

    fn entries(&self) -> Vec<std::path::PathBuf> {
        files(&self.path("target/memgate/reuse"))
    }
}

#[test]
fn what_did_not_change_is_not_run() {
    let project = two();
    assert_eq!(project.check("reused 0 of 3 results; 3 ran").code, PASS);
    assert_eq!(project.check("reused 3 of 3 results; 0 ran").code, PASS);
    let one = project.memgate(
        "target",
        &["test", "--reuse", "--", "--exact", "a::two"],
        &[],
    );
    assert_eq!(one.err, "reused 1 of 1 results; 0 ran\n");
    let plain = project.memgate("target", &["test"], &[]);
    assert_eq!(plain.err, "", "it has to be asked for");
}

#[test]
fn the_variable_asks_for_it_as_well() {
    let project = two();
    let reuse = |value| project.memgate("target", &["test"], &[("MEMGATE_REUSE", value)]);
    assert_eq!(reuse("1").err, "reused 0 of 3 results; 3 ran\n");
    assert_eq!(reuse("1").err, "reused 3 of 3 results; 0 ran\n");
    assert_eq!(reuse("0").err, "");
    let wrong = reuse("yes");
    assert_eq!(wrong.code, BROKEN);
    assert!(wrong.err.contains("MEMGATE_REUSE"), "{}", wrong.err);
}

#[test]
fn of_a_module_that_changed_all_scenarios_run() {
    let project = two();
    project.check("reused 0 of 3 results; 3 ran");
    let before = fs::read(project.path("a.wasm")).expect("it is there");
    project.write("a.wasm", &module(101));
    assert_eq!(
        project.check("reused 1 of 3 results; 2 ran").code,
        REGRESSION
    );
    // As it was, it is known still.
    project.write("a.wasm", &before);
    assert_eq!(project.check("reused 3 of 3 results; 0 ran").code, PASS);
    project.write("a.wasm", b"no module");
    assert_eq!(project.check("reused 1 of 3 results; 2 ran").code, BROKEN);
}

#[test]
fn of_a_suite_that_changed_only_the_scenarios_that_did_run() {
    let project = two();
    project.check("reused 0 of 3 results; 3 ran");
    let a = suite("a", &[("one", 1), ("two", 3)]);
    project.write("suites/a.yaml", a.as_bytes());
    project.check("reused 2 of 3 results; 1 ran");
    let commented = a.replace("    cycles: 3", "    cycles:   3   # three are enough");
    project.write("suites/a.yaml", commented.as_bytes());
    project.check("reused 3 of 3 results; 0 ran");
    project.write(
        "suites/a.yaml",
        a.replace("delta: 0B", "delta: < 1KB").as_bytes(),
    );
    project.check("reused 1 of 3 results; 2 ran");
    let named = format!("allocators: [{{ allocate: malloc }}]\n{a}");
    project.write("suites/a.yaml", named.as_bytes());
    project.check("reused 1 of 3 results; 2 ran");
    // Reports name the module, and the guest sees its name.
    project.write("c.wasm", &module(100));
    project.write("suites/a.yaml", a.replace("a.wasm", "c.wasm").as_bytes());
    project.check("reused 1 of 3 results; 2 ran");
    project.write("suites/a.yaml", b"scenarios: 7");
    assert_eq!(project.check("reused 1 of 1 results; 0 ran").code, BROKEN);
}

/// A regression is told again as it was told first; where there was no verdict, there is nothing to tell.
#[test]
fn a_regression_is_known_and_a_fault_is_not() {
    let leak = suite("a", &[("leaky", 1)]).replace("work, args: [1]", "leak");
    let trap = suite("a", &[("broken", 1)]).replace("work, args: [1]", "trap");
    let project = Project::new(&[("leak", &leak), ("trap", &trap)], &[("a", 100)]);
    let first = project.check("reused 0 of 2 results; 2 ran");
    let again = project.check("reused 1 of 2 results; 1 ran");
    assert_eq!([first.code, again.code], [BROKEN; 2]);
    assert!(again.out.contains("leak::leaky grew by"), "{}", again.out);
    assert!(again.out.contains("the guest trapped"), "{}", again.out);
}

/// Accepted sites are compared each time; accepted numbers are part of what a result depends on.
#[test]
fn what_was_accepted_counts_as_it_is_now() {
    let follows = |name: &str| suite(name, &[("one", 1)]).replace("0B", "0B, peak: <= accepted");
    let project = Project::new(&[("a", &follows("a"))], &[("a", 100)]);
    // What waits for review is left for it each time.
    assert_eq!(
        project.check("reused 0 of 1 results; 1 ran").code,
        REGRESSION
    );
    assert_eq!(
        project.check("reused 0 of 1 results; 1 ran").code,
        REGRESSION
    );
    let force = [("INSTA_FORCE_PASS", "1")];
    project.check_with(&force, "reused 0 of 1 results; 1 ran");
    project.check_with(&force, "reused 0 of 1 results; 1 ran");

    project.accept();
    assert_eq!(project.check("reused 0 of 1 results; 1 ran").code, PASS);
    assert_eq!(project.check("reused 1 of 1 results; 0 ran").code, PASS);

    // Somebody accepts what a larger module does, and then takes the smaller one back.
    project.write("a.wasm", &module(1000));
    project.accept();
    project.check("reused 0 of 1 results; 1 ran");
    project.write("a.wasm", &module(100));
    assert_eq!(
        project.check("reused 0 of 1 results; 1 ran").code,
        REGRESSION
    );

    let snapshot = project.path("snapshots/a__one.snap");
    fs::remove_file(&snapshot).expect("it is there");
    project.write("a.wasm", &module(1000));
    let sites = project.check("reused 1 of 1 results; 0 ran");
    assert_eq!(sites.code, REGRESSION);
    assert!(sites.out.contains("no accepted sites yet"), "{}", sites.out);
    let numbers = project.path("snapshots/a__one@numbers.snap");
    let text = fs::read_to_string(&numbers).expect("they were accepted");
    fs::write(&numbers, text.replace("peak: 1", "peak: 2")).expect("it is ours");
    assert_eq!(project.check("reused 0 of 1 results; 1 ran").code, BROKEN);
}

#[test]
fn an_allowance_counts_until_its_last_day() {
    let allowed = suite("a", &[("leaky", 1)])
        .replace("work, args: [1]", "leak")
        .replace("    cycles", "    allow: [{ site: leak, bytes: < 1KB, reason: known, until: 2026-03-01 }]\n    cycles");
    let project = Project::new(
        &[("a", &allowed), ("b", &suite("a", &[("one", 1)]))],
        &[("a", 100)],
    );
    project.accept();
    let on = |day| [("MEMGATE_TODAY", day)];
    project.check_with(&on("2026-02-27"), "reused 0 of 2 results; 2 ran");
    let last = project.check_with(&on("2026-03-01"), "reused 2 of 2 results; 0 ran");
    assert_eq!(last.code, PASS, "{}", last.out);
    let over = project.check_with(&on("2026-03-02"), "reused 1 of 2 results; 1 ran");
    assert_eq!(over.code, REGRESSION, "{}", over.out);
    project.check_with(&on("2027-01-01"), "reused 2 of 2 results; 0 ran");
}

#[test]
fn files_that_a_scenario_names_count() {
    let suite = "module: ../command.wasm
scenarios:
  reads:
    steps: [{ run: { stdin: { file: input }, files: { a: { file: data } } } }]
  other:
    steps: [{ run: {} }]
";
    let project = Project::new(&[("a", suite)], &[]);
    let command = r#"(module
      (memory (export "memory") 1)
      (func $malloc (param i32) (result i32) (i32.const 1024))
      (func (export "_start") (drop (call $malloc (i32.const 10)))))"#;
    let command = wat::parse_str(command).expect("it is a module");
    project.write("command.wasm", &command);
    project.write("suites/input", b"one");
    project.write("suites/data", b"two");
    project.accept();
    project.check("reused 0 of 2 results; 2 ran");
    project.check("reused 2 of 2 results; 0 ran");
    project.write("suites/input", b"changed");
    project.check("reused 1 of 2 results; 1 ran");
    project.write("suites/data", b"changed");
    project.check("reused 1 of 2 results; 1 ran");
    fs::remove_file(project.path("suites/data")).expect("it is there");
    assert_eq!(project.check("reused 1 of 2 results; 1 ran").code, BROKEN);
}

/// What a command builds is built, and only then it is known whether it is another one.
#[cfg(unix)]
#[test]
fn a_module_that_is_built_is_built_first() {
    let build = "build: { run: cp ../a.wasm built.wasm && echo >> ../builds, output: built.wasm }";
    let two = suite("a", &[("one", 1), ("two", 2)]).replace("module: ../a.wasm", build);
    let project = Project::new(&[("a", &two)], &[("a", 100)]);
    project.accept();
    project.check("reused 0 of 2 results; 2 ran");
    fs::remove_file(project.path("suites/built.wasm")).expect("it was built");
    project.check("reused 2 of 2 results; 0 ran");
    project.write("a.wasm", &module(50));
    project.check("reused 0 of 2 results; 2 ran");
    let builds = fs::read_to_string(project.path("builds")).expect("it was built");
    assert_eq!(builds.lines().count(), 7, "once a process");
}

#[test]
fn a_damaged_entry_is_not_believed() {
    let project = two();
    project.check("reused 0 of 3 results; 3 ran");
    let entries = project.entries();
    assert_eq!(entries.len(), 3);
    let whole = fs::read(&entries[0]).expect("it is there");
    let mut flipped = whole.clone();
    *flipped.last_mut().expect("it is not empty") ^= 1;
    for damaged in [&flipped[..], &whole[..whole.len() / 2], b""] {
        fs::write(&entries[0], damaged).expect("it is ours");
        project.check("reused 2 of 3 results; 1 ran");
        assert_eq!(fs::read(&entries[0]).expect("it is there"), whole, "mended");
    }
    fs::copy(&entries[0], &entries[1]).expect("they are ours");
    project.check("reused 2 of 3 results; 1 ran");
}

/// Where nothing can be kept, everything runs, and that is all.
#[test]
fn without_a_folder_to_keep_results_in_everything_runs() {
    let project = two();
    project.write("target/memgate/reuse", b"this is no folder");
    for _ in 0..2 {
        let run = project.memgate("target", &["test", "--reuse"], &[]);
        assert_eq!(run.code, PASS, "{}", run.out);
        let (counts, why) = run.err.split_once('\n').expect("two lines");
        assert_eq!(counts, "reused 0 of 3 results; 3 ran");
        assert!(why.starts_with("what ran cannot be reused next time: failed to write"));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn another_build_of_memgate_believes_its_own_results_only() {
    let mut project = two();
    project.check("reused 0 of 3 results; 3 ran");
    project.rebuild();
    project.check("reused 0 of 3 results; 3 ran");
    project.check("reused 3 of 3 results; 0 ran");
}

/// Of a thousand scenarios only those of one module are run again when it changes, and the report is that of a whole run.
#[test]
fn of_a_thousand_scenarios_those_of_one_module_run() {
    let scenarios: Vec<String> = (0..100).map(|number| format!("s{number}")).collect();
    let scenarios: Vec<(&str, u32)> = scenarios.iter().map(|name| (name.as_str(), 1)).collect();
    let names: Vec<String> = (0..10).map(|number| format!("m{number}")).collect();
    let suites: Vec<String> = names.iter().map(|name| suite(name, &scenarios)).collect();
    let pairs = names
        .iter()
        .map(String::as_str)
        .zip(suites.iter().map(String::as_str));
    let pairs: Vec<(&str, &str)> = pairs.collect();
    let modules: Vec<(&str, u32)> = names.iter().map(String::as_str).zip(100..).collect();
    let project = Project::new(&pairs, &modules);
    let no = [("INSTA_UPDATE", "no")];
    let reuse = || project.memgate("target", &["test", "--reuse"], &no).err;
    assert_eq!(reuse(), "reused 0 of 1,000 results; 1,000 ran\n");
    assert_eq!(reuse(), "reused 1,000 of 1,000 results; 0 ran\n");
    project.write("m7.wasm", &module(1));
    assert_eq!(reuse(), "reused 900 of 1,000 results; 100 ran\n");
    project.memgate("whole", &["test"], &no);
    assert!(project.report("target") == project.report("whole"));
}
