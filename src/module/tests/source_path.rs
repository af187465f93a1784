use super::super::source_path::source_path;

#[test]
fn paths_are_told_without_the_machine() {
    let check = |path: &str, compiled_in: &str, expected: &str| {
        assert_eq!(
            source_path(path, compiled_in),
            expected,
            "{path} in {compiled_in}"
        );
    };
    // below the folder that it was compiled in, beside it, or elsewhere
    check(
        "/home/a/project/src/cache.rs",
        "/home/a/project",
        "src/cache.rs",
    );
    check(
        "/home/a/project/./src/../src/cache.rs",
        "/home/a/project/",
        "src/cache.rs",
    );
    check(
        "/home/a/project/src/cache.c",
        "/home/a/project/build",
        "src/cache.c",
    );
    check(
        "/usr/include/string.h",
        "/home/a/project",
        "/usr/include/string.h",
    );
    check("C:\\project\\src\\cache.c", "C:\\project", "src/cache.c");
    check("./guests/leak/leak.c", ".", "guests/leak/leak.c");
    check("guests/leak/leak.c", "", "guests/leak/leak.c");
    check("/project", "/project", "/project");
    check("../../x.c", "", "../../x.c");
    check("/../x.c", "/", "/x.c");
    // Rust's standard library, as distributed, as a source component, and as Debian builds it
    check(
        "/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/alloc/src/vec/mod.rs",
        "/x",
        "library/alloc/src/vec/mod.rs",
    );
    check(
        "/home/a/.rustup/toolchains/stable/lib/rustlib/src/rust/library/core/src/cell.rs",
        "/x",
        "library/core/src/cell.rs",
    );
    check(
        "/usr/src/rustc-1.97.1/library/std/src/alloc.rs",
        "/x",
        "library/std/src/alloc.rs",
    );
    // crates
    check(
        "/home/a/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/serde-1.0.219/src/lib.rs",
        "/x",
        "serde-1.0.219/src/lib.rs",
    );
    check(
        "/home/a/.cargo/git/checkouts/feed-0a1b2c3d4e5f6071/9f8e7d6/src/lib.rs",
        "/x",
        "src/lib.rs",
    );
    check(
        "/rust/deps/hashbrown-0.17.1/src/raw.rs",
        "/x",
        "hashbrown-0.17.1/src/raw.rs",
    );
    // C and C++ libraries
    check(
        "/usr/include/wasm32-wasi/c++/v1/__memory/shared_ptr.h",
        "/x",
        "c++/v1/__memory/shared_ptr.h",
    );
    check(
        "/build/llvm-toolchain-14-59hewn/llvm-toolchain-14-14.0.6/libcxxabi/../libcxx/src/memory.cpp",
        "/x",
        "libcxx/src/memory.cpp",
    );
    check(
        "./build/libc-bottom-half/crt/crt1-reactor.c",
        ".",
        "libc-bottom-half/crt/crt1-reactor.c",
    );
    check(
        "/home/runner/work/wasi-sdk/src/wasi-libc/dlmalloc/src/malloc.c",
        "/x",
        "dlmalloc/src/malloc.c",
    );
}
