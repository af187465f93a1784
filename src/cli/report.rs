//! `memgate report`

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::merge::Merge;

/// What saved reports are turned into.
#[derive(Args)]
pub(super) struct Report {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Merge(Merge),
}

impl Report {
    pub(super) fn run(self) -> ExitCode {
        match self.command {
            Command::Merge(merge) => merge.run(),
        }
    }
}
