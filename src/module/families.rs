//! The table of allocator families. Another toolchain is another few rows here.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What an allocator function does. Arguments are given by their position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Returns a new block.
    Allocate {
        /// Requested bytes.
        size: u32,
    },
    /// Returns a new block of `count` elements of `size` bytes, as `calloc` does.
    AllocateArray {
        /// Number of elements.
        count: u32,
        /// Bytes of one.
        size: u32,
    },
    /// Returns the block that takes the place of the one at `address`, which may be null.
    Resize {
        /// The old block.
        address: u32,
        /// Requested bytes.
        size: u32,
    },
    /// As `Resize`, with the size in elements, as `reallocarray` does.
    ResizeArray {
        /// The old block.
        address: u32,
        /// Number of elements.
        count: u32,
        /// Bytes of one.
        size: u32,
    },
    /// Writes a new block's address to memory at `out` and returns 0, or fails with another number, as `posix_memalign` does.
    AllocateInto {
        /// Where the address is written to.
        out: u32,
        /// Requested bytes.
        size: u32,
    },
    /// Changes the size of the block at `address` where it is and returns 1, or leaves it alone and returns 0, as the `resize` of
    /// a Zig allocator does.
    ResizeInPlace {
        /// The block.
        address: u32,
        /// Requested bytes.
        size: u32,
    },
    /// Returns a new block by way of a stack of the language's own in memory, to which global 0 points. Once the function has
    /// returned 0, the size that was asked for and the block's address lie at these offsets from there; after another number
    /// the stack was unwound, and the function will be entered again where it was left. Nothing is handed out for zero bytes.
    ///
    /// What such a function calls counts by itself, since it may be resumed without its caller.
    AllocateOnStack {
        /// Where the requested bytes are.
        size: u32,
        /// Where the block's address is.
        address: u32,
        /// Which of two that hand out the same block it is.
        layer: Layer,
    },
    /// Gives a block back; null is no block.
    Free {
        /// The block.
        address: u32,
    },
    /// Puts free memory where the allocator finds it. If a block began there it is one no more, even while another one is
    /// being allocated: so collectors free.
    Release {
        /// Where the free memory begins.
        address: u32,
    },
}

/// A place among allocators of which one may call the other, where each counts by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Hands on what the lower one handed out last, at once and as it is, or else a block of its own.
    Upper,
    /// Calls none of the others for its block.
    Lower,
}

impl Role {
    /// Whether what it calls counts by itself, and not as a part of it.
    pub fn is_apart(self) -> bool {
        matches!(self, Role::AllocateOnStack { .. })
    }

    /// Whether it hands out blocks.
    pub fn allocates(self) -> bool {
        !matches!(self, Role::Free { .. } | Role::Release { .. })
    }
}

/// How many parameters and results a function has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) params: usize,
    pub(super) results: usize,
}

/// One kind of function of one family.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) family: &'static str,
    /// The symbols, demangled and in [`canonical`] spelling.
    symbols: &'static [&'static str],
    pub(super) shape: Shape,
    pub(super) role: Role,
    /// See [`Allocator::header`](super::Allocator::header).
    pub(super) header: u32,
}

impl Row {
    const fn with_header(self, header: u32) -> Row {
        Row { header, ..self }
    }
}

/// The rows for a symbol in [`canonical`] spelling: several where a function of that name comes in several shapes.
pub(super) fn rows(symbol: &str) -> &'static [&'static Row] {
    static INDEX: LazyLock<HashMap<&str, Vec<&Row>>> = LazyLock::new(|| {
        let mut index: HashMap<&str, Vec<&Row>> = HashMap::new();
        for row in TABLE {
            for symbol in row.symbols {
                index.entry(symbol).or_default().push(row);
            }
        }
        index
    });
    INDEX.get(symbol).map_or(&[], Vec::as_slice)
}

const C: &str = "C";
const EMMALLOC: &str = "emmalloc";
const MIMALLOC: &str = "mimalloc";
const CPP: &str = "C++";
const RUST: &str = "Rust";
const RUST_DLMALLOC: &str = "Rust dlmalloc";
const ZIG: &str = "Zig";
pub(super) const ASSEMBLYSCRIPT: &str = "AssemblyScript";
const GO: &str = "Go";
const TINYGO: &str = "TinyGo";
/// Their collectors free in a way that cannot be seen.
pub(super) const UNSEEN: [&str; 2] = [GO, TINYGO];
const CANONICAL_ABI: &str = "canonical ABI";
pub(super) const WASM_BINDGEN: &str = "wasm-bindgen";

/// Every symbol stands here whole and is matched whole: `Pool::free(void*)` is not `free`.
#[rustfmt::skip]
const TABLE: &[Row] = &[
    // wasi-libc, musl and Emscripten's libc on dlmalloc; since 0.17 zig has its own, under its module's name.
    row(C, &["malloc", "dlmalloc", "__libc_malloc", "emscripten_builtin_malloc", "c.malloc.malloc"], (1, 1), Role::Allocate { size: 0 }),
    row(C, &["free", "dlfree", "__libc_free", "emscripten_builtin_free", "c.malloc.free"], (1, 0), Role::Free { address: 0 }),
    row(C, &["calloc", "dlcalloc", "__libc_calloc", "emscripten_builtin_calloc", "c.malloc.calloc"], (2, 1), Role::AllocateArray { count: 0, size: 1 }),
    row(C, &["realloc", "dlrealloc", "__libc_realloc", "emscripten_builtin_realloc", "c.malloc.realloc"], (2, 1), Role::Resize { address: 0, size: 1 }),
    row(C, &["reallocarray", "__reallocarray", "c.malloc.reallocarray"], (3, 1), Role::ResizeArray { address: 0, count: 1, size: 2 }),
    row(C, &["posix_memalign", "dlposix_memalign", "c.malloc.posix_memalign"], (3, 1), Role::AllocateInto { out: 0, size: 2 }),
    row(C, &["aligned_alloc", "memalign", "dlmemalign", "internal_memalign", "emscripten_builtin_memalign", "c.malloc.aligned_alloc", "c.malloc.memalign"], (2, 1), Role::Allocate { size: 1 }),
    row(C, &["valloc", "pvalloc", "dlvalloc", "dlpvalloc"], (1, 1), Role::Allocate { size: 0 }),

    row(EMMALLOC, &["emmalloc_malloc"], (1, 1), Role::Allocate { size: 0 }),
    row(EMMALLOC, &["emmalloc_free"], (1, 0), Role::Free { address: 0 }),
    row(EMMALLOC, &["emmalloc_calloc"], (2, 1), Role::AllocateArray { count: 0, size: 1 }),
    row(EMMALLOC, &["emmalloc_realloc"], (2, 1), Role::Resize { address: 0, size: 1 }),
    row(EMMALLOC, &["emmalloc_aligned_realloc"], (3, 1), Role::Resize { address: 0, size: 2 }),
    row(EMMALLOC, &["emmalloc_posix_memalign"], (3, 1), Role::AllocateInto { out: 0, size: 2 }),
    row(EMMALLOC, &["emmalloc_memalign", "emmalloc_aligned_alloc"], (2, 1), Role::Allocate { size: 1 }),

    // What newer Emscripten offers as `-sMALLOC=mimalloc`.
    row(MIMALLOC, &["mi_malloc", "mi_zalloc", "mi_malloc_small", "mi_zalloc_small", "mi_new", "mi_new_nothrow"], (1, 1), Role::Allocate { size: 0 }),
    row(MIMALLOC, &["mi_free"], (1, 0), Role::Free { address: 0 }),
    row(MIMALLOC, &["mi_free_size", "mi_free_aligned"], (2, 0), Role::Free { address: 0 }),
    row(MIMALLOC, &["mi_free_size_aligned"], (3, 0), Role::Free { address: 0 }),
    row(MIMALLOC, &["mi_calloc", "mi_mallocn", "mi_new_n"], (2, 1), Role::AllocateArray { count: 0, size: 1 }),
    row(MIMALLOC, &["mi_realloc", "mi_rezalloc", "mi_reallocf", "mi_new_realloc"], (2, 1), Role::Resize { address: 0, size: 1 }),
    row(MIMALLOC, &["mi_reallocn", "mi_recalloc", "mi_reallocarray", "mi_new_reallocn"], (3, 1), Role::ResizeArray { address: 0, count: 1, size: 2 }),
    row(MIMALLOC, &["mi_malloc_aligned", "mi_zalloc_aligned", "mi_new_aligned", "mi_new_aligned_nothrow"], (2, 1), Role::Allocate { size: 0 }),
    row(MIMALLOC, &["mi_memalign", "mi_aligned_alloc"], (2, 1), Role::Allocate { size: 1 }),
    row(MIMALLOC, &["mi_posix_memalign"], (3, 1), Role::AllocateInto { out: 0, size: 2 }),
    row(MIMALLOC, &["mi_realloc_aligned", "mi_rezalloc_aligned"], (3, 1), Role::Resize { address: 0, size: 1 }),
    row(MIMALLOC, &["mi_heap_malloc", "mi_heap_zalloc", "mi_heap_malloc_small"], (2, 1), Role::Allocate { size: 1 }),
    row(MIMALLOC, &["mi_heap_malloc_aligned", "mi_heap_zalloc_aligned"], (3, 1), Role::Allocate { size: 1 }),
    row(MIMALLOC, &["mi_heap_calloc"], (3, 1), Role::AllocateArray { count: 1, size: 2 }),
    row(MIMALLOC, &["mi_heap_realloc"], (3, 1), Role::Resize { address: 1, size: 2 }),

    row(CPP, &["operator new(size_t)", "operator new[](size_t)"], (1, 1), Role::Allocate { size: 0 }),
    row(CPP, &["operator new(size_t, std::nothrow_t const&)", "operator new[](size_t, std::nothrow_t const&)"], (2, 1), Role::Allocate { size: 0 }),
    row(CPP, &["operator new(size_t, std::align_val_t)", "operator new[](size_t, std::align_val_t)"], (2, 1), Role::Allocate { size: 0 }),
    row(CPP, &["operator new(size_t, std::align_val_t, std::nothrow_t const&)", "operator new[](size_t, std::align_val_t, std::nothrow_t const&)"], (3, 1), Role::Allocate { size: 0 }),
    row(CPP, &["operator delete(void*)", "operator delete[](void*)"], (1, 0), Role::Free { address: 0 }),
    row(CPP, &["operator delete(void*, size_t)", "operator delete[](void*, size_t)"], (2, 0), Role::Free { address: 0 }),
    row(CPP, &["operator delete(void*, std::nothrow_t const&)", "operator delete[](void*, std::nothrow_t const&)"], (2, 0), Role::Free { address: 0 }),
    row(CPP, &["operator delete(void*, std::align_val_t)", "operator delete[](void*, std::align_val_t)"], (2, 0), Role::Free { address: 0 }),
    row(CPP, &["operator delete(void*, size_t, std::align_val_t)", "operator delete[](void*, size_t, std::align_val_t)"], (3, 0), Role::Free { address: 0 }),
    row(CPP, &["operator delete(void*, std::align_val_t, std::nothrow_t const&)", "operator delete[](void*, std::align_val_t, std::nothrow_t const&)"], (3, 0), Role::Free { address: 0 }),

    // `__rust_*` is what code calls, `__rdl_*` the standard library's own allocator, `__rg_*` a `#[global_allocator]`.
    row(RUST, &["__rust_alloc", "__rust_alloc_zeroed", "__rdl_alloc", "__rdl_alloc_zeroed", "__rg_alloc", "__rg_alloc_zeroed"], (2, 1), Role::Allocate { size: 0 }),
    row(RUST, &["__rust_dealloc", "__rdl_dealloc", "__rg_dealloc"], (3, 0), Role::Free { address: 0 }),
    row(RUST, &["__rust_realloc", "__rdl_realloc", "__rg_realloc"], (4, 1), Role::Resize { address: 0, size: 3 }),

    // What wasm32-unknown-unknown allocates with. The allocator is a static, and optimisers drop its dead `self`.
    row(RUST_DLMALLOC, &["Dlmalloc::malloc"], (2, 1), Role::Allocate { size: 1 }),
    row(RUST_DLMALLOC, &["Dlmalloc::malloc"], (1, 1), Role::Allocate { size: 0 }),
    row(RUST_DLMALLOC, &["Dlmalloc::free"], (2, 0), Role::Free { address: 1 }),
    row(RUST_DLMALLOC, &["Dlmalloc::free"], (1, 0), Role::Free { address: 0 }),
    row(RUST_DLMALLOC, &["Dlmalloc::memalign"], (3, 1), Role::Allocate { size: 2 }),
    row(RUST_DLMALLOC, &["Dlmalloc::memalign"], (2, 1), Role::Allocate { size: 1 }),
    row(RUST_DLMALLOC, &["Dlmalloc::realloc"], (3, 1), Role::Resize { address: 1, size: 2 }),
    row(RUST_DLMALLOC, &["Dlmalloc::realloc"], (2, 1), Role::Resize { address: 0, size: 1 }),

    // Zig reaches its allocators through tables of `alloc`, `resize`, `remap` and `free`: (context, [memory as pointer and
    // length,] [size,] alignment, return address). Debug builds put the trace of returned errors first.
    row(ZIG, &["heap.Allocator.alloc"], (4, 1), Role::Allocate { size: 1 }),
    row(ZIG, &["heap.Allocator.alloc"], (5, 1), Role::Allocate { size: 2 }),
    row(ZIG, &["heap.Allocator.resize"], (6, 1), Role::ResizeInPlace { address: 1, size: 4 }),
    row(ZIG, &["heap.Allocator.resize"], (7, 1), Role::ResizeInPlace { address: 2, size: 5 }),
    row(ZIG, &["heap.Allocator.remap"], (6, 1), Role::Resize { address: 1, size: 4 }),
    row(ZIG, &["heap.Allocator.remap"], (7, 1), Role::Resize { address: 2, size: 5 }),
    row(ZIG, &["heap.Allocator.free"], (5, 0), Role::Free { address: 1 }),
    row(ZIG, &["heap.Allocator.free"], (6, 0), Role::Free { address: 2 }),

    // `__new` serves objects, 20 bytes into a block of the allocator below it; `heap.alloc` hands that one's blocks out as they
    // are, after 4. What the collector gives back it inserts among the free blocks, and that is never inlined everywhere.
    // Of `__renew` the runtime `incremental` keeps the block that became too small, so that it is `__new` which counts.
    row(ASSEMBLYSCRIPT, &["~lib/rt/itcms/__new", "~lib/rt/tcms/__new", "~lib/rt/stub/__new"], (2, 1), Role::Allocate { size: 0 }).with_header(20),
    row(ASSEMBLYSCRIPT, &["~lib/rt/tcms/__renew", "~lib/rt/stub/__renew"], (2, 1), Role::Resize { address: 0, size: 1 }).with_header(20),
    row(ASSEMBLYSCRIPT, &["~lib/rt/tlsf/__alloc", "~lib/rt/stub/__alloc"], (1, 1), Role::Allocate { size: 0 }).with_header(4),
    row(ASSEMBLYSCRIPT, &["~lib/rt/tlsf/__realloc", "~lib/rt/stub/__realloc"], (2, 1), Role::Resize { address: 0, size: 1 }).with_header(4),
    // What moves is inserted among the free blocks as well; its size counts the object's 16 bytes before it.
    row(ASSEMBLYSCRIPT, &["~lib/rt/tlsf/moveBlock"], (3, 1), Role::Allocate { size: 2 }),
    row(ASSEMBLYSCRIPT, &["~lib/rt/tlsf/insertBlock"], (2, 0), Role::Release { address: 1 }),
    row(ASSEMBLYSCRIPT, &["~lib/rt/stub/__free"], (1, 0), Role::Free { address: 0 }),

    // The layout tells the collector where pointers lie. What the collector frees goes by no name.
    row(TINYGO, &["runtime.alloc"], (2, 1), Role::Allocate { size: 0 }),
    row(TINYGO, &["runtime.alloc"], (1, 1), Role::Allocate { size: 0 }),

    // What they take and return lies on a stack in memory. Compilers call those that serve one class of sizes in place of
    // `mallocgc`, which calls them, too. See [`go`](super::go) for older ones.
    row(GO, &["runtime.mallocgc"], (1, 1), Role::AllocateOnStack { size: 0, address: 24, layer: Layer::Upper }),
    row(GO, &["runtime.mallocgcSmallNoScanSC", "runtime.mallocgcSmallScanNoHeaderSC", "runtime.mallocgcTinySC", "runtime.mallocgcTinySize"], (1, 1), Role::AllocateOnStack { size: 0, address: 24, layer: Layer::Lower }),

    row(CANONICAL_ABI, &["cabi_realloc"], (4, 1), Role::Resize { address: 0, size: 3 }),

    // The alignment came with wasm-bindgen 0.2.85.
    row(WASM_BINDGEN, &["__wbindgen_malloc"], (2, 1), Role::Allocate { size: 0 }),
    row(WASM_BINDGEN, &["__wbindgen_malloc"], (1, 1), Role::Allocate { size: 0 }),
    row(WASM_BINDGEN, &["__wbindgen_realloc"], (4, 1), Role::Resize { address: 0, size: 2 }),
    row(WASM_BINDGEN, &["__wbindgen_realloc"], (3, 1), Role::Resize { address: 0, size: 2 }),
    row(WASM_BINDGEN, &["__wbindgen_free"], (3, 0), Role::Free { address: 0 }),
    row(WASM_BINDGEN, &["__wbindgen_free"], (2, 0), Role::Free { address: 0 }),
];

const fn row(
    family: &'static str,
    symbols: &'static [&'static str],
    (params, results): (usize, usize),
    role: Role,
) -> Row {
    Row {
        family,
        symbols,
        shape: Shape { params, results },
        role,
        header: 0,
    }
}

/// The spelling that the table has, of a demangled name: the parts that differ by target and compiler are evened out.
pub(super) fn canonical(demangled: &str) -> String {
    if demangled.starts_with("operator ") {
        return canonical_operator(demangled);
    }
    if let Some(method) = dlmalloc_method(demangled) {
        return format!("Dlmalloc::{method}");
    }
    if let Some(method) = zig_method(demangled) {
        return format!("heap.Allocator.{method}");
    }
    if demangled.starts_with("runtime.mallocgc") {
        // Go numbers its classes of sizes.
        return demangled
            .trim_end_matches(|c: char| c.is_ascii_digit())
            .to_owned();
    }
    demangled
        .strip_prefix("__rustc::")
        .unwrap_or(demangled)
        .to_owned()
}

/// `size_t` is spelled out in symbols, and differently by target.
fn canonical_operator(demangled: &str) -> String {
    ["unsigned long long", "unsigned long", "unsigned int"]
        .iter()
        .fold(demangled.to_owned(), |name, spelling| {
            name.replace(spelling, "size_t")
        })
}

/// A method of `dlmalloc::dlmalloc::Dlmalloc<A>`, in either mangling's spelling. The type of that name one module
/// further out forwards to it.
fn dlmalloc_method(demangled: &str) -> Option<&str> {
    let rest = demangled
        .trim_start_matches('<')
        .strip_prefix("dlmalloc::dlmalloc::Dlmalloc<")?;
    let (_, method) = rest.rsplit_once(">::")?;
    Some(method)
}

/// Allocators of Zig's standard library that stand behind `std.mem.Allocator`. An arena or a fixed buffer is none of them: what
/// it takes from another allocator counts, and not what it makes of that.
const ZIG_ALLOCATORS: &[&str] = &[
    "heap.BrkAllocator",
    "heap.WasmAllocator",
    "heap.PageAllocator",
    "heap.SmpAllocator",
    "heap.SafeAllocator",
    "heap.CAllocator",
    "heap.sbrk_allocator.SbrkAllocator",
    "heap.debug_allocator.DebugAllocator",
    "heap.general_purpose_allocator.GeneralPurposeAllocator",
];

/// A method of one of Zig's allocators, whatever it is generic over: `heap.debug_allocator.DebugAllocator(.{ ... }).alloc`.
fn zig_method(symbol: &str) -> Option<&str> {
    let mut rests = ZIG_ALLOCATORS
        .iter()
        .filter_map(|allocator| symbol.strip_prefix(allocator));
    let (arguments, method) = rests.next()?.rsplit_once('.')?;
    let generic = arguments.starts_with('(') && arguments.ends_with(')');
    (arguments.is_empty() || generic).then(|| without_number(method))
}

/// The compiler numbers the functions of a generic type: `alloc__anon_1234`.
fn without_number(method: &str) -> &str {
    let end = method.find("__anon_").or_else(|| method.find("__func_"));
    &method[..end.unwrap_or(method.len())]
}
