//! What a page needs beside Rust.

use std::collections::BTreeSet;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;

use super::page::Fence;

/// Commands that were not played, by what they need and the page that has them.
static LEFT_OUT: Mutex<BTreeSet<(String, String)>> = Mutex::new(BTreeSet::new());

/// Whether all that a block needs is there and was asked for; if not, it is remembered.
pub(super) fn are_there(fence: &Fence<'_>, page: &str) -> bool {
    let missing = fence.needs().find(|tool| !is_wanted() || !is_there(tool));
    if let Some(tool) = missing {
        let mut left_out = LEFT_OUT.lock().expect("nobody panics with it");
        left_out.insert((tool.to_string(), page.to_string()));
    }
    missing.is_none()
}

pub(super) fn is_wanted() -> bool {
    env::var("MEMGATE_BOOK").is_ok_and(|wanted| wanted == "tools")
}

fn is_there(tool: &str) -> bool {
    let probe: &[&str] = match tool {
        "asc" => &["asc", "--version"],
        "cargo-insta" => &["cargo", "insta", "--version"],
        "cargo-nextest" => &["cargo", "nextest", "--version"],
        "clang" => &["clang", "--version"],
        "emcc" => &["emcc", "--version"],
        "git" => &["git", "--version"],
        "go" => &["go", "version"],
        "wasm32-unknown-unknown" => return has_target("wasm32-unknown-unknown"),
        "wasm32-wasip1" => return has_target("wasm32-wasip1"),
        "zig" => &["zig", "version"],
        _ => panic!("a page needs `{tool}`, of which nobody says how to find it"),
    };
    let mut command = Command::new(probe[0]);
    command
        .args(&probe[1..])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Whether the compiler for wasm has a standard library for a target.
fn has_target(target: &str) -> bool {
    let rustc = wasm_rustc().unwrap_or("rustc".into());
    library(&rustc, &["--target", target]).is_some_and(|folder| folder.is_dir())
}

/// The compiler that `MEMGATE_WASM_RUSTC` names, as for `cargo xtask build-guests`.
fn wasm_rustc() -> Option<OsString> {
    env::var_os("MEMGATE_WASM_RUSTC")
}

fn library(rustc: &OsStr, arguments: &[&str]) -> Option<PathBuf> {
    let mut command = Command::new(rustc);
    let output = command
        .args(["--print", "target-libdir"])
        .args(arguments)
        .output()
        .ok()?;
    let folder = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(folder.trim()))
}

/// The variables with which cargo builds for wasm, where its usual compiler cannot.
pub(super) fn variables(fence: &Fence<'_>) -> Vec<(&'static str, OsString)> {
    let is_for_wasm = fence.needs().any(|tool| tool.starts_with("wasm32-"));
    let Some(rustc) = wasm_rustc().filter(|_| is_for_wasm) else {
        return Vec::new();
    };
    // A compiler from elsewhere may come without a linker: that of the usual toolchain is put at the end.
    let own = library("rustc".as_ref(), &[]).expect("there is a Rust toolchain");
    let folders = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&folders).chain([own.with_file_name("bin")]);
    let path = env::join_paths(folders).expect("they were joined before");
    vec![("RUSTC", rustc), ("PATH", path)]
}

/// Nothing is left out quietly.
#[expect(clippy::print_stderr, reason = "whoever runs the tests reads it")]
pub(super) fn tell_what_was_left_out() {
    for (tool, page) in LEFT_OUT.lock().expect("nobody panics with it").iter() {
        let way_out = match is_wanted() {
            true => "which is not there",
            false => "cargo xtask test-book plays them",
        };
        eprintln!("{page}: not played are commands that need {tool}: {way_out}");
    }
}
