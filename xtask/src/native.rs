//! The benchmark's workloads as native programs, by themselves and under the tools that people profile heaps with.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::project::root;

/// Where the sources of the workloads are.
pub(crate) const WORKLOADS: &str = "benches/workloads";

/// A native C compiler.
pub(crate) struct Compiler(OsString);

impl Compiler {
    /// The one that `CC` names, or else the first of the usual ones that is there.
    pub(crate) fn find() -> Option<Compiler> {
        let usual = ["cc", "gcc", "clang"].map(OsString::from);
        let mut candidates = env::var_os("CC").into_iter().chain(usual);
        candidates.find(is_installed).map(Compiler)
    }

    /// Builds a workload in `folder`; none where it is not written in C.
    pub(crate) fn build(&self, workload: &str, folder: &Path) -> Result<Option<Program>> {
        let sources = root().join(WORKLOADS);
        let source = sources.join(workload).with_extension("c");
        if !source.exists() {
            return Ok(None);
        }
        let executable = folder.join(workload);
        let status = Command::new(&self.0)
            .args(["-O2", "-g", "-I"])
            .arg(&sources)
            .arg(&source)
            .arg(sources.join("native.c"))
            .arg("-o")
            .arg(&executable)
            .status()
            .context("failed to start the C compiler")?;
        ensure!(status.success(), "failed to compile {}", source.display());
        Ok(Some(Program {
            executable,
            folder: folder.into(),
        }))
    }
}

/// A tool that measures the heap of a native program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    Heaptrack,
    Dhat,
}

impl Tool {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Tool::Heaptrack => "heaptrack",
            Tool::Dhat => "valgrind",
        }
    }

    pub(crate) fn is_installed(self) -> bool {
        is_installed(&self.name().into())
    }

    /// The tool with its options; what it writes is left in the current folder.
    fn command(self) -> Command {
        let mut command = Command::new(self.name());
        match self {
            Tool::Heaptrack => command.args(["--output", "heaptrack"]),
            Tool::Dhat => command.args(["--tool=dhat", "--dhat-out-file=dhat.out"]),
        };
        command
    }
}

/// A workload, compiled for this machine.
pub(crate) struct Program {
    executable: PathBuf,
    folder: PathBuf,
}

/// What a program and the tool above it said.
pub(crate) struct Run {
    pub(crate) checksum: u32,
    /// That the work took, without start-up.
    pub(crate) seconds: f64,
    /// What was written to standard error.
    pub(crate) errors: String,
}

impl Program {
    /// Does `n` units of work.
    pub(crate) fn run(&self, tool: Option<Tool>, n: u32) -> Result<Run> {
        let mut command = match tool {
            Some(tool) => {
                let mut command = tool.command();
                command.arg(&self.executable);
                command
            }
            None => Command::new(&self.executable),
        };
        let output = command
            .arg(n.to_string())
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("failed to start {command:?}"))?;
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.success(), "{command:?} failed\n{errors}");
        let said = String::from_utf8_lossy(&output.stdout);
        let (checksum, seconds) = said
            .lines()
            .find_map(checksum_and_seconds)
            .with_context(|| format!("{command:?} printed no result:\n{said}{errors}"))?;
        Ok(Run {
            checksum,
            seconds,
            errors,
        })
    }
}

/// The line that the program prints, among those that a tool may print.
fn checksum_and_seconds(line: &str) -> Option<(u32, f64)> {
    let (checksum, seconds) = line.split_once(' ')?;
    Some((checksum.parse().ok()?, seconds.parse().ok()?))
}

fn is_installed(program: &OsString) -> bool {
    let status = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_is_found_among_what_a_tool_says() {
        assert_eq!(
            checksum_and_seconds("62467977 0.043367272"),
            Some((62467977, 0.043367272))
        );
        assert_eq!(checksum_and_seconds("starting application"), None);
        assert_eq!(
            checksum_and_seconds("\tallocations:          \t500002"),
            None
        );
    }
}
