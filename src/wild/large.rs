//! Large modules: as many functions as a language runtime has, and more debug information than code.

use wasmparser::{BinaryReader, FunctionBody, Operator};

use crate::instrument::instrument;
use crate::module::{CodeFrame, Module};

/// Functions in a ring, each of which calls the next and allocates.
const FUNCTIONS: usize = 50_000;

#[test]
fn a_large_module_stays_valid_and_finds_its_way_back() {
    let wasm = wat::parse_str(ring()).expect("the text is a module");
    let module = Module::parse("large", wasm).expect("the module is valid");
    let instrumented = instrument(&module).expect("it has an allocator");
    let rewritten = Module::parse("rewritten", instrumented.wasm.clone());
    let rewritten = rewritten.expect("the rewrite is valid");

    let shift = rewritten.imported_functions() - module.imported_functions();
    for function in [2, FUNCTIONS as u32 / 2, FUNCTIONS as u32 + 1] {
        let offset = last_call(&module, function);
        let rewritten = last_call(&rewritten, function + shift);
        let original = instrumented.original(function + shift, rewritten);
        assert_eq!(original, Some(CodeFrame { function, offset }));
    }
}

/// Where a function calls the next one.
fn last_call(module: &Module, function: u32) -> u32 {
    let body = module.body(function).expect("a defined function");
    let reader = BinaryReader::new(&module.bytes()[body.clone()], body.start);
    let operators = FunctionBody::new(reader).get_operators_reader();
    let operators = operators.expect("the module is valid");
    let calls = operators.into_iter_with_offsets().filter_map(|operator| {
        let (operator, offset) = operator.expect("the module is valid");
        matches!(operator, Operator::Call { .. }).then_some(offset as u32)
    });
    calls.last().expect("every function calls the next")
}

/// Half of it is a custom section.
fn ring() -> String {
    let mut text = String::from(
        "(module (memory 1) (func $malloc (param i32) (result i32) unreachable) (func $free (param i32))",
    );
    for function in 0..FUNCTIONS {
        let next = (function + 1) % FUNCTIONS;
        text.push_str(&format!(
            "(func $f{function} (call $free (call $malloc (i32.const {function}))) (call $f{next}))"
        ));
    }
    text.push_str(&format!(
        "(@custom \".debug_info\" \"{}\"))",
        "x".repeat(4 << 20)
    ));
    text
}
