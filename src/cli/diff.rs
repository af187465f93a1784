//! `memgate diff`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::story::Story;
use crate::harness::{self, named_by_cargo};

/// Tell by what two runs differ: metrics and sites, largest first
///
/// Both are reports (report.json, or the folder that it is in), or both are
/// modules, which are then profiled, and told the same story.
#[derive(Args)]
#[command(verbatim_doc_comment, next_line_help = true)]
pub(super) struct Diff {
    /// The first: a report, a folder with one, or a module
    #[arg(value_name = "A")]
    a: PathBuf,
    /// The second
    #[arg(value_name = "B")]
    b: PathBuf,
    #[command(flatten)]
    story: Story,
    /// Name the scenarios that do not differ, too
    #[arg(long)]
    all: bool,
    /// For people, for programs, or for a pull request
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
enum Format {
    Text,
    Json,
    Markdown,
}

impl Diff {
    pub(super) fn run(self) -> ExitCode {
        let target = named_by_cargo().unwrap_or(PathBuf::from("target"));
        harness::Diff {
            a: self.a,
            b: self.b,
            story: self.story.into(),
            output: target.join("memgate"),
            format: match self.format {
                Format::Text => harness::Format::Text,
                Format::Json => harness::Format::Json,
                Format::Markdown => harness::Format::Markdown,
            },
            names_all: self.all,
        }
        .run()
    }
}
