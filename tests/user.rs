//! A crate of a user's own, whose `tests/memory.rs` is two lines. This binary plays both parts: asked with a variable it is
//! that test, else it is the one that looks how the gate behaves in a folder that holds nothing but suites and modules.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};

use libtest_mimic::{Arguments, Failed, Trial};
use tempfile::TempDir;

const IS_USER: &str = "MEMGATE_IS_USER";

/// Asked for `PASS` or `REGRESSION` it would be the exit code of cargo's test.
const PASS: i32 = 0;
const REGRESSION: i32 = 1;
const BROKEN: i32 = 2;

const CLEAN: &str = "module: ../clean.wasm
scenarios:
  hundred:
    cycles: 5
    steps: [{ repeat: 100, steps: [{ call: leak_one }] }]
    thresholds: { delta: 0B }
";

fn main() -> ExitCode {
    if std::env::var_os(IS_USER).is_some() {
        return memgate::harness();
    }
    let trial = |name: &str, test: fn()| {
        Trial::test(name, move || {
            test();
            Ok::<(), Failed>(())
        })
    };
    let trials = vec![
        trial("a_first_run_asks_for_review", a_first_run_asks_for_review),
        trial(
            "forced_to_pass_thresholds_fail",
            forced_to_pass_thresholds_fail,
        ),
        trial(
            "a_changed_site_is_told_quietly",
            a_changed_site_is_told_quietly,
        ),
        trial(
            "a_broken_suite_does_not_hide_others",
            a_broken_suite_does_not_hide_others,
        ),
        trial(
            "nextest_lists_and_runs_single_trials",
            nextest_lists_and_runs_single_trials,
        ),
        trial(
            "a_module_is_built_where_its_suite_is",
            a_module_is_built_where_its_suite_is,
        ),
        trial(
            "a_heap_that_nobody_counts_does_not_pass",
            a_heap_that_nobody_counts_does_not_pass,
        ),
        trial(
            "without_suites_nothing_passes",
            without_suites_nothing_passes,
        ),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn a_first_run_asks_for_review() {
    let user = User::with(&[("leak", CLEAN)]);
    let output = user.run(&[], &[]);
    assert_eq!(code(&output), REGRESSION, "{}", said(&output));
    assert!(said(&output).contains("has no accepted sites yet"));
    assert!(user.path("snapshots/leak__hundred.snap.new").is_file());

    user.accept();
    let output = user.run(&[], &[]);
    assert_eq!(code(&output), PASS, "{}", said(&output));
    assert_eq!(text(&output.stderr), "", "nothing but libtest's own lines");
}

/// `cargo insta test` passes whatever a snapshot says, so that all of them can be reviewed at once.
fn forced_to_pass_thresholds_fail() {
    let force = [("INSTA_FORCE_PASS", "1")];
    let user = User::with(&[("leak", CLEAN)]);
    assert_eq!(code(&user.run(&[], &force)), PASS);

    let leaky = User::with(&[("leak", &CLEAN.replace("clean", "planted"))]);
    let output = leaky.run(&[], &force);
    assert_eq!(code(&output), REGRESSION, "{}", said(&output));
    assert!(said(&output).contains("leak::hundred grew by 500 KB where nothing may stay"));
}

fn a_changed_site_is_told_quietly() {
    let user = User::with(&[("leak", CLEAN)]);
    user.accept();
    user.write("suites/leak.yaml", &CLEAN.replace("100", "99"));
    let output = user.run(&[], &[]);
    assert_eq!(code(&output), REGRESSION, "{}", said(&output));
    let told = [
        "-512,000 B in 500 blocks, nothing kept",
        "+506,880 B in 495 blocks, nothing kept",
    ];
    assert!(
        told.iter().all(|line| said(&output).contains(line)),
        "{}",
        said(&output)
    );
    assert!(
        !said(&output).contains("Snapshot Summary"),
        "insta is silent"
    );
    assert!(user.path("snapshots/leak__hundred.snap.new").is_file());

    let in_ci = user.run(&[], &[("CI", "true")]);
    assert!(
        said(&in_ci).contains("INSTA_UPDATE=new"),
        "{}",
        said(&in_ci)
    );
}

fn a_broken_suite_does_not_hide_others() {
    let user = User::with(&[("broken", "module: nowhere"), ("leak", CLEAN)]);
    user.accept();
    let output = user.run(&[], &[]);
    assert_eq!(code(&output), BROKEN, "{}", said(&output));
    assert!(
        said(&output).contains("test leak::hundred ... ok"),
        "{}",
        said(&output)
    );
    let report = user.report();
    assert!(report.contains("\"hundred\""), "{report}");
    assert!(report.contains("\"error\": \"error: "), "{report}");
}

/// Under nextest each trial is a process, and all of them together leave one report.
fn nextest_lists_and_runs_single_trials() {
    let two = CLEAN.to_owned()
        + CLEAN
            .split_once("scenarios:\n")
            .expect("it has scenarios")
            .1;
    let two = two.replacen("hundred", "first", 1);
    let user = User::with(&[("leak", &two)]);
    user.accept();
    let listed = user.run(&["--list", "--format", "terse"], &[]);
    assert_eq!(
        text(&listed.stdout),
        "leak::first: test\nleak::hundred: test\n"
    );
    assert_eq!(text(&listed.stderr), "");

    user.run(&[], &[]);
    let whole = user.report();
    for name in ["leak::hundred", "leak::first"] {
        let run = [("NEXTEST_RUN_ID", "1")];
        let output = user.run(&[name, "--nocapture", "--exact"], &run);
        assert_eq!(code(&output), PASS, "{}", said(&output));
    }
    assert_eq!(user.report(), whole);
}

fn a_module_is_built_where_its_suite_is() {
    let build = "build: { run: cp ../clean.wasm built.wasm, output: built.wasm }";
    let user = User::with(&[("leak", &CLEAN.replace("module: ../clean.wasm", build))]);
    if cfg!(unix) {
        user.accept();
        assert_eq!(code(&user.run(&[], &[])), PASS);
    }
    let fails = "build: { run: echo no compiler here && exit 3, output: built.wasm }";
    user.write(
        "suites/leak.yaml",
        &CLEAN.replace("module: ../clean.wasm", fails),
    );
    let output = user.run(&[], &[]);
    assert_eq!(code(&output), BROKEN, "{}", said(&output));
    assert!(
        said(&output).contains("no compiler here"),
        "{}",
        said(&output)
    );
}

/// This binary has no allocator that counts.
fn a_heap_that_nobody_counts_does_not_pass() {
    let line = "#[global_allocator] static ALLOCATOR";
    let suite = CLEAN.replace("    cycles", "    lifecycle: { instances: 3 }\n    cycles");
    let suite = suite.replace("delta: 0B", "delta: 0B, host_retained: 0B");
    let output = User::with(&[("leak", &suite)]).run(&[], &[]);
    assert_eq!(code(&output), BROKEN, "{}", said(&output));
    let said = said(&output)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(
        said.contains("nothing was measured") && said.contains(line),
        "{said}"
    );
}

fn without_suites_nothing_passes() {
    let output = User::with(&[]).run(&[], &[]);
    assert_eq!(code(&output), BROKEN, "{}", said(&output));
}

/// A folder with suites, and two modules beside them.
struct User(TempDir);

impl User {
    fn with(suites: &[(&str, &str)]) -> User {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"));
        let user = User(folder.expect("a temporary folder"));
        fs::create_dir(user.path("suites")).expect("the folder is empty");
        user.build();
        let guests = Path::new(env!("CARGO_MANIFEST_DIR")).join("guests/leak");
        for (name, guest) in [("clean", "clean-o2.wasm"), ("planted", "leak-o2.wasm")] {
            let module = user.path(&format!("{name}.wasm"));
            fs::copy(guests.join(guest), module).expect("the guest is there");
        }
        for (name, suite) in suites {
            user.write(&format!("suites/{name}.yaml"), suite);
        }
        user
    }

    /// Puts this binary where cargo would build it.
    fn build(&self) {
        fs::create_dir_all(self.path("target/debug/deps")).expect("the folder is empty");
        self.write(
            "target/CACHEDIR.TAG",
            "Signature: 8a477f597d28d172789f06886806bc55",
        );
        let this = std::env::current_exe().expect("it runs");
        fs::hard_link(&this, self.test()).expect("it is on the same disk");
    }

    fn test(&self) -> PathBuf {
        self.path("target/debug/deps")
            .join(format!("memory-0123456789abcdef{EXE_SUFFIX}"))
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.0.path().join(relative)
    }

    fn write(&self, relative: &str, text: &str) {
        fs::write(self.path(relative), text).expect("the folder is there");
    }

    /// Accepts all sites, as `cargo insta accept` would.
    fn accept(&self) {
        self.run(&[], &[("INSTA_UPDATE", "always")]);
    }

    fn report(&self) -> String {
        fs::read_to_string(self.path("target/memgate/report.json")).expect("a report was saved")
    }

    fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = Command::new(self.test());
        for inherited in [
            "CI",
            "TF_BUILD",
            "INSTA_UPDATE",
            "INSTA_FORCE_PASS",
            "INSTA_PENDING_DIR",
            "NEXTEST_RUN_ID",
        ] {
            command.env_remove(inherited);
        }
        command
            .args(arguments)
            .current_dir(self.0.path())
            .env(IS_USER, "1")
            .env("INSTA_WORKSPACE_ROOT", self.0.path())
            .envs(variables.iter().copied())
            .output()
            .expect("this binary can be run")
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it ended by itself")
}

fn said(output: &Output) -> String {
    text(&output.stdout) + &text(&output.stderr)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace('\r', "")
}
