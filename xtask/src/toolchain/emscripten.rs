//! C by Emscripten, for engines without JavaScript.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::{run, tool};
use crate::guests::{Guest, Shape};

pub(super) const HOW_TO_GET: &str =
    "install Emscripten, e.g. apt-get install emscripten; or point MEMGATE_EMCC to an emsdk's emcc";

/// With names and without lines: Emscripten optimises after linking, and no line is right after that.
pub(super) fn build(guest: &Guest, root: &Path, output: &Path) -> Result<()> {
    let mut command = Command::new(tool("MEMGATE_EMCC", "emcc"));
    command.current_dir(root);
    command.args(["--profiling-funcs", "-sSTANDALONE_WASM"]);
    if guest.shape == Shape::Reactor {
        command.arg("--no-entry");
    }
    command.args(&guest.flags).args(&guest.sources);
    run(command.arg("-o").arg(output))
}
