use insta::assert_snapshot;

use super::super::Role;
use super::module;

/// What is found, a line each.
fn check(wat: &str) -> String {
    let module = module(wat);
    let mut lines = match module.allocators() {
        Ok(found) => found
            .iter()
            .map(|found| format!("{} {}: {}", found.family, found.name, role(found.role)))
            .collect(),
        Err(error) => vec![error.to_string()],
    };
    lines.extend(
        module
            .misfits()
            .iter()
            .map(|misfit| format!("misfit: {misfit}")),
    );
    lines.join("\n")
}

fn role(role: Role) -> String {
    format!("{role:?}").replace(" { ", "(").replace(" }", ")")
}

/// Functions of those names and signatures, with bodies that trap.
fn functions(functions: &[(&str, &str)]) -> String {
    let functions: Vec<String> = functions
        .iter()
        .map(|(name, signature)| format!("(func $\"{name}\" {signature} unreachable)"))
        .collect();
    format!("(module (memory 1) {})", functions.join(" "))
}

const ONE: &str = "(param i32) (result i32)";
const TWO: &str = "(param i32 i32) (result i32)";
const THREE: &str = "(param i32 i32 i32) (result i32)";
const FOUR: &str = "(param i32 i32 i32 i32) (result i32)";
const TAKE_ONE: &str = "(param i32)";
const TAKE_TWO: &str = "(param i32 i32)";
const TAKE_THREE: &str = "(param i32 i32 i32)";

#[test]
fn c() {
    let wat = functions(&[
        ("malloc", ONE),
        ("dlmalloc", ONE),
        ("free", TAKE_ONE),
        ("calloc", TWO),
        ("realloc", TWO),
        ("__reallocarray", THREE),
        ("posix_memalign", THREE),
        ("aligned_alloc", TWO),
        ("internal_memalign", TWO),
        ("emmalloc_memalign", TWO),
        ("emscripten_builtin_free", TAKE_ONE),
        ("c.malloc.malloc", ONE),
    ]);
    assert_snapshot!(check(&wat), @"
    C malloc: Allocate(size: 0)
    C dlmalloc: Allocate(size: 0)
    C free: Free(address: 0)
    C calloc: AllocateArray(count: 0, size: 1)
    C realloc: Resize(address: 0, size: 1)
    C __reallocarray: ResizeArray(address: 0, count: 1, size: 2)
    C posix_memalign: AllocateInto(out: 0, size: 2)
    C aligned_alloc: Allocate(size: 1)
    C internal_memalign: Allocate(size: 1)
    emmalloc emmalloc_memalign: Allocate(size: 1)
    C emscripten_builtin_free: Free(address: 0)
    C c.malloc.malloc: Allocate(size: 0)
    ");
}

#[test]
fn cpp_mangled_and_not() {
    let wat = functions(&[
        ("_Znwm", ONE),
        ("_Znaj", ONE),
        ("_ZnwmSt11align_val_t", TWO),
        ("_ZnwmSt11align_val_tRKSt9nothrow_t", THREE),
        ("_ZdlPv", TAKE_ONE),
        ("_ZdaPvmSt11align_val_t", TAKE_THREE),
        ("operator new[](unsigned long, std::nothrow_t const&)", TWO),
        ("operator delete(void*, unsigned int)", TAKE_TWO),
    ]);
    assert_snapshot!(check(&wat), @"
    C++ operator new(unsigned long): Allocate(size: 0)
    C++ operator new[](unsigned int): Allocate(size: 0)
    C++ operator new(unsigned long, std::align_val_t): Allocate(size: 0)
    C++ operator new(unsigned long, std::align_val_t, std::nothrow_t const&): Allocate(size: 0)
    C++ operator delete(void*): Free(address: 0)
    C++ operator delete[](void*, unsigned long, std::align_val_t): Free(address: 0)
    C++ operator new[](unsigned long, std::nothrow_t const&): Allocate(size: 0)
    C++ operator delete(void*, unsigned int): Free(address: 0)
    ");
}

#[test]
fn rust_in_every_mangling() {
    let wat = functions(&[
        ("__rust_alloc", TWO),
        (
            "_ZN7__rustc14__rust_dealloc17h0123456789abcdefE",
            TAKE_THREE,
        ),
        ("_RNvCsjJ6pmSBbkgH_7___rustc14___rust_realloc", FOUR),
        ("__rustc::__rust_alloc_zeroed", TWO),
        ("__rdl_alloc", TWO),
        ("__rg_dealloc", TAKE_THREE),
    ]);
    assert_snapshot!(check(&wat), @"
    Rust __rust_alloc: Allocate(size: 0)
    Rust __rustc::__rust_dealloc: Free(address: 0)
    Rust __rustc::__rust_realloc: Resize(address: 0, size: 3)
    Rust __rustc::__rust_alloc_zeroed: Allocate(size: 0)
    Rust __rdl_alloc: Allocate(size: 0)
    Rust __rg_dealloc: Free(address: 0)
    ");
}

#[test]
fn rust_dlmalloc_without_its_dead_self() {
    let wat = functions(&[
        (
            "_RNvMNtCs2rGzW_8dlmalloc8dlmallocINtB2_8DlmallocNtNtB4_3sys6SystemE6malloc",
            ONE,
        ),
        (
            "<dlmalloc::dlmalloc::Dlmalloc<dlmalloc::sys::System>>::memalign",
            THREE,
        ),
        ("dlmalloc::dlmalloc::Dlmalloc<A>::free", TAKE_TWO),
        (
            "_ZN8dlmalloc8dlmalloc17Dlmalloc$LT$A$GT$7realloc17h0123456789abcdefE",
            TWO,
        ),
    ]);
    assert_snapshot!(check(&wat), @"
    Rust dlmalloc <dlmalloc::dlmalloc::Dlmalloc<dlmalloc::sys::System>>::malloc: Allocate(size: 0)
    Rust dlmalloc <dlmalloc::dlmalloc::Dlmalloc<dlmalloc::sys::System>>::memalign: Allocate(size: 2)
    Rust dlmalloc dlmalloc::dlmalloc::Dlmalloc<A>::free: Free(address: 1)
    Rust dlmalloc dlmalloc::dlmalloc::Dlmalloc<A>::realloc: Resize(address: 0, size: 1)
    ");
}

#[test]
fn exports_count_as_names() {
    let wat = r#"(module (memory 1)
        (func (export "malloc") (param i32) (result i32) unreachable)
        (func (export "free") (param i32))
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
        (func (export "__wbindgen_malloc") (param i32 i32) (result i32) unreachable)
        (func (export "__wbindgen_free") (param i32 i32)))"#;
    assert_snapshot!(check(wat), @"
    C malloc: Allocate(size: 0)
    C free: Free(address: 0)
    canonical ABI cabi_realloc: Resize(address: 0, size: 3)
    wasm-bindgen __wbindgen_malloc: Allocate(size: 0)
    wasm-bindgen __wbindgen_free: Free(address: 0)
    ");
}

#[test]
fn imports_count_as_names() {
    let wat = r#"(module (memory 1)
        (import "env" "malloc" (func (param i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_close" (func (param i32) (result i32))))"#;
    assert_snapshot!(check(&wat.replace("(memory 1)", "")), @"C malloc: Allocate(size: 0)");
}

#[test]
fn one_function_is_one_allocator() {
    let wat = r#"(module (memory 1)
        (func $dlmalloc (export "malloc") (export "mi_malloc") (param i32) (result i32) unreachable))"#;
    assert_snapshot!(check(wat), @"C dlmalloc: Allocate(size: 0)");
}

#[test]
fn the_wrapper_of_a_commands_export_is_none() {
    let wat = r#"(module (memory 1)
        (func $malloc (param i32) (result i32) unreachable)
        (func $malloc.command_export (export "malloc") (param i32) (result i32) (call $malloc (local.get 0))))"#;
    assert_snapshot!(check(wat), @"C malloc: Allocate(size: 0)");
}

#[test]
fn addresses_may_be_64_bits_wide() {
    let wat = r#"(module (memory i64 1)
        (func $malloc (param i64) (result i64) unreachable)
        (func $free (param i32)))"#;
    assert_snapshot!(check(wat), @"
    C malloc: Allocate(size: 0)
    misfit: `free` is (i32) -> () where an allocator of that name is (i64) -> ()
    ");
}

#[test]
fn names_match_as_a_whole() {
    let wat = functions(&[
        ("Pool::free(void*)", TAKE_ONE),
        ("_ZN4Pool4freeEPv", TAKE_ONE),
        ("xmalloc", ONE),
        ("malloc_usable_size", ONE),
        ("wgpu_alloc::dlmalloc::Dlmalloc<A>::free", TAKE_ONE),
    ]);
    assert_snapshot!(check(&wat), @r##"
    no allocator was found in test.wasm
    looked at 5 functions (5 with a name, 0 exported)
    if it allocates all the same, its allocator goes by a name that memgate does not know: export it as `malloc` and `free`, or keep the linker from inlining it (build without fat link-time optimisation); or name it in the suite, by its name or its index: allocators: [{ allocate: "#0" }]
    "##);
}

#[test]
fn a_name_without_its_signature_is_told() {
    let wat = functions(&[
        ("free", TAKE_TWO),
        ("__rust_dealloc", TAKE_ONE),
        ("malloc", "(param i64) (result i64)"),
    ]);
    assert_snapshot!(check(&wat), @"
    no allocator was found in test.wasm
    looked at 3 functions (3 with a name, 0 exported)
    passed over: `free` is (i32, i32) -> () where an allocator of that name is (i32) -> ()
    passed over: `__rust_dealloc` is (i32) -> () where an allocator of that name is (i32, i32, i32) -> ()
    passed over: `malloc` is (i64) -> (i64) where an allocator of that name is (i32) -> (i32)
    `malloc` has another signature than allocators of that name: name it in the suite, saying which argument is the size, counted from 0: allocators: [{ allocate: malloc, size: 0 }]
    misfit: `free` is (i32, i32) -> () where an allocator of that name is (i32) -> ()
    misfit: `__rust_dealloc` is (i32) -> () where an allocator of that name is (i32, i32, i32) -> ()
    misfit: `malloc` is (i64) -> (i64) where an allocator of that name is (i32) -> (i32)
    ");
}

#[test]
fn a_module_without_names_says_so() {
    assert_snapshot!(check(r#"(module (func (export "run") (export "again")) (func))"#), @"
    no allocator was found in test.wasm
    looked at 2 functions (0 with a name, 2 exported)
    the module has no names: build it with them (`-g`; no `-s`, `--strip-all` or `strip = true`; `wasm-opt -g`), or export its allocator (`-Wl,--export=malloc,--export=free`)
    ");
}

#[test]
fn zig_in_every_shape() {
    let params = |count: usize, result: &str| format!("(param{}) {result}", " i32".repeat(count));
    let [alloc, traced, resize, free] = [
        params(4, "(result i32)"),
        params(5, "(result i32)"),
        params(6, "(result i32)"),
        params(5, ""),
    ];
    let wat = functions(&[
        ("heap.BrkAllocator.alloc", &alloc),
        ("heap.WasmAllocator.alloc", &traced),
        ("heap.PageAllocator.resize", &resize),
        (
            "heap.debug_allocator.DebugAllocator(.{ .stack_trace_frames = 6 }).remap__anon_12",
            &resize,
        ),
        ("heap.BrkAllocator.free", &free),
        ("heap.ArenaAllocator.alloc", &alloc),
    ]);
    assert_snapshot!(check(&wat), @"
    Zig heap.BrkAllocator.alloc: Allocate(size: 1)
    Zig heap.WasmAllocator.alloc: Allocate(size: 2)
    Zig heap.PageAllocator.resize: ResizeInPlace(address: 1, size: 4)
    Zig heap.debug_allocator.DebugAllocator(.{ .stack_trace_frames = 6 }).remap__anon_12: Resize(address: 1, size: 4)
    Zig heap.BrkAllocator.free: Free(address: 1)
    ");
}

#[test]
fn assemblyscript() {
    let wat = functions(&[
        ("~lib/rt/itcms/__new", TWO),
        ("~lib/rt/tcms/__renew", TWO),
        ("~lib/rt/tlsf/moveBlock", THREE),
        ("~lib/rt/tlsf/insertBlock", TAKE_TWO),
        ("~lib/rt/tlsf/removeBlock", TAKE_TWO),
    ]);
    assert_snapshot!(check(&wat), @"
    AssemblyScript ~lib/rt/itcms/__new: Allocate(size: 0)
    AssemblyScript ~lib/rt/tcms/__renew: Resize(address: 0, size: 1)
    AssemblyScript ~lib/rt/tlsf/moveBlock: Allocate(size: 2)
    AssemblyScript ~lib/rt/tlsf/insertBlock: Release(address: 1)
    ");
}

/// Functions of a Go program whose first global is such.
fn go(global: &str, names: &[&str]) -> String {
    let names: Vec<(&str, &str)> = names.iter().map(|name| (*name, ONE)).collect();
    functions(&names).replace("(memory 1)", &format!("(memory 1) {global}"))
}

#[test]
fn go_since_it_has_a_part_for_large_blocks() {
    const STACK: &str = "(global (mut i32) (i32.const 0))";
    let names = [
        "runtime.mallocgc",
        "runtime.mallocgcLarge",
        "runtime.mallocgcSmallNoScanSC12",
        "runtime.mallocgcSmallNoScanSlowPath",
        "runtime.mallocgcTinySize3",
    ];
    assert_snapshot!(check(&go(STACK, &names)), @"
    Go runtime.mallocgc: AllocateOnStack(size: 0, address: 24, layer: Upper)
    Go runtime.mallocgcSmallNoScanSC12: AllocateOnStack(size: 0, address: 24, layer: Lower)
    Go runtime.mallocgcTinySize3: AllocateOnStack(size: 0, address: 24, layer: Lower)
    ");
    assert_snapshot!(check(&go(STACK, &names[..1])), @"
    no allocator was found in test.wasm
    looked at 1 function (1 with a name, 0 exported)
    Go before 1.24 rounds sizes up before memgate can see them: build the program with a newer Go, or let it tell what it holds (`runtime.ReadMemStats`)
    ");
    // No Go has a stack pointer that cannot move: what claims to be one is left alone.
    let claimed = check(&go("(global i32 (i32.const 0))", &names));
    assert!(claimed.starts_with("no allocator was found"));
}

#[test]
fn tinygo_with_its_layout_and_without() {
    assert_snapshot!(check(&functions(&[("runtime.alloc", TWO)])), @"TinyGo runtime.alloc: Allocate(size: 0)");
    assert_snapshot!(check(&functions(&[("runtime.alloc", ONE)])), @"TinyGo runtime.alloc: Allocate(size: 0)");
}

/// An allocator of two layers without names, and what stands before it.
fn layered(exports: &str) -> String {
    format!(
        r#"(module (memory 1)
        (func $lower (param i32) (result i32) (drop (memory.grow (i32.const 1))) (i32.load offset=2000 (i32.const 0)))
        (func $release (param i32) (i32.store offset=2000 (i32.const 0) (local.get 0)))
        {exports})"#
    )
}

#[test]
fn what_an_export_hands_on_is_a_layer() {
    let wat = layered(
        r#"
        (func (export "__wbindgen_malloc") (param $size i32) (param $align i32) (result i32)
            (if (i32.eqz (local.get $size)) (then (return (local.get $align))))
            (call $lower (local.get $size)))
        (func (export "__wbindgen_free") (param $address i32) (param $size i32) (param $align i32)
            (if (local.get $size) (then (call $release (local.get $address)))))"#,
    );
    assert_snapshot!(check(&wat), @"
    wasm-bindgen lower: Allocate(size: 0)
    wasm-bindgen release: Free(address: 0)
    wasm-bindgen __wbindgen_malloc: Allocate(size: 0)
    wasm-bindgen __wbindgen_free: Free(address: 0)
    ");
}

#[test]
fn what_is_changed_on_the_way_is_no_layer() {
    let wat = layered(
        r#"
        (func (export "malloc") (param $size i32) (result i32)
            (call $lower (i32.add (local.get $size) (i32.const 8))))
        (func (export "free") (param $address i32)
            (local.set $address (i32.sub (local.get $address) (i32.const 8)))
            (call $release (local.get $address)))"#,
    );
    assert_snapshot!(check(&wat), @"
    C malloc: Allocate(size: 0)
    C free: Free(address: 0)
    ");
}

#[test]
fn numbered_exports_are_told_by_their_signatures() {
    let bindgen = r#"
        (func (export "__wbindgen_export_0") (param i32 i32) (result i32) (call $lower (local.get 0)))
        (func (export "__wbindgen_export_1") (param i32 i32 i32 i32) (result i32) (call $lower (local.get 2)))
        (func (export "__wbindgen_export_2") (param i32))
        (func (export "__wbindgen_export_3") (param i32 i32 i32) (call $release (local.get 0)))"#;
    assert_snapshot!(check(&layered(bindgen)), @"
    wasm-bindgen lower: Allocate(size: 0)
    wasm-bindgen release: Free(address: 0)
    wasm-bindgen __wbindgen_export_0: Allocate(size: 0)
    wasm-bindgen __wbindgen_export_1: Resize(address: 0, size: 2)
    wasm-bindgen __wbindgen_export_3: Free(address: 0)
    ");
    let closure = r#"(func (export "__wbindgen_export_4") (param i32 i32 i32))"#;
    assert_snapshot!(check(&layered(&format!("{bindgen} {closure}"))), @r#"
    no allocator was found in test.wasm
    looked at 7 functions (2 with a name, 5 exported)
    what may be one:
      lower (i32) -> (i32), called at 2 places, can make the memory grow
    if lower allocates as `malloc` does, say so in the suite:
      allocators:
        - allocate: "lower"
    if it allocates all the same, its allocator goes by a name that memgate does not know: export it as `malloc` and `free`, or keep the linker from inlining it (build without fat link-time optimisation)
    "#);
}

#[test]
fn likely_functions_are_told_with_what_to_do() {
    let wat = r#"(module (memory 1)
        (func $grow (param i32) (result i32) (memory.grow (local.get 0)))
        (func (param i32) (result i32)
            (drop (i32.load offset=2000 (i32.const 0)))
            (drop (i32.load offset=2004 (i32.const 0)))
            (drop (i32.load offset=2008 (i32.const 0)))
            (call 0 (local.get 0)))
        (func (param i32)
            (i32.store offset=2000 (i32.const 0) (local.get 0))
            (i32.store offset=2004 (i32.const 0) (local.get 0))
            (i32.store offset=2008 (i32.const 0) (local.get 0)))
        (func (param i32))
        (func (export "run")
            (call 2 (call 1 (i32.const 10)))
            (call 2 (call 1 (i32.const 20)))
            (call 3 (i32.const 1))))"#;
    assert_snapshot!(check(&wat.replace("$grow ", "")), @r##"
    no allocator was found in test.wasm
    looked at 5 functions (0 with a name, 1 exported)
    what may be one:
      #1 (i32) -> (i32), called at 2 places, can make the memory grow
      #0 (i32) -> (i32), called at 1 place, can make the memory grow
      #2 (i32) -> (), called at 2 places, uses 3 of the 3 statics that #1 uses
    if #1 allocates as `malloc` does and #2 as `free`, say so in the suite:
      allocators:
        - allocate: "#1"
        - free: "#2"
    the module has no names: build it with them (`-g`; no `-s`, `--strip-all` or `strip = true`; `wasm-opt -g`), or export its allocator (`-Wl,--export=malloc,--export=free`)
    "##);
}

#[test]
fn emscriptens_mimalloc() {
    let wat = functions(&[
        ("emscripten_builtin_malloc", ONE),
        ("mi_free", TAKE_ONE),
        ("mi_calloc", TWO),
        ("mi_heap_malloc_aligned", THREE),
        ("mi_reallocarray", THREE),
        ("mi_free_size_aligned", TAKE_THREE),
    ]);
    assert_snapshot!(check(&wat), @"
    C emscripten_builtin_malloc: Allocate(size: 0)
    mimalloc mi_free: Free(address: 0)
    mimalloc mi_calloc: AllocateArray(count: 0, size: 1)
    mimalloc mi_heap_malloc_aligned: Allocate(size: 1)
    mimalloc mi_reallocarray: ResizeArray(address: 0, count: 1, size: 2)
    mimalloc mi_free_size_aligned: Free(address: 0)
    ");
}
