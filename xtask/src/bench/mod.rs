//! `cargo xtask bench`: what measuring costs, beside what it costs elsewhere and what it is meant to cost.

#![expect(clippy::print_stdout, reason = "the command's output")]

mod figures;
mod natives;
mod summary;
mod table;
mod targets;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use self::figures::Figures;
use self::natives::Natives;
use self::summary::Summary;
use crate::project::{cargo, root};

/// Where the summary is kept, from the root.
const SAVED: &str = "target/memgate/bench.json";

/// Measure what measuring costs: a table, and target/memgate/bench.json
#[derive(Args)]
pub(crate) struct Bench {
    /// What an earlier `cargo bench --bench overhead` printed, instead of running it
    #[arg(long, value_name = "FILE")]
    figures: Option<PathBuf>,
}

impl Bench {
    /// A figure that is missed is no error: a machine that does something else as well says little.
    pub(crate) fn run(&self) -> Result<()> {
        let figures: Figures =
            serde_json::from_str(&self.figures()?).context("failed to read the figures")?;
        let natives = Natives::measure(&figures.workloads)?;
        let summary = Summary::new(figures, &natives);
        println!("{}", table::workloads(&summary.workloads));
        println!("{}", table::targets(&summary.targets));
        for word in &natives.missing {
            println!("{word}");
        }
        save(&summary)?;
        println!("saved as {SAVED}");
        Ok(())
    }

    fn figures(&self) -> Result<String> {
        match &self.figures {
            Some(file) => fs::read_to_string(file)
                .with_context(|| format!("failed to read {}", file.display())),
            None => cargo(&["bench", "--package", "memgate", "--bench", "overhead"]),
        }
    }
}

fn save(summary: &Summary) -> Result<()> {
    let file = root().join(SAVED);
    let folder = file.parent().context("a file lies in a folder")?;
    fs::create_dir_all(folder)?;
    fs::write(&file, serde_json::to_string_pretty(summary)? + "\n")
        .with_context(|| format!("failed to write {}", file.display()))
}
