//! What is said of an instruction is said of the same instruction in the rewritten module.

use wasm_encoder::{CustomSection, Encode, RawSection, Section};
use wasmparser::{BinaryReader, Parser, Payload};

use super::{guests, rewritten};
use crate::module::Module;

const NAME: &str = "metadata.code.test";

/// Annotates every instruction with its number in its function.
fn annotate_all(module: &Module) -> Vec<u8> {
    let defined = module.imported_functions()..module.function_count();
    let mut data = Vec::new();
    (defined.len() as u32).encode(&mut data);
    for function in defined {
        let start = module.body(function).expect("it is defined").start;
        let offsets = instructions(module, function);
        function.encode(&mut data);
        (offsets.len() as u32).encode(&mut data);
        for (number, offset) in (0_u32..).zip(offsets) {
            ((offset - start) as u32).encode(&mut data);
            leb128(number).as_slice().encode(&mut data);
        }
    }
    data
}

fn leb128(number: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    number.encode(&mut bytes);
    bytes
}

/// Where each instruction of a function begins in the file.
fn instructions(module: &Module, function: u32) -> Vec<usize> {
    let body = module.body(function).expect("it is defined");
    let reader = BinaryReader::new(&module.bytes()[body.clone()], body.start);
    let mut operators = wasmparser::FunctionBody::new(reader)
        .get_operators_reader()
        .expect("the module is valid");
    let mut offsets = Vec::new();
    while !operators.eof() {
        offsets.push(operators.original_position());
        operators.read().expect("the module is valid");
    }
    offsets
}

/// The module with a custom section before its code, or at its end.
fn with_section(wasm: &[u8], before_code: bool, data: &[u8]) -> Vec<u8> {
    let mut annotated = wasm_encoder::Module::HEADER.to_vec();
    let custom = CustomSection {
        name: NAME.into(),
        data: data.into(),
    };
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.expect("the module is valid");
        if before_code && matches!(payload, Payload::CodeSectionStart { .. }) {
            custom.append_to(&mut annotated);
        }
        if let Some((id, range)) = payload.as_section() {
            let data = &wasm[range];
            RawSection { id, data }.append_to(&mut annotated);
        }
    }
    if !before_code {
        custom.append_to(&mut annotated);
    }
    annotated
}

/// Function, offset in its body and number of every annotation.
fn annotations(wasm: &[u8]) -> Vec<(u32, u32, u32)> {
    let mut payloads = Parser::new(0).parse_all(wasm);
    let data = payloads.find_map(|payload| match payload.expect("the module is valid") {
        Payload::CustomSection(custom) if custom.name() == NAME => Some(custom.data()),
        _ => None,
    });
    let mut reader = BinaryReader::new(data.expect("the section is kept"), 0);
    let mut next = || reader.read_var_u32().expect("the section can be read");
    let mut annotations = Vec::new();
    for _ in 0..next() {
        let function = next();
        for _ in 0..next() {
            let (offset, _size, number) = (next(), next(), next());
            annotations.push((function, offset, number));
        }
    }
    assert!(reader.eof(), "nothing is left over");
    annotations
}

fn check(name: &str, wasm: &[u8], before_code: bool) {
    let plain = Module::parse(name, wasm.to_vec()).expect("the module is valid");
    let annotated = with_section(wasm, before_code, &annotate_all(&plain));
    let (module, instrumented) = rewritten(&annotated);
    let after = Module::parse(name, instrumented.wasm.clone()).expect("it is valid");

    let annotations = annotations(&instrumented.wasm);
    let functions = module.imported_functions()..module.function_count();
    let expected: usize = functions
        .map(|function| instructions(&module, function).len())
        .sum();
    assert_eq!(annotations.len(), expected, "{name}");
    let (mut current, mut before_offsets, mut after_offsets) = (0, vec![], vec![]);
    for (function, offset, number) in annotations {
        let original = instrumented.indices.original(function);
        let original = original.expect("nothing is said of what was added");
        if current != function {
            current = function;
            before_offsets = instructions(&module, original);
            after_offsets = instructions(&after, function);
        }
        let before = before_offsets[number as usize];
        let now = after.body(function).expect("it is defined").start + offset as usize;
        let opcode = module.bytes()[before];
        let what = format!("{name}: function {original}, instruction {number}");
        assert!(after_offsets.binary_search(&now).is_ok(), "{what}");
        // An allocator's code is left by a jump to where it is counted.
        let jump = [(0x0f, 0x0c), (0x12, 0x10), (0x13, 0x11), (0x15, 0x14)];
        let is_jump =
            instrumented.is_allocator(original) && jump.contains(&(opcode, after.bytes()[now]));
        assert!(is_jump || opcode == after.bytes()[now], "{what}");
    }
}

const CALLS: &str = r#"(module
    (type $allocate (func (param i32) (result i32)))
    (import "env" "f" (func $imported))
    (table 1 funcref)
    (elem (i32.const 0) func $malloc)
    (memory 1)
    (func $malloc (param i32) (result i32) i32.const 8)
    (func $calls (local i32 i64)
        (if (i32.eqz (call $malloc (i32.const 1))) (then (call $imported)))
        (drop (call_indirect (type $allocate) (i32.const 1) (i32.const 0)))
        (loop $again (br_if $again (call $malloc (i32.const 0))))
        (return_call $calls))
    (func (call $calls)))"#;

#[test]
fn follows_every_instruction_from_before_the_code_and_from_behind_it() {
    let wasm = wat::parse_str(CALLS).expect("the test's text is a module");
    check("text", &wasm, true);
    check("text", &wasm, false);
}

#[test]
fn follows_every_instruction_of_every_guest() {
    for (name, wasm) in guests() {
        check(&name, &wasm, true);
    }
}

/// The data of the section after the rewrite, if it is kept.
fn rewritten_data(data: &[u8]) -> Option<Vec<u8>> {
    let wasm = wat::parse_str(CALLS).expect("the test's text is a module");
    let (_, instrumented) = rewritten(&with_section(&wasm, true, data));
    Parser::new(0)
        .parse_all(&instrumented.wasm)
        .find_map(|payload| match payload.expect("the module is valid") {
            Payload::CustomSection(custom) if custom.name() == NAME => Some(custom.data().to_vec()),
            _ => None,
        })
}

#[test]
fn of_a_whole_function_stays_at_its_beginning() {
    assert_eq!(
        rewritten_data(&[1, 2, 1, 0, 1, 9]),
        Some(vec![1, 5, 1, 0, 1, 9])
    );
}

#[test]
fn that_cannot_be_read_is_left_out() {
    let sections: [&[u8]; 5] = [
        &[],
        &[1, 2, 1, 0, 9, 9],
        &[1, 77, 1, 0, 1, 9],
        &[1, 0, 1, 0, 1, 9],
        &[0, 0],
    ];
    for data in sections {
        assert_eq!(rewritten_data(data), None, "{data:?}");
    }
}
