//! Where this repository lies, and what cargo builds of it.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// The folder above this crate's.
pub(crate) fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().expect("xtask lies in the repository").into()
}

/// An empty folder below `target/`.
pub(crate) fn scratch(name: &str) -> Result<PathBuf> {
    let folder = root().join("target").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("failed to clear {}", folder.display()))?;
    }
    fs::create_dir_all(&folder)
        .with_context(|| format!("failed to create {}", folder.display()))?;
    Ok(folder)
}

/// Runs cargo in the root and returns what it wrote to its output; what it says goes to the terminal.
pub(crate) fn cargo(arguments: &[impl AsRef<OsStr>]) -> Result<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(arguments)
        .current_dir(root())
        .stderr(Stdio::inherit())
        .output()
        .context("failed to run cargo")?;
    if !output.status.success() {
        bail!("cargo failed");
    }
    String::from_utf8(output.stdout).context("cargo speaks UTF-8")
}

/// The gate's executables.
pub(crate) struct Gate {
    /// The suites of this repository as a test binary.
    pub(crate) trials: PathBuf,
    /// `memgate`
    pub(crate) command: PathBuf,
}

impl Gate {
    /// Builds the gate as `cargo test` does, so that both share what is built.
    pub(crate) fn build() -> Result<Gate> {
        let messages = cargo(&[
            "test",
            "--package",
            "memgate",
            "--test",
            "memory",
            "--no-run",
            "--message-format=json-render-diagnostics",
        ])
        .context("failed to build the gate")?;
        let built = |kind, name| {
            messages
                .lines()
                .find_map(|message| executable(message, kind, name))
                .with_context(|| format!("cargo named no executable of {name}"))
        };
        Ok(Gate {
            trials: built("test", "memory")?,
            command: built("bin", "memgate")?,
        })
    }
}

/// The executable of a target, if that is what one of cargo's messages tells of.
pub(crate) fn executable(message: &str, kind: &str, name: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    let target = &message["target"];
    let is_wanted = target["name"] == name && target["kind"][0] == kind;
    let executable = message["executable"].as_str().filter(|_| is_wanted)?;
    Some(PathBuf::from(executable))
}
