//! C and C++ by clang.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::{run, tool};
use crate::guests::{Guest, Language, Shape};

pub(super) const HOW_TO_GET_C: &str = "install clang, lld and wasi-libc, e.g. apt-get install clang lld wasi-libc \
    libclang-rt-dev-wasm32; or point MEMGATE_CLANG to a wasi-sdk's clang";

pub(super) const HOW_TO_GET_CPP: &str = "install clang, lld, wasi-libc and libc++, e.g. apt-get install clang lld wasi-libc \
    libclang-rt-dev-wasm32 libc++-dev-wasm32; or point MEMGATE_CLANGXX to a wasi-sdk's clang++";

pub(super) const HOW_TO_GET_CPP_EXCEPTIONS: &str = "as for C++, and clang 20 or newer besides, e.g. apt-get install \
    --no-install-recommends clang-22 lld-22 libclang-rt-22-dev-wasm32; and point MEMGATE_CLANGXX_EXCEPTIONS to its clang++";

/// Compiles and links in two steps: told to optimise while linking, clang would run any wasm-opt on the PATH over the
/// module, after which its line tables are wrong.
pub(super) fn build(guest: &Guest, root: &Path, output: &Path) -> Result<()> {
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
    command.args(language_flags(guest.language));
    command.args(["-g", "-Wall", "-Wextra"]);
    command.arg(format!("-ffile-prefix-map={}=", root.display()));
    command.args(guest.flags.iter().filter(|flag| !is_for_linker(flag)));
    run(command.arg("-c").arg(source).arg("-o").arg(object))
}

fn language_flags(language: Language) -> &'static [&'static str] {
    match language {
        Language::Cpp => &["-std=c++17", "-fno-exceptions"],
        Language::CppExceptions => &[
            "-std=c++17",
            "-fwasm-exceptions",
            "-mllvm",
            "-wasm-use-legacy-eh=false",
        ],
        _ => &[],
    }
}

fn is_for_linker(flag: &str) -> bool {
    flag.starts_with("-Wl,")
}

fn clang(language: Language, root: &Path) -> Command {
    let mut command = Command::new(match language {
        Language::Cpp => tool("MEMGATE_CLANGXX", "clang++"),
        Language::CppExceptions => tool("MEMGATE_CLANGXX_EXCEPTIONS", "clang++"),
        _ => tool("MEMGATE_CLANG", "clang"),
    });
    command.current_dir(root).arg("--target=wasm32-wasi");
    command
}
