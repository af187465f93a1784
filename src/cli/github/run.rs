//! `memgate github run`

use std::ffi::OsString;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};

use anyhow::{Context, Result};
use clap::Args;

use super::report::{Pages, default_run, print};
use super::runner::Runner;
use crate::harness::note;
use crate::judge::Verdict;
use crate::report;

/// Run the gate in a step of a workflow, and tell what came of it
///
/// COMMAND is what runs the suites: `memgate test`, `cargo test --test memory`,
/// `cargo nextest run`. Then it is told of as by `memgate github report`. While
/// the gate runs, nothing that it prints is a workflow command. The exit code is
/// the verdict's, whatever runner stands between: cargo says 101 for all that is
/// no pass.
#[derive(Args)]
#[command(verbatim_doc_comment, next_line_help = true)]
pub(super) struct Run {
    /// The report that the gate leaves, or its folder [default: target/memgate]
    #[arg(long, value_name = "RUN")]
    report: Option<PathBuf>,
    #[command(flatten)]
    pages: Pages,
    /// What runs the suites
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

impl Run {
    pub(super) fn run(self) -> Result<ExitCode> {
        let runner = Runner::from_environment();
        let run = self.report.clone().unwrap_or_else(default_run);
        // What an earlier run left must not pass for what this one found.
        remove_old(&run)?;
        let ended = self.gate(&runner);
        match (ended, report::load(&run)) {
            (Ok(status), Ok(report)) => {
                let verdict = self.pages.tell(&runner, &run, &report)?;
                code(status, verdict)
            }
            (Ok(status), Err(error)) => {
                let cause = format!(
                    "the gate ended with {status}, and left no report that can be read\n{error}"
                );
                self.pages.tell_without_report(&runner, &run, &cause)?;
                Ok(ExitCode::from(2))
            }
            (Err(error), _) => {
                self.pages
                    .tell_without_report(&runner, &run, &format!("{error:#}"))?;
                Err(error)
            }
        }
    }

    /// The gate's own output goes where it would go without us.
    fn gate(&self, runner: &Runner) -> Result<ExitStatus> {
        let (program, arguments) = self.command.split_first().context("no command was given")?;
        let _deaf = runner.reads_commands.then(Deaf::new).transpose()?;
        Command::new(program)
            .args(arguments)
            .status()
            .with_context(|| format!("failed to run {}", program.display()))
    }
}

fn remove_old(run: &Path) -> Result<()> {
    let path = match run.is_dir() {
        true => run.join("report.json"),
        false => run.to_path_buf(),
    };
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error)
            .with_context(|| format!("failed to remove the old report {}", path.display())),
        _ => Ok(()),
    }
}

/// The verdict's exit code. A command that fails although no scenario does has failed for a reason that no report tells.
fn code(status: ExitStatus, verdict: Verdict) -> Result<ExitCode> {
    Ok(ExitCode::from(match verdict {
        Verdict::Pass if status.success() => 0,
        Verdict::Pass => {
            note(&format!(
                "error: the gate ended with {status} although no scenario failed: see what it said above"
            ));
            2
        }
        Verdict::Regression => 1,
        Verdict::Error => 2,
    }))
}

/// While it lives, the runner obeys no command: a guest's words go to the same output.
struct Deaf {
    token: String,
}

impl Deaf {
    /// The token must be one that no guest and no suite can know.
    fn new() -> Result<Deaf> {
        let random = || RandomState::new().hash_one(0_u8);
        let token = format!("memgate-{:016x}{:016x}", random(), random());
        print(&format!("::stop-commands::{token}\n"))?;
        Ok(Deaf { token })
    }
}

impl Drop for Deaf {
    fn drop(&mut self) {
        // The gate's last line may have no end. Where nothing can be written, nobody listens either.
        let _ = print(&format!("\n::{}::\n", self.token));
    }
}
