//! A folder of somebody's, with suites, modules and whatever else they name.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

pub(crate) const PASS: i32 = 0;
pub(crate) const REGRESSION: i32 = 1;
pub(crate) const BROKEN: i32 = 2;

/// A module of which `work` takes so many bytes and gives them back, and `leak` keeps them.
pub(crate) fn module(bytes: u32) -> Vec<u8> {
    let text = format!(
        r#"(module
          (memory (export "memory") 1)
          (global $next (mut i32) (i32.const 1024))
          (func $malloc (export "malloc") (param $size i32) (result i32)
            (local $at i32)
            (local.set $at (global.get $next))
            (global.set $next (i32.add (local.get $at) (local.get $size)))
            (local.get $at))
          (func $free (export "free") (param i32))
          (func (export "work") (param $times i32)
            (loop $again
              (call $free (call $malloc (i32.const {bytes})))
              (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1))))))
          (func (export "leak") (drop (call $malloc (i32.const {bytes}))))
          (func (export "trap") (unreachable)))"#
    );
    wat::parse_str(text).expect("it is a module")
}

/// A suite about a module beside it, with scenarios that call `work` so many times.
pub(crate) fn suite(module: &str, scenarios: &[(&str, u32)]) -> String {
    let mut text = format!("module: ../{module}.wasm\nscenarios:\n");
    for (name, times) in scenarios {
        let steps = format!("steps: [{{ call: work, args: [{times}] }}]");
        text +=
            &format!("  {name}:\n    cycles: 3\n    {steps}\n    thresholds: {{ delta: 0B }}\n");
    }
    text
}

pub(crate) struct Project {
    folder: TempDir,
    command: PathBuf,
}

/// What a run said and left.
#[derive(Debug, PartialEq)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Project {
    pub(crate) fn new(suites: &[(&str, &str)], modules: &[(&str, u32)]) -> Project {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"));
        let project = Project {
            folder: folder.expect("a temporary folder"),
            command: PathBuf::from(env!("CARGO_BIN_EXE_memgate")),
        };
        for (name, bytes) in modules {
            project.write(&format!("{name}.wasm"), &module(*bytes));
        }
        for (name, text) in suites {
            project.write(&format!("suites/{name}.yaml"), text.as_bytes());
        }
        project
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    pub(crate) fn write(&self, relative: &str, bytes: &[u8]) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("it can be made");
        fs::write(path, bytes).expect("the folder is there");
    }

    /// Another build of memgate: the same, and yet not the same file.
    #[cfg(target_os = "linux")]
    pub(crate) fn rebuild(&mut self) {
        let other = self.path("memgate");
        fs::copy(&self.command, &other).expect("it can be copied");
        let mut file = fs::File::options().append(true).open(&other);
        let file = file.as_mut().expect("it is ours");
        std::io::Write::write_all(file, b"rebuilt").expect("it can be written");
        self.command = other;
    }

    /// `memgate`, with `target` as the target folder.
    pub(crate) fn memgate(
        &self,
        target: &str,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Run {
        let output = self
            .command(target, arguments, variables)
            .output()
            .expect("the command can be run");
        run(output)
    }

    pub(crate) fn command(
        &self,
        target: &str,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Command {
        let mut command = Command::new(&self.command);
        for inherited in [
            "CI",
            "TF_BUILD",
            "INSTA_UPDATE",
            "INSTA_FORCE_PASS",
            "INSTA_PENDING_DIR",
            "MEMGATE_COMMAND",
            "MEMGATE_REUSE",
            "MEMGATE_TODAY",
            "NEXTEST_RUN_ID",
        ] {
            command.env_remove(inherited);
        }
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("CARGO_TARGET_DIR", target)
            .env("INSTA_WORKSPACE_ROOT", self.folder.path())
            .envs(variables.iter().copied());
        command
    }

    /// Accepts all sites and numbers, as `cargo insta accept` would.
    pub(crate) fn accept(&self) {
        self.memgate("accept", &["test"], &[("INSTA_UPDATE", "always")]);
    }

    pub(crate) fn report(&self, target: &str) -> String {
        let path = self.path(target).join("memgate/report.json");
        fs::read_to_string(path).expect("a report was saved")
    }

    /// Takes away what waits for review, and says what it was.
    pub(crate) fn take_pending(&self) -> BTreeMap<PathBuf, String> {
        let mut pending = BTreeMap::new();
        let files = fs::read_dir(self.path("snapshots")).into_iter().flatten();
        for path in files.map(|entry| entry.expect("it can be read").path()) {
            if path.extension().is_some_and(|it| it == "new") {
                let text = fs::read_to_string(&path).expect("it is there");
                fs::remove_file(&path).expect("it is ours");
                pending.insert(path, text);
            }
        }
        pending
    }

    /// The names of all trials.
    pub(crate) fn trials(&self) -> Vec<String> {
        let listed = self.memgate(
            "target",
            &["test", "--", "--list", "--format", "terse"],
            &[],
        );
        let names = listed
            .out
            .lines()
            .filter_map(|line| line.strip_suffix(": test"));
        names.map(str::to_owned).collect()
    }
}

pub(crate) fn run(output: Output) -> Run {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace('\r', "");
    Run {
        code: output.status.code().expect("it ended by itself"),
        out: text(&output.stdout),
        err: text(&output.stderr),
    }
}

/// The files of a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("it can be read").path());
    let mut files: Vec<PathBuf> = paths.filter(|path| path.is_file()).collect();
    files.sort();
    files
}
