//! `memgate compare`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::harness::{self, Compare as Comparison, named_by_cargo};

/// Run every scenario twice, and tell by which sites the runs differ
///
/// With nothing else, both runs are of the suite's own module, and must not
/// differ at all. With --against, the second one is of another build. No
/// threshold counts, and no snapshot.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Compare {
    /// Suite files, and folders of them
    #[arg(value_name = "SUITE or FOLDER", default_value = "suites")]
    suites: Vec<PathBuf>,
    /// Another build of the suite's module
    #[arg(long, value_name = "MODULE")]
    against: Option<PathBuf>,
    /// Only scenarios whose names (suite::scenario) contain this
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    /// For people or for programs
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
enum Format {
    Text,
    Json,
}

impl Compare {
    pub(super) fn run(self) -> ExitCode {
        let target = named_by_cargo().unwrap_or(PathBuf::from("target"));
        Comparison {
            suites: self.suites,
            against: self.against,
            filter: self.only,
            output: target.join("memgate"),
            format: match self.format {
                Format::Text => harness::Format::Text,
                Format::Json => harness::Format::Json,
            },
        }
        .run()
    }
}
