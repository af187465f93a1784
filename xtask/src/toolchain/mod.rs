//! The compilers that guests are built with: how they are called, whether they are there, how to get them.

mod assemblyscript;
mod clang;
mod emscripten;
mod go;
mod rust;
mod zig;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::guests::{Debug, Guest, Language, Shape};

/// Compiles a guest into `output`, which lies in a folder for what is left on the way. Compilers run in `root`, so
/// that they name the sources from there.
pub(crate) fn build(guest: &Guest, root: &Path, output: &Path) -> Result<()> {
    compile(guest, root, output)?;
    match guest.then.as_slice() {
        [] => Ok(()),
        [program, arguments @ ..] => {
            let mut command = Command::new(program);
            run(command.args(arguments).arg(output).arg("-o").arg(output))
        }
    }
}

fn compile(guest: &Guest, root: &Path, output: &Path) -> Result<()> {
    match guest.language {
        Language::C | Language::Cpp | Language::CppExceptions => clang::build(guest, root, output),
        Language::ZigCc => zig::build_c(guest, root, output),
        Language::Zig => zig::build(guest, root, output),
        Language::Emscripten => emscripten::build(guest, root, output),
        Language::RustWeb | Language::RustWasi => rust::build(guest, root, output),
        Language::RustCrate => rust::build_crate(guest, root, output),
        Language::AssemblyScript => assemblyscript::build(guest, root, output),
        Language::Go => go::build(guest, root, output),
        Language::Wat => build_with_wat(guest, root, output),
    }
}

/// Builds the smallest program that needs all of a language's toolchain; the error says why there is none.
pub(crate) fn check(language: Language, scratch: &Path) -> Result<()> {
    let (source, text) = match language {
        Language::C | Language::ZigCc | Language::Emscripten => {
            ("check.c", "int main(void) { return 0; }\n")
        }
        Language::Cpp | Language::CppExceptions => {
            ("check.cpp", "#include <memory>\nint main() { return 0; }\n")
        }
        Language::Zig => ("check.zig", "pub fn main() void {}\n"),
        Language::RustWeb | Language::RustWasi => ("check.rs", "fn main() {}\n"),
        // Its dependencies would have to be there as well.
        Language::RustCrate => return rust::check_target(scratch),
        Language::AssemblyScript => ("check.ts", "export function main(): void {}\n"),
        Language::Go => ("check.go", "package main\n\nfunc main() {}\n"),
        Language::Wat => ("check.wat", "(module)\n"),
    };
    let guest = Guest {
        module: "check/check.wasm".into(),
        sources: vec![source.into()],
        language,
        shape: Shape::Command,
        flags: Vec::new(),
        then: Vec::new(),
        debug: Debug::Full,
    };
    fs::write(scratch.join(source), text)?;
    build(&guest, scratch, &scratch.join("check.wasm"))
}

/// What to do where a toolchain is missing.
pub(crate) fn how_to_get(language: Language) -> &'static str {
    match language {
        Language::C => clang::HOW_TO_GET_C,
        Language::Cpp => clang::HOW_TO_GET_CPP,
        Language::CppExceptions => clang::HOW_TO_GET_CPP_EXCEPTIONS,
        Language::ZigCc | Language::Zig => zig::HOW_TO_GET,
        Language::Emscripten => emscripten::HOW_TO_GET,
        Language::RustWeb | Language::RustCrate => rust::HOW_TO_GET_WEB,
        Language::RustWasi => rust::HOW_TO_GET_WASI,
        Language::AssemblyScript => assemblyscript::HOW_TO_GET,
        Language::Go => go::HOW_TO_GET,
        Language::Wat => "built in",
    }
}

fn build_with_wat(guest: &Guest, root: &Path, output: &Path) -> Result<()> {
    fs::write(output, wat::parse_file(root.join(only_source(guest)?))?)?;
    Ok(())
}

/// The one source of a guest whose compiler takes one.
fn only_source(guest: &Guest) -> Result<&Path> {
    match guest.sources.as_slice() {
        [source] => Ok(source),
        _ => bail!("{} is built from one file", guest.name()),
    }
}

/// A compiler: what the variable names, or else the usual one.
fn tool(variable: &str, usual: &str) -> OsString {
    env::var_os(variable).unwrap_or_else(|| usual.into())
}

/// Runs a compiler; where it fails, the error is what it said.
fn run(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .with_context(|| format!("failed to start {program}"))?;
    if !output.status.success() {
        bail!(
            "{program} failed\n{}",
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
    }
    Ok(())
}
