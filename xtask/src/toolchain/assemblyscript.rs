//! AssemblyScript by asc.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::{only_source, run, tool};
use crate::guests::Guest;

pub(super) const HOW_TO_GET: &str = "install AssemblyScript, e.g. npm install assemblyscript; and point MEMGATE_ASC to its asc where that is not on the PATH";

/// `--debug` is what keeps the names. An abort is a trap: there is nobody to tell.
pub(super) fn build(guest: &Guest, root: &Path, output: &Path) -> Result<()> {
    let mut command = Command::new(tool("MEMGATE_ASC", "asc"));
    command.current_dir(root).arg(only_source(guest)?);
    command.args(["--debug", "--exportRuntime", "--use", "abort="]);
    run(command.args(&guest.flags).arg("--outFile").arg(output))
}
