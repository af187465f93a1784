//! `memgate report merge`

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::harness::{broken, say};
use crate::report::{counted, load, merge, write};

/// Turn the reports of a run's shards into one
///
/// It is the one that a single machine would have left, to the byte. The order
/// of the reports makes no difference. A shard in which nothing ran leaves no
/// report, and is left out.
///
/// The exit code is 0 where the report is written, whatever its verdicts.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Merge {
    /// The report of each shard: a report.json, or the folder that it is in
    #[arg(value_name = "RUN", required = true)]
    runs: Vec<PathBuf>,
    /// Where the one report goes: a file that ends in .json, or a folder
    #[arg(short, long, value_name = "FILE or FOLDER")]
    output: PathBuf,
}

impl Merge {
    pub(super) fn run(self) -> ExitCode {
        match self.merge() {
            Ok(done) => say(&format!("{done}\n")),
            Err(error) => broken(&format!("error: {error}")),
        }
    }

    fn merge(self) -> Result<String, Box<dyn Error>> {
        let path = self.path();
        let mut reports = Vec::new();
        for run in self.runs {
            let report = load(&run)?;
            reports.push((run, report));
        }
        let shards = reports.len();
        let report = merge(reports)?;
        let scenarios = report.scenario_names().len();
        if report.suites.is_empty() {
            return Err(
                "no scenario is in any of these reports: nothing ran, which is no pass".into(),
            );
        }
        write(&path, &report.to_json())?;
        Ok(format!(
            "{} of {} in {}",
            counted(scenarios, "scenario"),
            counted(shards, "report"),
            path.display()
        ))
    }

    fn path(&self) -> PathBuf {
        let is_file = self.output.extension().is_some_and(|it| it == "json");
        match is_file && !self.output.is_dir() {
            true => self.output.clone(),
            false => self.output.join("report.json"),
        }
    }
}
