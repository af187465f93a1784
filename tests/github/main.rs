//! `memgate github` as a runner's step meets it: real runs, in a checkout of their own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A checkout, and what a runner says of it.
struct Checkout {
    folder: TempDir,
}

/// What a step left behind.
struct Told {
    output: Output,
    summary: String,
    outputs: String,
    comment: String,
}

impl Checkout {
    /// With that suite of this repository and the modules and sources that it names.
    fn new() -> Checkout {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let checkout = Checkout { folder };
        checkout.write(".git/HEAD", "");
        for source in ["cache.rs", "feed.rs", "lib.rs"] {
            checkout.write(&format!("guests/feed/src/{source}"), "");
        }
        checkout.write("src/lib.rs", "");
        checkout.write("event.json", EVENT);
        checkout
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("a new folder");
        fs::write(path, text).expect("the folder is there");
    }

    /// The suite with the module of that build.
    fn feed(&self, build: &str) {
        let suite = fs::read_to_string(root().join("suites/feed.yaml")).expect("it is there");
        let module =
            fs::read(root().join(format!("guests/feed/{build}.wasm"))).expect("it is there");
        fs::write(self.path("app.wasm"), module).expect("the folder is there");
        self.write(
            "suites/feed.yaml",
            &suite.replace("../guests/feed/feed.wasm", "../app.wasm"),
        );
    }

    fn accept(&self) {
        let pending = fs::read_dir(self.path("snapshots")).expect("there are some");
        for entry in pending {
            let path = entry.expect("it can be listed").path();
            let accepted = path.with_extension("");
            fs::rename(path, accepted).expect("it is there");
        }
    }

    fn step(&self, arguments: &[&str]) -> Told {
        let files = ["summary.md", "outputs", "comment.md"].map(|name| self.path(name));
        files.iter().for_each(|file| drop(fs::remove_file(file)));
        let [summary, outputs, comment] = &files;
        let output = memgate(self.folder.path())
            .arg("github")
            .args(arguments)
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_STEP_SUMMARY", summary)
            .env("GITHUB_OUTPUT", outputs)
            .env("GITHUB_WORKSPACE", self.folder.path())
            .env("GITHUB_EVENT_PATH", self.path("event.json"))
            .env("GITHUB_REPOSITORY", "me/app")
            .env("GITHUB_SERVER_URL", "https://github.com")
            .env("GITHUB_RUN_ID", "7")
            .output()
            .expect("the command was built");
        let read = |path: &PathBuf| fs::read_to_string(path).unwrap_or_default();
        Told {
            output,
            summary: read(summary),
            outputs: read(outputs),
            comment: read(comment),
        }
    }

    /// Runs the suites in a step.
    fn gate(&self) -> Told {
        let memgate = env!("CARGO_BIN_EXE_memgate");
        let options = ["run", "--base", "base.json", "--comment", "comment.md"];
        let again = ["--again", "memgate test", "--", memgate, "test"];
        self.step(&[&options[..], &again[..]].concat())
    }
}

const EVENT: &str = r#"{ "pull_request": { "number": 3, "head": {
    "sha": "0123456789abcdef0123456789abcdef01234567", "repo": { "full_name": "me/app" } } } }"#;

impl Told {
    fn code(&self) -> Option<i32> {
        self.output.status.code()
    }

    fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }

    /// What the runner obeys: not what is said between the two ends of a silence.
    fn commands(&self) -> String {
        let stdout = self.stdout();
        let mut token: Option<&str> = None;
        let mut commands = String::new();
        for line in stdout.lines() {
            match (token, line.strip_prefix("::stop-commands::")) {
                (None, Some(named)) => token = Some(named),
                (Some(named), _) if line == format!("::{named}::") => token = None,
                (Some(_), _) => {}
                (None, None) => commands.push_str(&format!("{line}\n")),
            }
        }
        assert_eq!(token, None, "the silence ends");
        commands
    }
}

#[test]
fn a_leak_is_told_where_it_is() {
    let checkout = Checkout::new();
    checkout.feed("feed");
    let new = checkout.gate();
    assert_eq!(new.code(), Some(1), "{}", new.stdout());
    insta::assert_snapshot!("new-summary", new.summary);
    insta::assert_snapshot!("new-annotations", new.commands());

    checkout.accept();
    let green = checkout.gate();
    assert_eq!(green.code(), Some(0), "{}", green.stdout());
    assert_eq!(green.commands(), "");
    insta::assert_snapshot!("green-summary", green.summary);
    insta::assert_snapshot!("green-comment", green.comment);
    assert!(
        green.outputs.starts_with("verdict=pass\nreport="),
        "{}",
        green.outputs
    );

    let report = checkout.path("target/memgate/report.json");
    fs::copy(report, checkout.path("base.json")).expect("a report was left");
    checkout.feed("feed-leak");
    let red = checkout.gate();
    assert_eq!(red.code(), Some(1), "{}", red.stdout());
    insta::assert_snapshot!("red-summary", red.summary);
    insta::assert_snapshot!("red-annotations", red.commands());
    insta::assert_snapshot!("red-comment", red.comment);
    assert!(
        red.outputs.starts_with("verdict=regression\n"),
        "{}",
        red.outputs
    );
    assert!(checkout.path("snapshots/feed__scroll.snap.new").exists());

    checkout.feed("feed");
    let again = checkout.gate();
    assert_eq!(again.code(), Some(0), "{}", again.stdout());
    assert!(again.summary.contains("No figure differs from the base."));
}

#[test]
fn a_broken_gate_is_no_leak() {
    let checkout = Checkout::new();
    checkout.feed("feed");
    checkout.write("app.wasm", "no module");
    checkout.write(
        "suites/typo.yaml",
        "module: ../app.wasm\nscenarios:\n  a:\n    step: []\n",
    );
    let broken = checkout.gate();
    assert_eq!(broken.code(), Some(2), "{}", broken.stdout());
    insta::assert_snapshot!("broken-summary", broken.summary);
    insta::assert_snapshot!("broken-annotations", broken.commands());
    assert!(
        broken.outputs.starts_with("verdict=error\n"),
        "{}",
        broken.outputs
    );
}

#[test]
fn a_gate_without_a_report_is_broken() {
    let checkout = Checkout::new();
    checkout.feed("feed");
    checkout.gate();
    checkout.accept();
    assert_eq!(checkout.gate().code(), Some(0), "there is a report now");
    // That report is of another run.
    let memgate = env!("CARGO_BIN_EXE_memgate");
    let nothing = checkout.step(&["run", "--", memgate, "test", "no-such-folder"]);
    assert_eq!(nothing.code(), Some(2));
    assert!(
        nothing.summary.contains("left no report"),
        "{}",
        nothing.summary
    );
    assert!(
        nothing
            .commands()
            .contains("::error title=memgate%3A the gate broke::")
    );
    let missing = checkout.step(&["run", "--", "no-such-command"]);
    assert_eq!(missing.code(), Some(2));
    assert!(
        missing.summary.contains("failed to run no-such-command"),
        "{}",
        missing.summary
    );
}

#[test]
fn a_run_can_be_told_of_later() {
    let checkout = Checkout::new();
    checkout.feed("feed-leak");
    let red = checkout.gate();
    let report = checkout.path("target/memgate/report.json");
    fs::rename(report, checkout.path("kept.json")).expect("it was left");
    let later = checkout.step(&["report", "kept.json", "--again", "memgate test"]);
    assert_eq!(later.code(), Some(0), "telling is not judging");
    assert_eq!(later.summary, red.summary);
    assert_eq!(later.stdout(), red.commands());

    let nowhere = checkout.step(&["report", "nowhere"]);
    assert_eq!(nowhere.code(), Some(2));
    let said = String::from_utf8_lossy(&nowhere.output.stderr).into_owned();
    assert!(said.contains("run the suites first"), "{said}");
    let wrong_name = checkout.step(&["report", "kept.json", "--gate", "a b"]);
    assert_eq!(wrong_name.code(), Some(2));
}

/// What a guest prints reaches the log, and no command in it is obeyed.
#[test]
fn a_suite_cannot_speak_to_the_runner() {
    let checkout = Checkout::new();
    checkout.write("app.wasm", "");
    checkout.write(
        "suites/a.yaml",
        "module: ../app.wasm\n\"::error::forged\\n::stop-commands::x\": 1\n",
    );
    let told = checkout.gate();
    assert_eq!(told.code(), Some(2));
    let commands = told.commands();
    let is_ours = |line: &str| line.is_empty() || line.starts_with("::error file=suites/a.yaml,");
    assert!(commands.lines().all(is_ours), "{commands}");
}

#[test]
fn nobody_is_told_where_nobody_may() {
    let checkout = Checkout::new();
    checkout.write("body.md", "<!-- memgate gate=memgate -->\n\n## red\n");
    let check = |expected: &str| {
        let told = checkout.step(&["comment", "body.md"]);
        assert_eq!(told.code(), Some(0));
        assert_eq!(
            told.stdout(),
            format!("no comment was written: {expected}\n")
        );
    };
    checkout.write("event.json", &EVENT.replace("me/app", "else/app"));
    check(
        "the pull request comes from a fork, whose token may not write; the summary of the run tells the same",
    );
    checkout.write("event.json", "{}");
    check("this run is of no pull request");
    checkout.write("body.md", "hello");
    assert_eq!(checkout.step(&["comment", "body.md"]).code(), Some(2));
    assert_eq!(checkout.step(&["comment", "nowhere.md"]).code(), Some(2));
}

fn memgate(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_memgate"));
    command
        .current_dir(folder)
        .env_clear()
        .envs(std::env::vars_os().filter(|(name, _)| {
            ["PATH", "HOME", "TMPDIR", "TEMP", "SYSTEMROOT"].contains(&&*name.to_string_lossy())
        }))
        .env("CI", "true")
        .env("INSTA_UPDATE", "new")
        .env("INSTA_WORKSPACE_ROOT", folder);
    command
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
