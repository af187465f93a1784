//! Source paths without the machine that they were compiled on.

/// What stands before a path's telling part, with how many components are dropped behind it.
struct Root {
    /// Folders in a row.
    after: &'static str,
    /// Components behind them that are a hash, a version or an index.
    drop: usize,
}

/// Tried in this order; the last place in a path where the folders stand is the one that counts.
const ROOTS: &[Root] = &[
    // Rust's standard library: as distributed, as Debian builds it, and from the `rust-src` component.
    Root {
        after: "/rustc/",
        drop: 1,
    },
    Root {
        after: "/lib/rustlib/src/rust/",
        drop: 0,
    },
    Root {
        after: "/usr/src/rustc-",
        drop: 1,
    },
    // Crates: from a registry, from git, and those that the standard library is built with.
    Root {
        after: "/registry/src/",
        drop: 1,
    },
    Root {
        after: "/git/checkouts/",
        drop: 2,
    },
    Root {
        after: "/rust/deps/",
        drop: 0,
    },
    // C and C++ libraries.
    Root {
        after: "/wasi-libc/",
        drop: 0,
    },
    Root {
        after: "/llvm-project/",
        drop: 0,
    },
    Root {
        after: "/emscripten/cache/sysroot/",
        drop: 0,
    },
    Root {
        after: "/emscripten/",
        drop: 0,
    },
];

/// Folders from which on a path is told, themselves included.
const LANDMARKS: &[&str] = &[
    "/c++/v1/",
    "/libcxx/",
    "/libcxxabi/",
    "/compiler-rt/lib/",
    "/dlmalloc/src/",
    "/libc-top-half/",
    "/libc-bottom-half/",
];

/// The path as reports tell it: relative to a library's own root, or else to the folder that it was compiled in.
pub(super) fn source_path(path: &str, compiled_in: &str) -> String {
    let path = plain(path);
    if let Some(rest) = below_root(&path).or_else(|| from_landmark(&path)) {
        return rest.to_owned();
    }
    if !is_absolute(&path) {
        return path;
    }
    relative_to(&path, &plain(compiled_in))
}

/// Forward slashes, no `.`, no `..` that can be resolved.
fn plain(path: &str) -> String {
    let path = path.replace('\\', "/");
    let mut components: Vec<&str> = Vec::new();
    for component in path
        .split('/')
        .filter(|&component| component != "." && !component.is_empty())
    {
        match components.last() {
            Some(&last) if component == ".." && last != ".." => drop(components.pop()),
            // Nothing lies above the root.
            None if component == ".." && path.starts_with('/') => {}
            _ => components.push(component),
        }
    }
    let root = if path.starts_with('/') { "/" } else { "" };
    format!("{root}{}", components.join("/"))
}

fn below_root(path: &str) -> Option<&str> {
    ROOTS.iter().find_map(|root| {
        let start = path.rfind(root.after)? + root.after.len();
        let mut rest = &path[start..];
        for _ in 0..root.drop {
            rest = rest.split_once('/')?.1;
        }
        Some(rest)
    })
}

fn from_landmark(path: &str) -> Option<&str> {
    LANDMARKS
        .iter()
        .find_map(|landmark| path.rfind(landmark))
        .map(|start| &path[start + 1..])
}

fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || path.get(1..3) == Some(":/")
}

/// A build folder lies beside the sources as often as above them, so what the two share is what goes.
fn relative_to(path: &str, folder: &str) -> String {
    let shared = path
        .split('/')
        .zip(folder.split('/'))
        .take_while(|(left, right)| left == right);
    let shared = shared
        .map(|(component, _)| component.len() + 1)
        .sum::<usize>();
    // The root alone says nothing of the machine: `/usr/include/string.h` is the same everywhere.
    if shared <= 1 || shared >= path.len() {
        return path.to_owned();
    }
    path[shared..].to_owned()
}
