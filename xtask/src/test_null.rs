//! `cargo xtask test-null`: the whole set, again and again, and one distinct report.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use crate::project::{Gate, root, scratch};

/// The sets, and the exit code that each must have.
const SETS: [(&str, i32); 2] = [("suites", 0), ("tests/planted/suites", 1)];

/// Run all suites again and again, each time in a process of its own: their reports must be the same to the byte.
#[derive(Args)]
pub(crate) struct TestNull {
    /// How many times
    #[arg(long, default_value_t = 3)]
    runs: u32,
}

impl TestNull {
    #[expect(clippy::print_stdout, reason = "it is what the command is for")]
    pub(crate) fn run(self) -> Result<()> {
        ensure!(self.runs >= 2, "one run has nothing to be compared with");
        let gate = Gate::build()?;
        for (set, code) in SETS {
            let target = scratch("null")?;
            let mut first: Option<Vec<u8>> = None;
            for number in 1..=self.runs {
                let report = report(&gate.command, set, code, &target)?;
                let expected = first.get_or_insert_with(|| report.clone());
                if *expected != report {
                    tell_apart(&target, set, number, expected, &report)?;
                }
            }
            println!("{set}: {} runs, one distinct report", self.runs);
        }
        Ok(())
    }
}

/// What one run of a set saves. Only the first one compiles the modules.
fn report(command: &Path, set: &str, code: i32, target: &Path) -> Result<Vec<u8>> {
    let status = Command::new(command)
        .args(["test", set])
        .current_dir(root())
        .env("CARGO_TARGET_DIR", target)
        .env("INSTA_UPDATE", "no")
        .env_remove("INSTA_FORCE_PASS")
        .env_remove("NEXTEST_RUN_ID")
        .stdout(Stdio::null())
        .status()
        .context("failed to run the gate")?;
    ensure!(
        status.code() == Some(code),
        "{set}: {status}, where {code} was to be expected"
    );
    let path = target.join("memgate/report.json");
    fs::read(&path).with_context(|| format!("failed to read {}", path.display()))
}

/// Leaves both reports for whoever has to find out why they differ.
fn tell_apart(target: &Path, set: &str, number: u32, first: &[u8], other: &[u8]) -> Result<()> {
    let [one, two] = ["report-first.json", "report-other.json"].map(|name| target.join(name));
    fs::write(&one, first)?;
    fs::write(&two, other)?;
    bail!(
        "{set}: run {number} left another report than the first\nsee {} and {}",
        one.display(),
        two.display()
    )
}
