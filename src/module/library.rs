//! Telling library code from a user's own, by file where there is one and by name where there is none.

use super::families;
use super::symbol::qualified;

/// Where library sources lie, in the paths of [`super::source_path`].
const LIBRARY_FOLDERS: &[&str] = &[
    // Rust's standard library, and the crates that are linked with it.
    "library/std/",
    "library/core/",
    "library/alloc/",
    "library/panic_abort/",
    "library/panic_unwind/",
    "library/compiler-builtins/",
    "library/portable-simd/",
    "library/stdarch/",
    "library/backtrace/",
    "library/proc_macro/",
    "library/test/",
    "addr2line-",
    "cfg-if-",
    "dlmalloc-",
    "gimli-",
    "hashbrown-",
    "memchr-",
    "miniz_oxide-",
    "rustc-demangle-",
    "wasi-",
    "wasip1-",
    "wasip2-",
    // libc++ and libc++abi: headers and sources.
    "c++/v1/",
    "libcxx/",
    "libcxxabi/",
    // wasi-libc; Emscripten's libc.
    "libc-top-half/",
    "libc-bottom-half/",
    "sysroot/include/",
    "dlmalloc/",
    "emmalloc/",
    "system/lib/",
    "compiler-rt/",
];

/// Crates and namespaces of library code; `std` is Rust's and C++'s.
const LIBRARY_NAMESPACES: &[&str] = &[
    "std",
    "core",
    "alloc",
    "hashbrown",
    "dlmalloc",
    "__rustc",
    "panic_abort",
    "compiler_builtins",
    "__cxxabiv1",
];

/// What runtimes name their own functions with.
const LIBRARY_PREFIXES: &[&str] = &[
    "__wasm_",
    "__wasi_",
    "__wasilibc_",
    "__wasilib_",
    "__cxa_",
    "__rust_",
    "__rdl_",
    "__rg_",
    "__libc_",
    "__stdio_",
    "__imported_wasi_",
    "__musl_",
    "operator new",
    "operator delete",
    "emscripten_",
    "_emscripten_",
    // Go.
    "runtime.",
    "internal_",
    "wasm_pc_f_loop",
    "_rt0_wasm_",
    // AssemblyScript.
    "~lib/",
];

const ALLOCATOR_FILES: &[&str] = &[
    "library/alloc/src/alloc.rs",
    "library/std/src/alloc.rs",
    "library/std/src/sys/alloc/",
    "dlmalloc-",
    "dlmalloc/",
    "emmalloc/",
];

pub(super) fn is_library_file(file: &str) -> bool {
    LIBRARY_FOLDERS
        .iter()
        .any(|folder| file.starts_with(folder))
}

pub(super) fn is_library_function(function: &str) -> bool {
    let namespace = namespace(function);
    LIBRARY_NAMESPACES.contains(&namespace)
        || LIBRARY_PREFIXES
            .iter()
            .any(|prefix| function.starts_with(prefix))
        || is_allocator_function(function)
}

pub(super) fn is_allocator_file(file: &str) -> bool {
    ALLOCATOR_FILES.iter().any(|start| file.starts_with(start))
}

pub(super) fn is_allocator_function(function: &str) -> bool {
    let is_rust_layer = [
        "alloc::alloc::",
        "<alloc::alloc::Global as ",
        "std::alloc::",
        "__rustc::",
    ];
    // What Zig's programs call, and AssemblyScript's.
    let is_layer = ["mem.Allocator.", "~lib/rt/"];
    is_rust_layer
        .iter()
        .chain(&is_layer)
        .any(|start| function.starts_with(start))
        || !families::rows(&families::canonical(function)).is_empty()
}

/// The outermost namespace or crate: `alloc` of `<alloc::vec::Vec<feed::Event> as core::ops::Drop>::drop`.
fn namespace(function: &str) -> &str {
    let path = qualified(function).trim_start_matches(['<', '&', '*', '(', '[']);
    let path = path
        .strip_prefix("mut ")
        .or_else(|| path.strip_prefix("dyn "))
        .unwrap_or(path);
    path.split_once("::").map_or("", |(namespace, _)| namespace)
}
