//! `memgate init`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::harness::{self, named_by_cargo};

/// Set up a gate for a module: a suite, a harness, a workflow
///
/// The module is run: a command as it is, of any other module each export, with
/// numbers for arguments. What it does today becomes the thresholds in
/// suites/NAME.yaml, and the sites that allocate are accepted in snapshots/.
/// Where there is a Cargo.toml, it gets what `cargo test --test memory` needs.
/// Files that are there are never overwritten.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Init {
    /// The WebAssembly file, as it ships
    #[arg(value_name = "MODULE")]
    module: PathBuf,
    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

impl Init {
    pub(super) fn run(self) -> ExitCode {
        let target = named_by_cargo().unwrap_or(PathBuf::from("target"));
        harness::Init {
            module: self.module,
            is_dry: self.dry_run,
            output: target.join("memgate"),
        }
        .run()
    }
}
