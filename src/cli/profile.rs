//! `memgate profile`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::story::Story;
use crate::harness::{self, named_by_cargo};

/// Run a module without a suite, and tell what it allocates and leaks
///
/// A command (`_start`) is run with the arguments after `--`. Of any other
/// module exports are called, with --call; without it, those that can be called
/// are listed. Time is virtual, and nothing of the host is seen but what is
/// named here, so that the result is the same each time. What the module writes
/// goes to the standard error, the report to the standard output.
///
/// No threshold counts: the exit code is 0 where the module ran to its end,
/// whatever it leaks.
#[derive(Args)]
#[command(verbatim_doc_comment, next_line_help = true)]
pub(super) struct Profile {
    /// The WebAssembly file, as it ships
    #[arg(value_name = "MODULE")]
    module: PathBuf,
    #[command(flatten)]
    story: Story,
    /// The folder for report.json; target/memgate/profile by default
    #[arg(long, short, value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// Sites that are shown
    #[arg(long, value_name = "NUMBER", default_value_t = 10)]
    top: usize,
    /// Leave out what the module writes
    #[arg(long, short)]
    quiet: bool,
    /// For people or for programs
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
enum Format {
    Text,
    Json,
}

impl Profile {
    pub(super) fn run(self) -> ExitCode {
        let target = named_by_cargo().unwrap_or(PathBuf::from("target"));
        let output = target.join("memgate");
        harness::Profile {
            module: self.module,
            story: self.story.into(),
            typed: std::env::args_os()
                .skip(2)
                .map(|argument| argument.to_string_lossy().into_owned())
                .collect(),
            folder: self.output.unwrap_or_else(|| output.join("profile")),
            output,
            top: self.top,
            is_quiet: self.quiet,
            as_json: self.format == Format::Json,
        }
        .run()
    }
}
