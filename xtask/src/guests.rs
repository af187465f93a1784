//! Every module that is checked in, and what it is built from.

use std::path::Path;

/// One module.
pub(crate) struct Guest {
    /// Where it lies; like all paths here, from the root of the repository.
    pub(crate) module: &'static str,
    /// What it is compiled from; for Rust the crate's root.
    pub(crate) sources: &'static [&'static str],
    pub(crate) language: Language,
    pub(crate) shape: Shape,
    /// What else the compiler is told.
    pub(crate) flags: &'static [&'static str],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Language {
    /// wasi-libc.
    C,
    /// wasi-libc and libc++.
    Cpp,
    /// `wasm32-unknown-unknown`: no imports, Rust's own allocator.
    RustWeb,
    /// `wasm32-wasip1`: wasi-libc below Rust's allocator.
    RustWasi,
    /// The text format.
    Wat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Driven through its exports.
    Reactor,
    /// Run once, from `_start`.
    Command,
}

impl Guest {
    /// The module's file name without its ending.
    pub(crate) fn name(&self) -> &'static str {
        let stem = Path::new(self.module).file_stem();
        stem.and_then(|stem| stem.to_str())
            .expect("a module has a name in plain text")
    }

    /// What Rust calls the crate: the folder's name, so that a guest and its twin have the same functions.
    pub(crate) fn crate_name(&self) -> String {
        let folder = Path::new(self.module).parent();
        let name = folder.and_then(Path::file_name).unwrap_or_default();
        name.to_string_lossy().replace('-', "_")
    }
}

use Language::{C, Cpp, RustWeb};
use Shape::Reactor;

/// A clean guest and the one with a planted leak come from the same source and differ by a flag.
pub(crate) const GUESTS: &[Guest] = &[
    Guest {
        module: "guests/leak/leak-debug.wasm",
        sources: &["guests/leak/leak.c"],
        language: C,
        shape: Reactor,
        flags: &["-O0", "-DLEAK"],
    },
    Guest {
        module: "guests/leak/leak-o2.wasm",
        sources: &["guests/leak/leak.c"],
        language: C,
        shape: Reactor,
        flags: &["-O2", "-DLEAK"],
    },
    Guest {
        module: "guests/leak/clean-debug.wasm",
        sources: &["guests/leak/leak.c"],
        language: C,
        shape: Reactor,
        flags: &["-O0"],
    },
    Guest {
        module: "guests/leak/clean-o2.wasm",
        sources: &["guests/leak/leak.c"],
        language: C,
        shape: Reactor,
        flags: &["-O2"],
    },
    Guest {
        module: "guests/pair/pair.wasm",
        sources: &["guests/pair/pair.cpp"],
        language: Cpp,
        shape: Reactor,
        flags: &["-O2"],
    },
    Guest {
        module: "guests/pair/pair-leak.wasm",
        sources: &["guests/pair/pair.cpp"],
        language: Cpp,
        shape: Reactor,
        flags: &["-O2", "-DLEAK"],
    },
    Guest {
        module: "guests/feed/feed.wasm",
        sources: &["guests/feed/src/lib.rs"],
        language: RustWeb,
        shape: Reactor,
        flags: &["-Copt-level=s"],
    },
    Guest {
        module: "guests/feed/feed-leak.wasm",
        sources: &["guests/feed/src/lib.rs"],
        language: RustWeb,
        shape: Reactor,
        flags: &["-Copt-level=s", "--cfg=leak"],
    },
];
