use insta::assert_snapshot;
use wasmparser::{BinaryReader, FunctionBody, Operator};

use super::super::{CodeFrame, Frame, Module, Symbols};
use super::{Random, fixture, module};

/// The frames of every call in a module, innermost first.
fn check(module: &Module) -> String {
    let symbols = module.symbols();
    let calls: Vec<String> = calls(module)
        .into_iter()
        .map(|call| show(&symbols, call))
        .collect();
    calls.join("\n")
}

fn show(symbols: &Symbols<'_>, place: CodeFrame) -> String {
    let line =
        |frame: &Frame| format!("  {frame}{}", if frame.inlined { " (inlined)" } else { "" });
    let lines: Vec<String> = symbols.frames(place).iter().map(line).collect();
    format!("call\n{}", lines.join("\n"))
}

fn calls(module: &Module) -> Vec<CodeFrame> {
    let defined = module.imported_functions()..module.function_count();
    defined
        .flat_map(|function| calls_in(module, function))
        .collect()
}

fn calls_in(module: &Module, function: u32) -> Vec<CodeFrame> {
    let range = module.body(function).expect("it is defined");
    let body = FunctionBody::new(BinaryReader::new(
        &module.bytes()[range.clone()],
        range.start,
    ));
    let operators = body
        .get_operators_reader()
        .expect("it is valid")
        .into_iter_with_offsets();
    let operators = operators.map(|operator| operator.expect("it is valid"));
    let calls = operators.filter(|(operator, _)| matches!(operator, Operator::Call { .. }));
    calls
        .map(|(_, offset)| CodeFrame {
            function,
            offset: offset as u32,
        })
        .collect()
}

fn load(name: &str) -> Module {
    Module::parse(name, fixture(name)).expect("the fixture is a module")
}

#[test]
fn inlined_functions_of_c() {
    assert_snapshot!(check(&load("inlined")), @"
    call
      load src/inlined.c:18
    call
      keep src/inlined.c:10 (inlined)
      load src/inlined.c:19
    call
      keep src/inlined.c:10 (inlined)
      load_one src/inlined.c:14
    ");
}

#[test]
fn names_of_cpp() {
    assert_snapshot!(check(&load("names")), @"
    call
      load src/names.cpp:28
    call
      load src/names.cpp:29
    call
      load src/names.cpp:30
    call
      feed::Cache<long>::insert(long) src/names.cpp:12
    call
      operator new[](unsigned long) src/names.cpp:25 (inlined)
      feed::(anonymous namespace)::refresh() src/names.cpp:16
    call
      feed::Event::operator()(int) const src/names.cpp:20
    ");
}

#[test]
fn rust_with_its_standard_library() {
    assert_snapshot!(check(&load("vector")), @"
    call
      alloc::raw_vec::RawVecInner::grow_one library/alloc/src/raw_vec/mod.rs:492 (inlined)
      alloc::raw_vec::RawVec<u64>::grow_one library/alloc/src/raw_vec/mod.rs:188
    call
      alloc::raw_vec::RawVecInner::grow_one library/alloc/src/raw_vec/mod.rs:493 (inlined)
      alloc::raw_vec::RawVec<u64>::grow_one library/alloc/src/raw_vec/mod.rs:188
    call
      alloc::raw_vec::RawVecInner::grow_amortized library/alloc/src/raw_vec/mod.rs:528
    call
      __rustc::__rdl_alloc_error_handler library/alloc/src/alloc.rs:573 (inlined)
      alloc::alloc::handle_alloc_error::rt_error library/alloc/src/alloc.rs:551 (inlined)
      alloc::alloc::handle_alloc_error library/alloc/src/alloc.rs:557 (inlined)
      alloc::raw_vec::handle_error library/alloc/src/raw_vec/mod.rs:890
    call
      alloc::raw_vec::handle_error library/alloc/src/raw_vec/mod.rs:889
    call
      <vector::Pages as core::alloc::global::GlobalAlloc>::realloc library/core/src/alloc/global.rs:292 (inlined)
      __rustc::__rust_realloc src/vector.rs:29 (inlined)
      alloc::alloc::realloc_nonnull library/alloc/src/alloc.rs:155 (inlined)
      alloc::alloc::Global::grow_impl_runtime library/alloc/src/alloc.rs:259 (inlined)
      alloc::alloc::Global::grow_impl library/alloc/src/alloc.rs:362 (inlined)
      <alloc::alloc::Global as core::alloc::Allocator>::grow library/alloc/src/alloc.rs:474 (inlined)
      alloc::raw_vec::RawVecInner::finish_grow library/alloc/src/raw_vec/mod.rs:556
    call
      __rustc::__rust_alloc src/vector.rs:29 (inlined)
      alloc::alloc::alloc library/alloc/src/alloc.rs:101 (inlined)
      alloc::alloc::Global::alloc_impl_runtime library/alloc/src/alloc.rs:210 (inlined)
      alloc::alloc::Global::alloc_impl library/alloc/src/alloc.rs:332 (inlined)
      <alloc::alloc::Global as core::alloc::Allocator>::allocate library/alloc/src/alloc.rs:449 (inlined)
      alloc::raw_vec::RawVecInner::finish_grow library/alloc/src/raw_vec/mod.rs:559
    call
      alloc::vec::Vec<u64>::push_mut library/alloc/src/vec/mod.rs:1041 (inlined)
      alloc::vec::Vec<u64>::push library/alloc/src/vec/mod.rs:1004 (inlined)
      vector::Cache::insert src/vector.rs:43
    call
      load src/vector.rs:51
    call
      alloc::raw_vec::capacity_overflow library/alloc/src/raw_vec/mod.rs:28
    ");
}

#[test]
fn without_debug_info_names_then_exports_then_numbers() {
    let module = module(
        r#"(module
            (import "env" "log" (func))
            (func $_ZN4feed5cache6insert17h0123456789abcdefE (call 0))
            (func (export "load") (call 0))
            (func (call 0)))"#,
    );
    assert_snapshot!(check(&module), @"
    call
      feed::cache::insert
    call
      load
    call
      function[3]
    ");
    let import = CodeFrame {
        function: 0,
        offset: 0,
    };
    assert_eq!(module.symbols().frames(import)[0].function, "env.log");
}

/// The debug info is that of other functions, as `wasm-opt` leaves it when it is not told to keep it.
#[test]
fn debug_info_of_other_code_is_not_believed() {
    let moved = module(
        r#"(module (import "env" "malloc" (func $malloc (param i32) (result i32)))
            (func $load (drop (call $malloc (i32.const 1))) (drop (call $malloc (i32.const 2))))
            (func $load_one (drop (call $malloc (i32.const 3)))))"#,
    );
    let bytes = with_custom_sections(moved.bytes(), &load("inlined"));
    let moved = Module::parse("moved", bytes).expect("sections were added");
    assert_snapshot!(check(&moved), @"
    call
      load
    call
      load
    call
      load_one
    ");
}

fn with_custom_sections(bytes: &[u8], from: &Module) -> Vec<u8> {
    use wasm_encoder::{CustomSection, Encode, Section};
    let mut bytes = bytes.to_vec();
    for name in [
        ".debug_info",
        ".debug_abbrev",
        ".debug_line",
        ".debug_str",
        ".debug_ranges",
    ] {
        let data = from.custom_section(name).unwrap_or_default().into();
        let section = CustomSection {
            name: name.into(),
            data,
        };
        bytes.push(section.id());
        section.encode(&mut bytes);
    }
    bytes
}

#[test]
fn offsets_from_anywhere_are_answered() {
    let module = load("inlined");
    let symbols = module.symbols();
    for function in [0, 1, 99] {
        for offset in [0, 1, 80, u32::MAX] {
            assert!(!symbols.frames(CodeFrame { function, offset }).is_empty());
        }
    }
}

#[test]
fn broken_debug_info_is_survived() {
    for name in ["inlined", "names", "vector"] {
        let whole = fixture(name);
        let debug_info = load(name)
            .contents
            .custom
            .iter()
            .map(|(_, range)| range.clone())
            .collect::<Vec<_>>();
        let mut random = Random(name.len() as u64);
        for _ in 0..100 {
            let mut bytes = whole.clone();
            for _ in 0..8 {
                let section = debug_info[random.below(debug_info.len())].clone();
                bytes[section.start + random.below(section.len().max(1))] = random.below(256) as u8;
            }
            let broken = Module::parse(name, bytes).expect("custom sections may hold anything");
            check(&broken);
            broken.debug_info();
        }
    }
}
