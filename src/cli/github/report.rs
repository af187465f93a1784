//! `memgate github report`

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use clap::Args;
use serde::Deserialize;

use super::checkout;
use super::runner::{Runner, append};
use crate::harness::{named_by_cargo, note};
use crate::judge::Verdict;
use crate::report::github::{
    About, Annotation, LONGEST_SUMMARY, Marker, annotations, comment, of_broken_gate, summary,
    without_report,
};
use crate::report::{self, LoadError};

/// Tell of a run that is over: a summary, and annotations
///
/// The summary goes where $GITHUB_STEP_SUMMARY says, the annotations to standard
/// output; without a runner, both do. What was told exits with 0, whatever the
/// verdict is.
#[derive(Args)]
#[command(verbatim_doc_comment, next_line_help = true)]
pub(super) struct Report {
    /// The report of the run, or the folder that it is in [default: target/memgate]
    #[arg(value_name = "RUN")]
    run: Option<PathBuf>,
    #[command(flatten)]
    pages: Pages,
}

/// What is told, and of what.
#[derive(Args)]
pub(super) struct Pages {
    /// The base's report, to tell what changed; it need not be there
    #[arg(long, value_name = "REPORT")]
    base: Option<PathBuf>,
    /// Suite files, and folders of them, to tell where they are
    #[arg(
        long = "suites",
        value_name = "SUITE or FOLDER",
        default_value = "suites"
    )]
    suites: Vec<PathBuf>,
    /// The gate's name, where a pull request has several
    #[arg(long, value_name = "NAME", default_value = "memgate")]
    gate: Marker,
    /// The artifact in which the workflow keeps report and pending snapshots [default: the gate's name]
    #[arg(long, value_name = "NAME")]
    artifact: Option<String>,
    /// What one types to run the suites again
    #[arg(long, value_name = "COMMAND")]
    again: Option<String>,
    /// Write the body of a comment to that file, for `memgate github comment`
    #[arg(long, value_name = "FILE")]
    comment: Option<PathBuf>,
}

impl Report {
    pub(super) fn run(self) -> Result<ExitCode> {
        let run = self.run.unwrap_or_else(default_run);
        let report = report::load(&run)?;
        self.pages
            .tell(&Runner::from_environment(), &run, &report)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The folder in which a run leaves its report: in a member of a workspace, below the workspace's.
pub(super) fn default_run() -> PathBuf {
    let target = named_by_cargo().or_else(of_workspace);
    target.unwrap_or(PathBuf::from("target")).join("memgate")
}

/// The target folder of the crate that is here, if one is: by its shortest way, since it is told.
fn of_workspace() -> Option<PathBuf> {
    if !Path::new("Cargo.toml").is_file() {
        return None;
    }
    let mut cargo = Command::new("cargo");
    cargo.args([
        "metadata",
        "--no-deps",
        "--offline",
        "--format-version",
        "1",
    ]);
    let metadata: Metadata = serde_json::from_slice(&cargo.output().ok()?.stdout).ok()?;
    let here = std::env::current_dir().ok()?;
    let within = metadata.target_directory.strip_prefix(here);
    Some(match within {
        Ok(within) => within.to_path_buf(),
        Err(_) => metadata.target_directory,
    })
}

/// What of cargo's metadata is asked for.
#[derive(Deserialize)]
struct Metadata {
    target_directory: PathBuf,
}

impl Pages {
    /// Tells of a report; what it comes to.
    pub(super) fn tell(
        &self,
        runner: &Runner,
        run: &Path,
        report: &report::Report,
    ) -> Result<Verdict> {
        let ground = checkout::ground(&runner.workspace, &self.suites);
        let (about, base) = (self.about(runner), self.base());
        let page = |longest| summary(report, base.as_ref(), &about, &ground, longest);
        write_summary(runner, page)?;
        write_annotations(&annotations(report, &ground))?;
        if let Some(path) = &self.comment {
            let body = comment(report, base.as_ref(), &about, &ground, &self.gate);
            report::write(path, body.as_bytes())?;
        }
        let verdict = verdict(report);
        self.set_outputs(runner, run, verdict)?;
        Ok(verdict)
    }

    /// Tells that there is no report, and why.
    pub(super) fn tell_without_report(
        &self,
        runner: &Runner,
        run: &Path,
        cause: &str,
    ) -> Result<()> {
        let about = self.about(runner);
        let page = without_report(cause, &about);
        write_summary(runner, |_| page.clone())?;
        write_annotations(&[of_broken_gate(cause)])?;
        if let Some(path) = &self.comment {
            report::write(path, format!("{}\n\n{page}", self.gate).as_bytes())?;
        }
        self.set_outputs(runner, run, Verdict::Error)
    }

    fn about(&self, runner: &Runner) -> About {
        let gate = self.gate.gate().to_string();
        let artifact = self.artifact.clone().unwrap_or_else(|| gate.clone());
        runner.about(gate, artifact, self.again.as_deref().map(again))
    }

    /// A base is a courtesy: what cannot be read is told, and done without.
    fn base(&self) -> Option<report::Report> {
        match report::load(self.base.as_ref()?) {
            Ok(base) => Some(base),
            Err(LoadError::Unreadable { path, .. }) if !path.exists() => None,
            Err(error) => {
                note(&format!("the base is left out: {error}"));
                None
            }
        }
    }

    fn set_outputs(&self, runner: &Runner, run: &Path, verdict: Verdict) -> Result<()> {
        let verdict = match verdict {
            Verdict::Pass => "pass",
            Verdict::Regression => "regression",
            Verdict::Error => "error",
        };
        let run = std::path::absolute(run)?;
        let folder = match run.is_dir() {
            true => &run,
            false => run.parent().unwrap_or(&run),
        };
        let folder = folder.display().to_string();
        let outputs = [("verdict", verdict), ("report", folder.as_str())];
        runner
            .set_outputs(&outputs)
            .context("failed to write the step's outputs")
    }
}

/// The worst of a report. Where nothing ran, nothing was measured, and that is no pass.
fn verdict(report: &report::Report) -> Verdict {
    let of_suite = |suite: &report::SuiteReport| {
        let scenarios = suite.scenarios.iter().map(|scenario| scenario.verdict);
        let broken = suite.error.as_ref().map(|_| Verdict::Error);
        scenarios.chain(broken).max()
    };
    let worst = report.suites.iter().filter_map(of_suite).max();
    worst.unwrap_or(Verdict::Error)
}

/// `memgate test` takes the name of a scenario behind two dashes.
fn again(command: &str) -> String {
    let is_ours = command.split_whitespace().take(2).eq(["memgate", "test"]);
    match is_ours && !command.split_whitespace().any(|word| word == "--") {
        true => format!("{command} --"),
        false => command.to_string(),
    }
}

/// Adds the page to the step's summary, with what room there is left in it.
fn write_summary(runner: &Runner, page: impl Fn(usize) -> String) -> Result<()> {
    let Some(path) = &runner.summary else {
        return print(&page(LONGEST_SUMMARY));
    };
    let taken = std::fs::metadata(path).map_or(0, |file| file.len());
    let room = LONGEST_SUMMARY.saturating_sub(usize::try_from(taken).unwrap_or(usize::MAX));
    append(path, &page(room)).with_context(|| format!("failed to write {}", path.display()))
}

fn write_annotations(annotations: &[Annotation]) -> Result<()> {
    let lines: String = annotations
        .iter()
        .map(|annotation| format!("{annotation}\n"))
        .collect();
    print(&lines)
}

pub(super) fn print(text: &str) -> Result<()> {
    let mut output = std::io::stdout().lock();
    let written = output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush());
    match written {
        // Who reads has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("failed to write to standard output"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_is_run_again_by_name() {
        assert_eq!(again("memgate test suites"), "memgate test suites --");
        assert_eq!(
            again("memgate test -- --test-threads 1"),
            "memgate test -- --test-threads 1"
        );
        assert_eq!(
            again("cargo test --test memory"),
            "cargo test --test memory"
        );
    }
}
