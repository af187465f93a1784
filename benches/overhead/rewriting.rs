//! How fast modules are rewritten, and what the engine makes of the result.

use std::path::Path;
use std::time::Instant;

use memgate::instrument::instrument;
use memgate::module::Module;
use memgate::run::Engine;
use serde_json::{Value, json};
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{CodeSection, FunctionSection};
use wasmparser::{CodeSectionReader, CustomSectionReader, FunctionSectionReader};

use crate::spread::Spread;

/// Size of the module that is rewritten.
const BYTES: usize = 30 << 20;
const ROUNDS: usize = 9;
const MODULE: &str = "benches/workloads/strings.wasm";

/// Rewrites a module of thirty megabytes, and compiles a small one plain and rewritten in turns.
pub(crate) fn measure(engine: &Engine) -> wasmtime::Result<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(MODULE);
    let small = Module::load(&path)?;
    let large = Module::parse("large", multiplied(small.bytes()))?;
    let megabytes = large.bytes().len() as f64 / 1e6;
    let mut seconds = Vec::new();
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let rewritten = instrument(&large)?;
        seconds.push(began.elapsed().as_secs_f64());
        drop(rewritten);
    }
    let rewritten = instrument(&small)?.wasm;
    std::fs::write("/tmp/strings.inst.wasm", &rewritten).ok();
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let plain = compile(engine, small.bytes())?;
        ratios.push(compile(engine, &rewritten)? / plain);
    }
    let rate = Spread::of(seconds.iter().map(|seconds| megabytes / seconds).collect());
    Ok(json!({
        "megabytes": megabytes,
        "seconds": Spread::of(seconds),
        "megabytes_per_second": rate,
        "compile_time_over_plain": Spread::of(ratios),
        "wasm_size_over_plain": code_size(&rewritten)? as f64 / code_size(small.bytes())? as f64,
        "machine_code_over_plain": machine_code(engine, &rewritten)? as f64 / machine_code(engine, small.bytes())? as f64,
    }))
}

fn compile(engine: &Engine, wasm: &[u8]) -> wasmtime::Result<f64> {
    let began = Instant::now();
    wasmtime::Module::new(engine.as_wasmtime(), wasm)?;
    Ok(began.elapsed().as_secs_f64())
}

fn machine_code(engine: &Engine, wasm: &[u8]) -> wasmtime::Result<usize> {
    Ok(wasmtime::Module::new(engine.as_wasmtime(), wasm)?
        .text()
        .len())
}

fn code_size(wasm: &[u8]) -> wasmtime::Result<usize> {
    for payload in wasmparser::Parser::new(0).parse_all(wasm) {
        if let wasmparser::Payload::CodeSectionStart { size, .. } = payload? {
            return Ok(size as usize);
        }
    }
    Ok(0)
}

/// A module with all its functions many times over.
fn multiplied(wasm: &[u8]) -> Vec<u8> {
    let mut output = wasm_encoder::Module::new();
    let mut multiply = Multiply {
        times: BYTES / code_size(wasm).expect("the workload is valid"),
    };
    multiply
        .parse_core_module(&mut output, wasmparser::Parser::new(0), wasm)
        .expect("the workload is valid");
    output.finish()
}

struct Multiply {
    times: usize,
}

impl Reencode for Multiply {
    type Error = std::convert::Infallible;

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        (0..self.times).try_for_each(|_| {
            reencode::utils::parse_function_section(self, functions, section.clone())
        })
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        (0..self.times)
            .try_for_each(|_| reencode::utils::parse_code_section(self, code, section.clone()))
    }

    // Debug information would speak of the first copies only. Names do as well, and by them the allocator is known.
    fn parse_custom_section(
        &mut self,
        module: &mut wasm_encoder::Module,
        section: CustomSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        if section.name() == "name" {
            reencode::utils::parse_custom_section(self, module, section)?;
        }
        Ok(())
    }
}
