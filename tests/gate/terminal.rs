//! What stands on a terminal, or in the log of a continuous integration: styles where they are wanted, rows that fit, and no
//! name that is obeyed.

use std::fs;
use std::io::pipe;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use super::{BROKEN, REGRESSION, entries, failures, output, root, text};

const LOST: &str = "tests/planted/suites/leaks-c.yaml";

/// `memgate test`, with a folder of its own for what it leaves, and nothing inherited that has a say in styles.
fn memgate(folder: &str, suite: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_memgate"));
    command
        .args(["test", suite, "--"])
        .current_dir(root())
        .env("CARGO_TARGET_DIR", output(folder))
        .env("INSTA_UPDATE", "no")
        .env("INSTA_WORKSPACE_ROOT", root());
    for inherited in [
        "CI",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "INSTA_FORCE_PASS",
        "NEXTEST_RUN_ID",
        "NO_COLOR",
    ] {
        command.env_remove(inherited);
    }
    command
}

fn run(command: &mut Command) -> Output {
    command.output().expect("the command was built")
}

#[test]
fn styles_are_sparing() {
    for (name, suite, scenario) in [
        ("styled-leak", LOST, "leaks-c::map-without-eviction"),
        ("styled-trap", "tests/broken/trap", "trap::load"),
    ] {
        let output = run(memgate("styled", suite).args(["--exact", scenario, "--color", "always"]));
        let said = failures(&text(&output.stdout));
        insta::assert_snapshot!(name, said.replace('\u{1b}', "ESC"));
    }
}

#[test]
fn styles_are_where_they_are_wanted() {
    let check = |variables: &[(&str, &str)], arguments: &[&str], expected: bool| {
        let mut command = memgate("styles", "tests/broken/not-wasm");
        command
            .args(arguments)
            .envs(variables.iter().copied())
            .env("TERM", "xterm");
        let has_styles = run(&mut command).stdout.contains(&0x1b);
        assert_eq!(has_styles, expected, "{variables:?} {arguments:?}");
    };
    check(&[], &[], false);
    check(&[("CLICOLOR_FORCE", "1")], &[], true);
    check(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], &[], false);
    check(&[("CLICOLOR_FORCE", "1")], &["--color", "never"], false);
    check(&[("NO_COLOR", "1")], &["--color", "always"], true);
}

/// What is said in JSON is for programs.
#[test]
fn json_has_no_styles() {
    let arguments = ["--format", "json", "--color", "always"];
    let output = run(memgate("styles", "tests/broken/not-wasm").args(arguments));
    let said = text(&output.stdout);
    assert!(said.contains("this is not wasm"), "{said}");
    assert!(
        !said.contains("u001b") && !said.contains('\u{1b}'),
        "{said}"
    );
}

/// Commands and paths are whole, so that they can be copied; everything else fits.
#[test]
fn rows_are_as_wide_as_a_terminal() {
    let goldens = [
        "tests/planted/goldens",
        "tests/broken/goldens",
        "tests/gate/snapshots",
    ];
    let for_programs = [
        "json",
        "numbers",
        "gate__formats",
        "gate__report",
        "in-the-report",
        "styled",
    ];
    let mut checked = 0;
    for golden in goldens.into_iter().flat_map(entries) {
        let name = golden.display().to_string();
        if for_programs.iter().any(|part| name.contains(part)) {
            continue;
        }
        let text = fs::read_to_string(&golden).expect("it was listed");
        for row in text.lines() {
            assert!(is_narrow(row), "{name}\n{row}");
            checked += 1;
        }
    }
    assert!(checked > 1000, "{checked} rows");
}

/// Whoever meets a failure sees all of it.
#[test]
fn a_failure_is_on_one_screen() {
    for golden in ["tests/planted/goldens", "tests/broken/goldens"]
        .into_iter()
        .flat_map(entries)
    {
        let text = fs::read_to_string(&golden).expect("it was listed");
        for failure in text.split("\n---- ").skip(1) {
            let rows = failure.trim_end().lines().count();
            assert!(
                rows <= SCREEN,
                "{rows} rows in {}\n{failure}",
                golden.display()
            );
        }
    }
}

/// Rows of a screen, libtest's title of the failure included.
const SCREEN: usize = 40;

fn is_narrow(row: &str) -> bool {
    let is_command = row.trim_start().starts_with("again ");
    // What went wrong is one sentence where no terminal shows it.
    let is_error = row.starts_with("error: ");
    // A path or a name is one word.
    let is_one_word = row.split_whitespace().count() == 1;
    is_command || is_error || is_one_word || row.chars().count() <= 80
}

/// A reader that has gone, as `head` has, changes neither the verdict nor the report, and is no reason to panic.
#[test]
fn a_closed_pipe_ends_nothing() {
    let report =
        || fs::read_to_string(output("closed").join("memgate/report.json")).expect("it was saved");
    let whole = run(&mut memgate("closed", LOST));
    assert_eq!(whole.status.code(), Some(REGRESSION));
    let expected = report();
    for arguments in [
        ["--test-threads", "1"],
        ["--test-threads", "2"],
        ["--format", "json"],
    ] {
        fs::remove_file(output("closed").join("memgate/report.json")).expect("it was saved");
        let (reader, writer) = pipe().expect("there are pipes");
        drop(reader);
        let mut command = memgate("closed", LOST);
        let unheard = run(command
            .args(arguments)
            .stdout(writer)
            .stderr(Stdio::piped()));
        assert_eq!(text(&unheard.stderr), "", "{arguments:?}");
        assert_eq!(unheard.status.code(), Some(REGRESSION), "{arguments:?}");
        assert_eq!(report(), expected, "{arguments:?}");
    }
    for arguments in [
        &["schema"][..],
        &["explain"],
        &["test", LOST, "--", "--list"],
    ] {
        let (reader, writer) = pipe().expect("there are pipes");
        drop(reader);
        let mut command = Command::new(env!("CARGO_BIN_EXE_memgate"));
        let unheard = run(command.args(arguments).current_dir(root()).stdout(writer));
        assert_eq!(text(&unheard.stderr), "", "{arguments:?}");
        assert_eq!(unheard.status.code(), Some(0), "{arguments:?}");
    }
}

/// Escapes, a bidirectional override, and what GitHub's runner obeys where a row begins with it, or anywhere in it.
const HOSTILE: &str =
    "\u{1b}[2J\u{1b}]0;gone\u{7}\u{202e}\u{9b}31m\r\n::error file=a::b\n ##[add-mask]a\u{2028}";

/// A command that writes to its standard error, and exits with 3.
fn loud() -> Vec<u8> {
    let letters: String = HOSTILE
        .bytes()
        .map(|byte| format!("\\{byte:02x}"))
        .collect();
    let module = format!(
        r#"(module
            (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
            (memory (export "memory") 1)
            (data (i32.const 0) "\10\00\00\00\{:02x}\00\00\00")
            (data (i32.const 16) "{letters}")
            (func $malloc (export "malloc") (param i32) (result i32) (i32.const 1024))
            (func $free (export "free") (param i32))
            (func (export "_start")
                (drop (call $malloc (i32.const 8)))
                (drop (call $write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))
                (call $exit (i32.const 3))))"#,
        HOSTILE.len()
    );
    wat::parse_str(module).expect("it is a module")
}

/// Nothing that anybody else wrote reaches the terminal as it is.
#[test]
fn nothing_else_speaks_to_the_terminal() {
    let user = folder();
    let write = |name: &str, text: &[u8]| {
        fs::write(user.path().join(name), text).expect("the folder is there");
    };
    write("loud.wasm", &loud());
    // YAML writes its escapes without braces, in a fixed number of digits.
    let quoted = HOSTILE.chars().fold(String::new(), |yaml, letter| {
        yaml + &format!("\\U{:08x}", u32::from(letter))
    });
    write(
        "loud.yaml",
        "module: loud.wasm\nscenarios:\n  run:\n    steps: [{ run: {} }]\n".as_bytes(),
    );
    write(
        "build.yaml",
        format!(
            "build: {{ run: \"printf '{quoted}'; exit 1\", output: built.wasm }}\nscenarios:\n  run:\n    steps: [{{ run: {{}} }}]\n"
        )
        .as_bytes(),
    );
    write(
        "path.yaml",
        format!("module: \"{quoted}.wasm\"\nscenarios:\n  run:\n    steps: [{{ run: {{}} }}]\n")
            .as_bytes(),
    );
    write(
        "key.yaml",
        format!("module: loud.wasm\n\"{quoted}\": 1\nscenarios:\n  \"{quoted}\":\n    steps: [{{ call: \"{quoted}\" }}]\n").as_bytes(),
    );
    write(
        "call.yaml",
        format!("module: loud.wasm\nscenarios:\n  run:\n    steps: [{{ call: \"{quoted}\" }}]\n")
            .as_bytes(),
    );
    #[cfg(unix)]
    write(
        &format!("{}.yaml", HOSTILE.replace('/', "")),
        "module: loud.wasm\nscenarios:\n  run:\n    steps: [{ run: {} }]\n".as_bytes(),
    );
    for arguments in [
        &["."][..],
        &[".", "--", "--list"],
        &[".", "--", "--test-threads", "1"],
        &[".", "--", "nothing"],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_memgate"));
        let output = command
            .arg("test")
            .args(arguments)
            .current_dir(user.path())
            .env("CARGO_TARGET_DIR", user.path().join("target"))
            .output()
            .expect("the command was built");
        let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
        let expected = if arguments.contains(&"--list") {
            0
        } else {
            BROKEN
        };
        assert_eq!(output.status.code(), Some(expected), "{said}");
        is_harmless(&said);
    }
}

#[track_caller]
fn is_harmless(said: &str) {
    let obeyed = |letter: char| {
        letter != '\n' && letter.is_control()
            || matches!(letter, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let told: String = said.escape_debug().to_string().replace("\\n", "\n");
    assert!(!said.contains(obeyed), "{told}");
    assert!(!said.contains("##["), "{told}");
    let is_command = |row: &str| row.trim_start().starts_with("::");
    assert!(!said.lines().any(is_command), "{told}");
}

/// Where there is no Cargo.toml, cargo-insta does not work.
#[test]
fn accepting_works_without_cargo() {
    let user = folder();
    let suite = fs::read_to_string(root().join("suites/leak-o2.yaml")).expect("the suite is there");
    let guests = root().join("guests").display().to_string();
    fs::write(
        user.path().join("app.yaml"),
        suite.replace("../guests", &guests),
    )
    .expect("the folder is there");
    let run = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_memgate"));
        command
            .args(["test", "app.yaml", "--", "--exact", "app::hundred"])
            .current_dir(user.path())
            .env("CARGO_TARGET_DIR", user.path().join("target"))
            .env("INSTA_UPDATE", "new")
            .env_remove("INSTA_PENDING_DIR");
        run(&mut command)
    };
    let first = run();
    let said = text(&first.stdout);
    assert_eq!(first.status.code(), Some(REGRESSION), "{said}");
    let said: Vec<&str> = said.split_whitespace().collect();
    let way = "rename snapshots/app__hundred.snap.new to .snap";
    assert!(said.join(" ").contains(way), "{said:?}");
    let snapshot = user.path().join("snapshots/app__hundred.snap");
    fs::rename(snapshot.with_extension("snap.new"), snapshot).expect("it was left there");
    assert_eq!(run().status.code(), Some(0));
}

/// A folder that no Cargo.toml is above.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let above = folder.path().ancestors();
    assert!(
        !above
            .into_iter()
            .any(|it: &Path| it.join("Cargo.toml").exists())
    );
    folder
}
