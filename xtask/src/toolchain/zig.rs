//! Zig, and C by it.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::{only_source, run, tool};
use crate::guests::{Guest, Shape};

pub(super) const HOW_TO_GET: &str =
    "install zig, e.g. pip install ziglang; and point MEMGATE_ZIG to it where it is not called zig";

/// Zig's own libc and its own allocator below it. `zig cc` optimises at link time unless it is told not to.
pub(super) fn build_c(guest: &Guest, root: &Path, output: &Path) -> Result<()> {
    let mut command = zig(root, output);
    command.args(["cc", "--target=wasm32-wasi", "-g"]);
    command.arg(format!("-ffile-prefix-map={}=", root.display()));
    if guest.shape == Shape::Reactor {
        command.arg("-mexec-model=reactor");
    }
    command.args(&guest.flags).args(&guest.sources);
    run(command.arg("-o").arg(output))
}

/// Without an operating system: memory comes from the engine.
pub(super) fn build(guest: &Guest, root: &Path, output: &Path) -> Result<()> {
    let mut command = zig(root, output);
    command.args([
        "build-exe",
        "-target",
        "wasm32-freestanding",
        "-fno-entry",
        "-rdynamic",
        "-fno-strip",
    ]);
    command.args(&guest.flags).arg(only_source(guest)?);
    let mut binary = std::ffi::OsString::from("-femit-bin=");
    binary.push(output);
    run(command.arg(binary))
}

fn zig(root: &Path, output: &Path) -> Command {
    let mut command = Command::new(tool("MEMGATE_ZIG", "zig"));
    command.current_dir(root);
    command.env("ZIG_LOCAL_CACHE_DIR", output.with_file_name("zig-cache"));
    command
}
