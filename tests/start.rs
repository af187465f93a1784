//! From a module that nobody knows to its first verdict: `memgate init`, and one command more.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A folder of somebody's with a module in it.
struct Folder(TempDir);

impl Folder {
    /// With a guest of this repository, as `app.wasm`.
    fn with_guest(guest: &str) -> Folder {
        let guest = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("guests")
            .join(guest);
        Folder::with(&fs::read(&guest).expect("the guest is checked in"))
    }

    fn with(module: &[u8]) -> Folder {
        let folder = Folder(tempfile::tempdir().expect("a temporary folder"));
        folder.write("app.wasm", module);
        folder
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("it can be made");
        fs::write(path, bytes).expect("the folder is there");
    }

    fn read(&self, path: &str) -> String {
        let read = fs::read_to_string(self.path(path));
        read.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// All files below it, but for what memgate compiled.
    fn files(&self) -> Vec<String> {
        let mut files = Vec::new();
        let mut folders = vec![self.0.path().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("it is a folder") {
                let path = entry.expect("it can be read").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let path = path.strip_prefix(self.0.path()).expect("it is below");
                    files.push(path.to_string_lossy().replace('\\', "/"));
                }
            }
        }
        files.sort();
        files
    }

    fn memgate(&self, arguments: &[&str]) -> Said {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("start");
        let mut command = Command::new(env!("CARGO_BIN_EXE_memgate"));
        command.args(arguments).current_dir(self.0.path());
        command.env("CARGO_TARGET_DIR", target);
        for variable in [
            "CI",
            "INSTA_UPDATE",
            "INSTA_FORCE_PASS",
            "INSTA_PENDING_DIR",
            "INSTA_WORKSPACE_ROOT",
            "MEMGATE_TODAY",
            "MEMGATE_COMMAND",
            "NEXTEST_RUN_ID",
        ] {
            command.env_remove(variable);
        }
        Said::of(command.output().expect("the command is there"))
    }
}

/// What a command said, and its exit code.
struct Said {
    code: i32,
    text: String,
}

impl Said {
    fn of(output: Output) -> Said {
        let text = [output.stdout, output.stderr].concat();
        Said {
            code: output.status.code().expect("it was not killed"),
            text: String::from_utf8(text).expect("it is text"),
        }
    }

    #[track_caller]
    fn ends_with(self, code: i32) -> String {
        assert_eq!(self.code, code, "{}", self.text);
        self.text
    }
}

/// Guests of each kind: init is green, and so is the run that follows, with nothing touched in between.
#[test]
fn one_command_more_is_the_first_verdict() {
    let guests = [
        "leak/leak-debug.wasm",
        "leak/clean-o2.wasm",
        "feed/feed.wasm",
        "feed/feed-leak.wasm",
        "markdown/markdown.wasm",
        "sheet/sheet.wasm",
        "parts/parts.wasm",
        "watch/watch.wasm",
        "exits/exits.wasm",
        "go/go.wasm",
        "assemblyscript/as-incremental.wasm",
        "tinygo/tinygo.wasm",
        "frees/frees-wrong.wasm",
        "turns/turns-leak.wasm",
    ];
    for guest in guests {
        let folder = Folder::with_guest(guest);
        let said = folder.memgate(&["init", "app.wasm"]);
        let text = format!("{guest}\n{}\n{}", said.text, folder.read("suites/app.yaml"));
        assert_eq!(said.code, 0, "{text}");
        let run = folder.memgate(&["test"]);
        assert_eq!(run.code, 0, "{text}\n{}", run.text);
    }
}

/// The planted leak that comes after the gate turns it red.
#[test]
fn a_gate_that_init_made_catches_a_leak() {
    for (clean, leaking) in [
        ("leak/clean-debug.wasm", "leak/leak-debug.wasm"),
        ("feed/feed.wasm", "feed/feed-leak.wasm"),
    ] {
        let folder = Folder::with_guest(clean);
        folder.memgate(&["init", "app.wasm"]).ends_with(0);
        let leaking = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("guests")
            .join(leaking);
        fs::copy(leaking, folder.path("app.wasm")).expect("the guest is checked in");
        let text = folder.memgate(&["test"]).ends_with(1);
        assert!(text.contains("grew by") || text.contains("lost"), "{text}");
    }
}

#[test]
fn suites_read_as_if_somebody_had_written_them() {
    for (name, guest) in [
        ("reactor", "feed/feed-leak.wasm"),
        ("command", "watch/watch.wasm"),
        ("collected", "assemblyscript/as-incremental.wasm"),
    ] {
        let folder = Folder::with_guest(guest);
        folder.memgate(&["init", "app.wasm"]).ends_with(0);
        insta::assert_snapshot!(format!("init_{name}"), folder.read("suites/app.yaml"));
    }
}

/// What traps, what never ends, what no suite has values for, and what is freed by its caller.
#[test]
fn what_cannot_be_told_is_a_comment() {
    let module = wat::parse_str(include_str!("start/unruly.wat")).expect("it is a module");
    let folder = Folder::with(&module);
    let text = folder.memgate(&["init", "app.wasm"]).ends_with(0);
    assert!(text.contains("ok"), "{text}");
    insta::assert_snapshot!("init_unruly", folder.read("suites/app.yaml"));
}

#[test]
fn what_cannot_be_measured_is_told() {
    let module = wat::parse_str(r#"(module (memory 1) (func (export "add") (param i32)))"#);
    let folder = Folder::with(&module.expect("it is a module"));
    let text = folder.memgate(&["init", "app.wasm"]).ends_with(2);
    assert!(text.contains("no allocator was found"), "{text}");
    assert!(folder.read("suites/app.yaml").contains("# allocators:"));
    let text = folder.memgate(&["test"]).ends_with(2);
    assert!(text.contains("no allocator was found"), "{text}");
}

#[test]
fn nothing_is_overwritten() {
    let folder = Folder::with_guest("leak/clean-o2.wasm");
    folder.write(".github/workflows/memory.yml", "ours");
    folder.memgate(&["init", "app.wasm"]).ends_with(0);
    assert_eq!(folder.read(".github/workflows/memory.yml"), "ours");
    folder.write("suites/app.yaml", "ours");
    let text = folder.memgate(&["init", "app.wasm"]).ends_with(0);
    assert_eq!(folder.read("suites/app.yaml"), "ours");
    assert!(
        text.contains("suites/app.yaml was there and is as it was"),
        "{text}"
    );
}

#[test]
fn a_dry_run_writes_nothing() {
    let folder = Folder::with_guest("leak/clean-o2.wasm");
    folder.write("Cargo.toml", "[package]\nname = \"app\"\n");
    let before = folder.files();
    let text = folder
        .memgate(&["init", "app.wasm", "--dry-run"])
        .ends_with(0);
    assert_eq!(folder.files(), before);
    for part in [
        "--- suites/app.yaml would be written",
        "+harness = false",
        "cargo test --test memory",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_crate_gets_its_harness() {
    let folder = Folder::with_guest("leak/clean-o2.wasm");
    folder.write("repository/.git/HEAD", "");
    folder.write("repository/ui/Cargo.toml", "[package]\nname = \"ui\"\n");
    fs::rename(folder.path("app.wasm"), folder.path("repository/app.wasm")).expect("it is there");
    let within = Folder(TempDir::new_in(folder.0.path()).expect("a temporary folder"));
    fs::remove_dir(within.0.path()).expect("it is empty");
    fs::rename(folder.path("repository"), within.0.path()).expect("it is there");
    let mut command = Command::new(env!("CARGO_BIN_EXE_memgate"));
    command
        .args(["init", "../app.wasm"])
        .current_dir(within.path("ui"));
    command.env(
        "CARGO_TARGET_DIR",
        Path::new(env!("CARGO_TARGET_TMPDIR")).join("start"),
    );
    let text = Said::of(command.output().expect("the command is there")).ends_with(0);
    assert!(
        text.contains("Run it again with `cargo test --test memory`"),
        "{text}"
    );
    let files = within.files();
    let made = [
        ".github/workflows/memory.yml",
        "ui/.cargo/config.toml",
        "ui/snapshots/app__leak_one.snap",
        "ui/suites/app.yaml",
        "ui/tests/memory.rs",
    ];
    for file in made {
        assert!(files.iter().any(|it| it == file), "{file}: {files:?}");
    }
    assert!(
        within
            .read("ui/suites/app.yaml")
            .contains("module: ../../app.wasm")
    );
    insta::assert_snapshot!("init_workflow", within.read(".github/workflows/memory.yml"));
    insta::assert_snapshot!("init_manifest", within.read("ui/Cargo.toml"));
}

/// A name that a shell, YAML and a terminal would obey.
#[test]
fn hostile_names_are_names() {
    let folder = Folder::with_guest("leak/clean-o2.wasm");
    let name = "$(x): [a] # 'b'\u{1b}[2J.wasm";
    fs::rename(folder.path("app.wasm"), folder.path(name)).expect("it is there");
    let text = folder.memgate(&["init", name]).ends_with(0);
    assert!(!text.contains('\u{1b}'), "{text}");
    folder.memgate(&["test"]).ends_with(0);
    let text = folder
        .memgate(&["profile", name, "--call", "leak_one"])
        .ends_with(0);
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn what_is_in_the_way_is_told() {
    let folder = Folder::with_guest("leak/clean-o2.wasm");
    folder.write("suites", "a file");
    let text = folder.memgate(&["init", "app.wasm"]).ends_with(2);
    assert!(text.contains("failed to write suites/app.yaml"), "{text}");
    folder.write("Cargo.toml", "[package");
    let text = folder.memgate(&["init", "app.wasm"]).ends_with(2);
    assert!(text.contains("Cargo.toml cannot be added to"), "{text}");
    let text = folder.memgate(&["init", "missing.wasm"]).ends_with(2);
    assert!(
        text.contains("Cargo.toml") || text.contains("there is no such file"),
        "{text}"
    );
}

/// Where it is saved cannot be written to.
#[test]
fn a_profile_that_cannot_be_saved_is_told_all_the_same() {
    let folder = Folder::with_guest("leak/leak-o2.wasm");
    folder.write("taken", "a file");
    let arguments = [
        "profile", "app.wasm", "--call", "leak_one", "--output", "taken",
    ];
    let text = folder.memgate(&arguments).ends_with(2);
    assert!(text.contains("ran to its end"), "{text}");
    assert!(
        text.contains("name another folder with `--output FOLDER`"),
        "{text}"
    );
}

/// What a profile saved can be compared later.
#[test]
fn saved_profiles_are_compared() {
    let folder = Folder::with_guest("leak/leak-debug.wasm");
    let profile = |to: &str, cycles: &str| {
        let arguments = [
            "profile", "app.wasm", "--call", "leak_one", "--cycles", cycles, "-o", to,
        ];
        folder.memgate(&arguments).ends_with(0);
    };
    profile("a", "3");
    profile("b", "3");
    profile("c", "5");
    assert_eq!(folder.read("a/report.json"), folder.read("b/report.json"));
    let text = folder.memgate(&["diff", "a", "b/report.json"]).ends_with(0);
    assert_eq!(
        text,
        "profile::calls: no difference between a and b/report.json\n"
    );
    let text = folder.memgate(&["diff", "a", "c"]).ends_with(1);
    insta::assert_snapshot!("diff_of_reports", text);
    let text = folder
        .memgate(&["diff", "a", "c", "--format", "markdown"])
        .ends_with(1);
    insta::assert_snapshot!("diff_in_markdown", text);
    folder.memgate(&["diff", "a", "missing"]).ends_with(2);
    folder.memgate(&["diff", "a", "app.wasm"]).ends_with(2);
}
