//! The compilers that guests are built with: how they are called, whether they are there, how to get them.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::guests::{Debug, Guest, Language, Shape};

/// The variable that names a rustc for wasm.
const WASM_RUSTC: &str = "MEMGATE_WASM_RUSTC";

/// Compiles a guest into `output`, which lies in a folder for what is left on the way. Compilers run in `root`, so
/// that they name the sources from there.
pub(crate) fn build(guest: &Guest, root: &Path, output: &Path) -> Result<()> {
    match guest.language {
        Language::C | Language::Cpp => build_with_clang(guest, root, output),
        Language::RustWeb | Language::RustWasi => build_rust(guest, root, output),
        Language::Wat => build_with_wat(guest, root, output),
    }
}

/// Builds the smallest program that needs all of a language's toolchain; the error says why there is none.
pub(crate) fn check(language: Language, scratch: &Path) -> Result<()> {
    let (source, text) = match language {
        Language::C => ("check.c", "int main(void) { return 0; }\n"),
        Language::Cpp => ("check.cpp", "#include <memory>\nint main() { return 0; }\n"),
        Language::RustWeb | Language::RustWasi => ("check.rs", "fn main() {}\n"),
        Language::Wat => ("check.wat", "(module)\n"),
    };
    let guest = Guest {
        module: "check/check.wasm".into(),
        sources: vec![source.into()],
        manifest: None,
        language,
        shape: Shape::Command,
        flags: Vec::new(),
        debug: Debug::Full,
    };
    fs::write(scratch.join(source), text)?;
    build(&guest, scratch, &scratch.join("check.wasm"))
}

/// What to do where a toolchain is missing.
pub(crate) fn how_to_get(language: Language) -> &'static str {
    match language {
        Language::C => {
            "install clang, lld and wasi-libc, e.g. apt-get install clang lld wasi-libc libclang-rt-dev-wasm32; \
             or point MEMGATE_CLANG to a wasi-sdk's clang"
        }
        Language::Cpp => {
            "install clang, lld, wasi-libc and libc++, e.g. apt-get install clang lld wasi-libc libclang-rt-dev-wasm32 \
             libc++-dev-wasm32; or point MEMGATE_CLANGXX to a wasi-sdk's clang++"
        }
        Language::RustWeb => {
            "rustup target add wasm32-unknown-unknown; or point MEMGATE_WASM_RUSTC to a rustc that has the target"
        }
        Language::RustWasi => {
            "rustup target add wasm32-wasip1; or point MEMGATE_WASM_RUSTC to a rustc that has the target"
        }
        Language::Wat => "built in",
    }
}

/// Compiles and links in two steps: told to optimise while linking, clang would run any wasm-opt on the PATH over the
/// module, after which its line tables are wrong.
fn build_with_clang(guest: &Guest, root: &Path, output: &Path) -> Result<()> {
    let mut link = clang(guest.language, root);
    for (index, source) in guest.sources.iter().enumerate() {
        let object = output.with_extension(format!("{index}.o"));
        compile(guest, root, source, &object)?;
        link.arg(object);
    }
    if guest.shape == Shape::Reactor {
        link.arg("-mexec-model=reactor");
    }
    link.args(guest.flags.iter().filter(|flag| is_for_linker(flag)));
    run(link.arg("-o").arg(output))
}

fn compile(guest: &Guest, root: &Path, source: &Path, object: &Path) -> Result<()> {
    let mut command = clang(guest.language, root);
    if guest.language == Language::Cpp {
        command.args(["-std=c++17", "-fno-exceptions"]);
    }
    command.args(["-g", "-Wall", "-Wextra"]);
    command.arg(format!("-ffile-prefix-map={}=", root.display()));
    command.args(guest.flags.iter().filter(|flag| !is_for_linker(flag)));
    run(command.arg("-c").arg(source).arg("-o").arg(object))
}

fn is_for_linker(flag: &str) -> bool {
    flag.starts_with("-Wl,")
}

fn clang(language: Language, root: &Path) -> Command {
    let mut command = Command::new(match language {
        Language::Cpp => tool("MEMGATE_CLANGXX", "clang++"),
        _ => tool("MEMGATE_CLANG", "clang"),
    });
    command.current_dir(root).arg("--target=wasm32-wasi");
    command
}

fn build_rust(guest: &Guest, root: &Path, output: &Path) -> Result<()> {
    match &guest.manifest {
        Some(manifest) => build_with_cargo(guest, &root.join(manifest), root, output),
        None => build_with_rustc(guest, root, output),
    }
}

fn build_with_rustc(guest: &Guest, root: &Path, output: &Path) -> Result<()> {
    let crate_type = match guest.shape {
        Shape::Reactor => "cdylib",
        Shape::Command => "bin",
    };
    let mut command = Command::new(tool(WASM_RUSTC, "rustc"));
    command.current_dir(root).env("PATH", path_with_rust_lld()?);
    command.args(["--edition=2024", "--check-cfg=cfg(leak)"]);
    command.args([
        "--target",
        target(guest.language),
        "--crate-type",
        crate_type,
    ]);
    command.args(["--crate-name", &guest.crate_name()]);
    // With line tables only, rustc names inlined functions without their modules: `insert`, of what?
    command.args(["-Cpanic=abort", "-Ccodegen-units=1", "-Cdebuginfo=limited"]);
    command.arg(format!("--remap-path-prefix={}=", root.display()));
    command.args(&guest.flags).args(&guest.sources);
    run(command.arg("-o").arg(output))
}

/// Builds a crate with its dependencies, as its manifest and its lock file say.
fn build_with_cargo(guest: &Guest, manifest: &Path, root: &Path, output: &Path) -> Result<()> {
    let target = target(guest.language);
    let built = output.with_extension("target");
    let mut command = Command::new("cargo");
    command.current_dir(root).env("PATH", path_with_rust_lld()?);
    command.env("RUSTC", tool(WASM_RUSTC, "rustc"));
    command.env("CARGO_ENCODED_RUSTFLAGS", rust_flags(guest, root)?);
    command.args([
        "build",
        "--quiet",
        "--release",
        "--locked",
        "--target",
        target,
    ]);
    command
        .arg("--manifest-path")
        .arg(manifest)
        .arg("--target-dir")
        .arg(&built);
    run(&mut command)?;
    let module = format!("{target}/release/{}.wasm", guest.crate_name());
    fs::copy(built.join(module), output)?;
    Ok(())
}

/// What every crate of a guest is compiled with: names of files do not tell where the repository and cargo's home lie.
fn rust_flags(guest: &Guest, root: &Path) -> Result<String> {
    let cargo_home = match env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => env::home_dir()
            .context("there is no home folder")?
            .join(".cargo"),
    };
    let mut flags = vec![
        format!("--remap-path-prefix={}/=", root.display()),
        format!("--remap-path-prefix={}=/cargo", cargo_home.display()),
    ];
    flags.extend_from_slice(&guest.flags);
    Ok(flags.join("\u{1f}"))
}

fn target(language: Language) -> &'static str {
    match language {
        Language::RustWeb => "wasm32-unknown-unknown",
        _ => "wasm32-wasip1",
    }
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

fn build_with_wat(guest: &Guest, root: &Path, output: &Path) -> Result<()> {
    let [source] = guest.sources.as_slice() else {
        bail!("a module in the text format is one file");
    };
    fs::write(output, wat::parse_file(root.join(source))?)?;
    Ok(())
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
