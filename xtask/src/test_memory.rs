//! `cargo xtask test-memory`: the suites in `suites/`, and their verdict as the exit code.
//!
//! `cargo test --test memory` runs the same; it says 101 for whatever is not a pass.

use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;

/// Run every suite in `suites/`: 0 pass, 1 regression, 2 the gate broke.
#[derive(Args)]
pub(crate) struct TestMemory {
    /// Arguments of a test binary: a filter, --exact, --list, --test-threads N, ...
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

impl TestMemory {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
        let status = Command::new(build()?)
            .args(&self.arguments)
            .current_dir(root)
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

/// Builds the gate as `cargo test` does, so that both share what is built; returns the binary.
fn build() -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "test",
            "--package",
            "memgate",
            "--test",
            "memory",
            "--no-run",
            "--message-format=json-render-diagnostics",
        ])
        .stderr(Stdio::inherit())
        .output()
        .context("failed to run cargo")?;
    if !output.status.success() {
        bail!("failed to build the gate");
    }
    let messages = String::from_utf8(output.stdout).context("cargo speaks UTF-8")?;
    messages
        .lines()
        .find_map(gate)
        .context("cargo named no executable")
}

/// The gate's executable, if that is what one of cargo's messages tells of: it builds the command as well.
fn gate(message: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(message).ok()?;
    let is_gate = message["target"]["name"] == "memory" && message["target"]["kind"][0] == "test";
    let executable = message["executable"].as_str().filter(|_| is_gate)?;
    Some(PathBuf::from(executable))
}
