//! Every module that is checked in, and what it is built from.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

/// The list of them.
const LIST: &str = "guests/guests.yaml";

/// One module. Paths start at the root of the repository.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Guest {
    /// Where it lies.
    pub(crate) module: PathBuf,
    /// What it is compiled from; of a Rust crate its root.
    pub(crate) sources: Vec<PathBuf>,
    pub(crate) language: Language,
    #[serde(default)]
    pub(crate) shape: Shape,
    /// What else the compiler is told.
    #[serde(default)]
    pub(crate) flags: Vec<String>,
    /// What is run over the module once it is linked, with its arguments.
    #[serde(default)]
    pub(crate) then: Vec<String>,
    #[serde(default)]
    pub(crate) debug: Debug,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Language {
    /// With wasi-libc.
    C,
    /// With wasi-libc and libc++.
    Cpp,
    /// As `Cpp`, and it throws: in the form that engines take, not the older one.
    CppExceptions,
    /// `wasm32-unknown-unknown`: no imports, Rust's own allocator.
    RustWeb,
    /// `wasm32-wasip1`: wasi-libc's allocator below Rust's.
    RustWasi,
    /// A crate with dependencies, built by cargo for `wasm32-unknown-unknown`.
    RustCrate,
    /// C by `zig cc`, with zig's libc.
    ZigCc,
    /// Without an operating system.
    Zig,
    /// C by Emscripten, with its libc.
    Emscripten,
    #[serde(rename = "assemblyscript")]
    AssemblyScript,
    /// For wasip1.
    Go,
    /// The text format.
    Wat,
}

impl Language {
    /// As users call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Language::C => "C",
            Language::Cpp => "C++",
            Language::CppExceptions => "C++ with exceptions",
            Language::RustWeb => "Rust for wasm32-unknown-unknown",
            Language::RustWasi => "Rust for wasm32-wasip1",
            Language::RustCrate => "Rust with crates for wasm32-unknown-unknown",
            Language::ZigCc => "C by zig",
            Language::Zig => "Zig",
            Language::Emscripten => "C by Emscripten",
            Language::AssemblyScript => "AssemblyScript",
            Language::Go => "Go",
            Language::Wat => "the text format",
        }
    }
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Shape {
    /// Driven through its exports.
    #[default]
    Reactor,
    /// Run once, from `_start`.
    Command,
}

/// How much debug information a module keeps.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Debug {
    /// None, and no names: as most modules are shipped.
    None,
    /// Names of functions, and no lines: for compilers that write down where they are installed.
    Names,
    /// What names a line.
    #[default]
    Lines,
    /// What names a line, and the static variables with their types.
    Statics,
    /// All, as the compiler wrote it.
    Full,
}

impl Guest {
    /// All guests, in the order of the list.
    pub(crate) fn list(root: &Path) -> Result<Vec<Guest>> {
        let path = root.join(LIST);
        let text = fs::read_to_string(&path).with_context(|| format!("failed to read {LIST}"))?;
        serde_yaml::from_str(&text).with_context(|| format!("failed to read {LIST}"))
    }

    /// The module's file name without its ending.
    pub(crate) fn name(&self) -> String {
        file_stem(&self.module)
    }

    /// What Rust calls the crate: the folder's name, so that a guest and its twin have the same functions.
    pub(crate) fn crate_name(&self) -> String {
        let folder = self.module.parent().unwrap_or(Path::new(""));
        file_stem(folder).replace('-', "_")
    }
}

fn file_stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests;
