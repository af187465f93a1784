//! `memgate github`

mod checkout;
mod comment;
mod report;
mod run;
mod runner;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::harness::broken;

/// Tell a pull request on GitHub what grew, and where
#[derive(Args)]
pub(super) struct Github {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(run::Run),
    Report(report::Report),
    Comment(comment::Comment),
}

impl Github {
    pub(super) fn run(self) -> ExitCode {
        let done = match self.command {
            Command::Run(run) => run.run(),
            Command::Report(report) => report.run(),
            Command::Comment(comment) => comment.run(),
        };
        done.unwrap_or_else(|error| broken(&format!("error: {error:#}")))
    }
}
