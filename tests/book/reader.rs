//! Someone who reads a page: their folder, and the shell that they type into.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::Failed;
use tempfile::TempDir;

use super::page::Fence;
use super::{compare, root};

/// What would have snapshots accepted, or trials be one run, or another folder be cargo's.
const NOT_INHERITED: [&str; 12] = [
    "CARGO_TARGET_DIR",
    "CI",
    "GITHUB_ACTIONS",
    "GITHUB_OUTPUT",
    "GITHUB_STEP_SUMMARY",
    "INSTA_FORCE_PASS",
    "INSTA_PENDING_DIR",
    "INSTA_UPDATE",
    "INSTA_WORKSPACE_ROOT",
    "MEMGATE_COMMAND",
    "NEXTEST_RUN_ID",
    "TF_BUILD",
];

/// Someone who reads a page and types in what it says.
pub(super) struct Reader {
    folder: TempDir,
    /// Where the commands before have led.
    current: PathBuf,
    /// How the last command ended.
    pub(super) code: i32,
    /// The folders of this repository in which the sources of its modules lie; a reader has them beside the module.
    sources: Vec<String>,
    /// Whether the last block with a compiler in it was played.
    pub(super) has_built: bool,
}

impl Reader {
    pub(super) fn new() -> Reader {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().canonicalize().expect("it is there");
        Reader {
            current: path,
            folder,
            code: 0,
            sources: Vec::new(),
            has_built: false,
        }
    }

    pub(super) fn obey(&mut self, words: &[&str]) -> Result<(), Failed> {
        match words {
            ["guest", guest, path] => {
                let folder = Path::new(guest).parent().expect("guests are in folders");
                self.sources.push(format!("guests/{}/", folder.display()));
                self.copy(&root().join("guests").join(guest), path);
            }
            ["copy", file, path] => self.copy(&root().join(file), path),
            ["suite", suite, path] => self.suite(suite, path),
            ["built", path, name] => self.built(path, name)?,
            ["folder", _name] => *self = Reader::new(),
            _ => return Err(format!("nobody knows what to play at: {}", words.join(" ")).into()),
        }
        Ok(())
    }

    /// Copies a suite of this repository, whose module stays where it is.
    fn suite(&mut self, suite: &str, path: &str) {
        let text = fs::read_to_string(root().join(suite)).expect("it is there");
        let (before, rest) = text.split_once("module: ").expect("it names a module");
        let (module, after) = rest.split_once('\n').expect("a scenario follows");
        let folder = root()
            .join(suite)
            .parent()
            .expect("it is in a folder")
            .to_path_buf();
        let module = folder.join(module).canonicalize().expect("it is there");
        let sources = module.parent().expect("it is in a folder");
        let sources = sources
            .strip_prefix(root())
            .expect("it is in this repository");
        self.sources.push(format!("{}/", sources.display()));
        self.write(
            path,
            &format!("{before}module: {}\n{after}", module.display()),
        );
    }

    /// What a compiler has made, or would have.
    fn built(&mut self, path: &str, name: &str) -> Result<(), Failed> {
        let kept = root().join("book/modules").join(format!("{name}.wasm"));
        if !self.has_built {
            self.copy(&kept, path);
        } else if !self.current.join(path).is_file() {
            return Err(format!("the commands should have built {path}").into());
        } else if let Some(folder) = std::env::var_os("MEMGATE_BOOK_MODULES") {
            let saved = Path::new(&folder).join(format!("{name}.wasm"));
            fs::copy(self.current.join(path), saved)?;
        }
        Ok(())
    }

    fn copy(&self, from: &Path, to: &str) {
        let to = self.current.join(to);
        fs::create_dir_all(to.parent().expect("it is in a folder")).expect("it can be made");
        fs::copy(from, &to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    }

    pub(super) fn write(&self, path: &str, text: &str) {
        let path = self.current.join(path);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it can be made");
        fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Puts a function in the place of the one that begins with the same line.
    pub(super) fn edit(&self, path: &str, fence: &Fence<'_>) {
        let text = fs::read_to_string(self.current.join(path)).expect("it was written before");
        let mut lines: Vec<&str> = text.lines().collect();
        let starts = |line: &&str| *line == fence.lines[0];
        let start = lines.iter().position(starts).expect("it is in there");
        let length = lines[start..].iter().position(|line| *line == "}");
        let end = start + length.expect("it ends") + 1;
        lines.splice(start..end, fence.lines.iter().copied());
        self.write(path, &(lines.join("\n") + "\n"));
    }

    /// Runs a command where the last one has led, and says what came of it.
    pub(super) fn run(&mut self, command: &str, variables: &[(&str, OsString)]) -> Vec<String> {
        let place = tempfile::NamedTempFile::new().expect("a temporary file");
        // Both outputs as a terminal would show them; `$?` is how the last command ended.
        let script = format!(
            "exec 2>&1\n(exit {})\n{command}\ncode=$?\npwd -P > '{}'\nexit $code",
            self.code,
            place.path().display()
        );
        let mut shell = Command::new("sh");
        for variable in NOT_INHERITED {
            shell.env_remove(variable);
        }
        let output = shell
            .args(["-c", &script])
            .current_dir(&self.current)
            .env("PATH", path())
            .envs(variables.iter().cloned())
            .env("NO_COLOR", "1")
            .env("COLUMNS", "80")
            .output()
            .expect("there is a shell");
        self.code = output.status.code().unwrap_or(-1);
        let left_in = fs::read_to_string(place.path()).expect("it was written");
        if !left_in.is_empty() {
            self.current = PathBuf::from(left_in.trim_end());
        }
        compare::normal(&self.as_read(&String::from_utf8_lossy(&output.stdout)))
    }

    /// Output as the reader sees it, whose folder has another name, and whose sources lie beside the module.
    fn as_read(&self, said: &str) -> String {
        let folder = self.folder.path().canonicalize().expect("it is there");
        let folder = folder.display().to_string();
        let mut said = said.replace(&folder, "/home/you");
        for sources in &self.sources {
            said = said.replace(sources, "");
        }
        said
    }
}

/// The folders of commands, that of the built `memgate` first.
fn path() -> OsString {
    let built = Path::new(env!("CARGO_BIN_EXE_memgate"));
    let own = built.parent().expect("it is in a folder").to_path_buf();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(own).chain(std::env::split_paths(&others));
    std::env::join_paths(folders).expect("they were joined before")
}
