//! Rust by rustc, or by cargo where there are dependencies.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::{only_source, run, tool};
use crate::guests::{Guest, Language, Shape};

pub(super) const HOW_TO_GET_WEB: &str = "rustup target add wasm32-unknown-unknown; or point MEMGATE_WASM_RUSTC to a rustc that has the target";

pub(super) const HOW_TO_GET_WASI: &str =
    "rustup target add wasm32-wasip1; or point MEMGATE_WASM_RUSTC to a rustc that has the target";

pub(super) fn build(guest: &Guest, root: &Path, output: &Path) -> Result<()> {
    let target = match guest.language {
        Language::RustWeb => "wasm32-unknown-unknown",
        _ => "wasm32-wasip1",
    };
    let crate_type = match guest.shape {
        Shape::Reactor => "cdylib",
        Shape::Command => "bin",
    };
    let mut command = Command::new(tool("MEMGATE_WASM_RUSTC", "rustc"));
    command.current_dir(root).env("PATH", path_with_rust_lld()?);
    command.args(["--edition=2024", "--check-cfg=cfg(leak)"]);
    command.args(["--target", target, "--crate-type", crate_type]);
    command.args(["--crate-name", &guest.crate_name()]);
    // With line tables only, rustc names inlined functions without their modules: `insert`, of what?
    command.args(["-Cpanic=abort", "-Ccodegen-units=1", "-Cdebuginfo=limited"]);
    command.arg(format!("--remap-path-prefix={}=", root.display()));
    command.args(&guest.flags).args(&guest.sources);
    run(command.arg("-o").arg(output))
}

/// The PATH, with the linker of the usual Rust toolchain at its end: a compiler from elsewhere may come without one.
fn path_with_rust_lld() -> Result<OsString> {
    let mut libraries = Command::new("rustc");
    libraries.args(["--print", "target-libdir"]);
    let libraries = libraries.output().context("failed to run rustc")?.stdout;
    let libraries = PathBuf::from(String::from_utf8(libraries)?.trim());
    let folders = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&folders).chain([libraries.with_file_name("bin")]);
    Ok(env::join_paths(folders)?)
}

/// What crates are built for: they bring the allocator that is theirs.
const CRATE_TARGET: &str = "wasm32-unknown-unknown";

/// Builds a crate with its dependencies; its source is its manifest.
pub(super) fn build_crate(guest: &Guest, root: &Path, output: &Path) -> Result<()> {
    let manifest = root.join(only_source(guest)?);
    let target = output.with_extension("target");
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).env("PATH", path_with_rust_lld()?);
    command.env("RUSTC", tool("MEMGATE_WASM_RUSTC", "rustc"));
    command.env("RUSTFLAGS", remapped(root)?);
    command.args([
        "build",
        "--release",
        "--locked",
        "--quiet",
        "--target",
        CRATE_TARGET,
    ]);
    command.arg("--manifest-path").arg(&manifest);
    command.arg("--target-dir").arg(&target);
    run(command.args(&guest.flags))?;
    let built = format!("{CRATE_TARGET}/release/{}.wasm", guest.crate_name());
    fs::copy(target.join(built), output)?;
    Ok(())
}

/// Nobody's folders are to be named: neither the repository's nor the one where cargo keeps what it fetched.
fn remapped(root: &Path) -> Result<String> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(env::home_dir()?.join(".cargo")));
    let home = home.context("there is no home folder")?;
    Ok(format!(
        "--remap-path-prefix={}= --remap-path-prefix={}=cargo",
        root.join("").display(),
        home.display()
    ))
}

/// Whether the target of crates is there.
pub(super) fn check_target(scratch: &Path) -> Result<()> {
    super::check(Language::RustWeb, scratch)
}
