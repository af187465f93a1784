//! `cargo xtask test-memory`: the suites in `suites/`, and their verdict as the exit code.
//!
//! `cargo test --test memory` runs the same; it says 101 for whatever is not a pass.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use clap::Args;

use crate::project::{Gate, root};

/// Run every suite in `suites/`: 0 pass, 1 regression, 2 the gate broke.
#[derive(Args)]
pub(crate) struct TestMemory {
    /// Arguments of a test binary: a filter, --exact, --list, --test-threads N, ...
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

impl TestMemory {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let status = Command::new(Gate::build()?.trials)
            .args(&self.arguments)
            .current_dir(root())
            .env("MEMGATE_COMMAND", "cargo xtask test-memory")
            .status()
            .context("failed to run the gate")?;
        // A process that a signal ended has no code; then the gate broke.
        let code = status
            .code()
            .and_then(|code| u8::try_from(code).ok())
            .unwrap_or(2);
        Ok(ExitCode::from(code))
    }
}
