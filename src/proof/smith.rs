//! Modules from `wasm-smith`: valid, of any shape, and sure to end. The fuzz target takes this file as it is.

use arbitrary::{Result, Unstructured};
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{ExportKind, ExportSection, RawSection};
use wasm_smith::{Config, Module};
use wasmparser::{Parser, Payload, TypeRef};

/// What a module may do before it traps: calls and rounds of loops.
const FUEL: u32 = 500;

/// Functions that half of the modules have, so that there is something to be taken for an allocator, and callers of it.
const ALLOCATORS: &str = r#"(module
    (func (export "allocate") (param i32) (result i32) unreachable)
    (func (export "allocate array") (param i32 i32) (result i32) unreachable)
    (func (export "resize") (param i32 i32) (result i32) unreachable)
    (func (export "free") (param i32))
    (func (export "allocate wide") (param i64) (result i64) unreachable)
    (func (export "run"))
    (func (export "get") (result i32) unreachable)
    (func (export "convert") (param f64) (result i64) unreachable))"#;

/// The module that these bytes stand for; none if they are too few for one.
pub(crate) fn module(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Unstructured::new(bytes);
    let config = config(&mut bytes).ok()?;
    let mut module = Module::new(config, &mut bytes).ok()?;
    module.ensure_termination(FUEL).ok()?;
    let wasm = module.to_bytes();
    Some(export_all(&wasm).expect("wasm-smith makes valid modules"))
}

/// Exports whatever has an index, so that all can be called and compared.
fn export_all(wasm: &[u8]) -> wasmparser::Result<Vec<u8>> {
    const KINDS: [ExportKind; 4] = [
        ExportKind::Func,
        ExportKind::Table,
        ExportKind::Memory,
        ExportKind::Global,
    ];
    let mut counts = [0; KINDS.len()];
    let mut exporting = wasm_encoder::Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        match &payload {
            Payload::ImportSection(imports) => {
                for import in imports.clone().into_imports() {
                    match import?.ty {
                        TypeRef::Func(_) | TypeRef::FuncExact(_) => counts[0] += 1,
                        TypeRef::Table(_) => counts[1] += 1,
                        TypeRef::Memory(_) => counts[2] += 1,
                        TypeRef::Global(_) => counts[3] += 1,
                        TypeRef::Tag(_) => {}
                    }
                }
            }
            Payload::FunctionSection(section) => counts[0] += section.count(),
            Payload::TableSection(section) => counts[1] += section.count(),
            Payload::MemorySection(section) => counts[2] += section.count(),
            Payload::GlobalSection(section) => counts[3] += section.count(),
            Payload::ExportSection(section) => {
                let mut exports = ExportSection::new();
                RoundtripReencoder
                    .parse_export_section(&mut exports, section.clone())
                    .expect("it was encoded so before");
                for (kind, count) in KINDS.into_iter().zip(counts) {
                    for index in 0..count {
                        exports.export(&format!("proof {kind:?} {index}"), kind, index);
                    }
                }
                exporting.section(&exports);
                continue;
            }
            _ => {}
        }
        if let Some((id, range)) = payload.as_section() {
            let data = &wasm[range];
            exporting.section(&RawSection { id, data });
        }
    }
    Ok(exporting.finish())
}

/// Each module does without some features, so that the others get their turn.
fn config(bytes: &mut Unstructured<'_>) -> Result<Config> {
    let allocators = wat::parse_str(ALLOCATORS).expect("the text is a module");
    Ok(Config {
        bulk_memory_enabled: bytes.arbitrary()?,
        reference_types_enabled: bytes.arbitrary()?,
        simd_enabled: bytes.arbitrary()?,
        relaxed_simd_enabled: bytes.arbitrary()?,
        memory64_enabled: bytes.arbitrary()?,
        multi_value_enabled: bytes.arbitrary()?,
        exceptions_enabled: bytes.arbitrary()?,
        gc_enabled: bytes.arbitrary()?,
        tail_call_enabled: bytes.arbitrary()?,
        extended_const_enabled: bytes.arbitrary()?,
        wide_arithmetic_enabled: bytes.arbitrary()?,
        custom_page_sizes_enabled: bytes.arbitrary()?,
        generate_custom_sections: bytes.arbitrary()?,
        allow_start_export: bytes.arbitrary()?,
        disallow_traps: bytes.arbitrary()?,
        threads_enabled: false,
        exports: bytes.arbitrary::<bool>()?.then_some(allocators),
        min_exports: 1,
        min_funcs: 4,
        max_funcs: 12,
        max_imports: 4,
        max_instructions: 200,
        min_memories: 1,
        max_globals: 12,
        max_memories: 3,
        max_tables: 3,
        max_tags: 4,
        max_types: 12,
        max_data_segments: 4,
        max_element_segments: 4,
        max_elements: 16,
        max_memory32_bytes: 4 << 16,
        max_memory64_bytes: 4 << 16,
        max_table_elements: 100,
        ..Config::default()
    })
}
