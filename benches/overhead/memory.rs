//! What the host keeps: bytes for a byte of guest heap, and for a calling context.

use std::alloc::System;
use std::collections::BTreeMap;
use std::fmt::Write;

use cap::Cap;
use memgate::heap::{Fold, Recording};
use memgate::instrument::{Width, instrument};
use memgate::module::{CodeFrame, Module};
use memgate::run::{self, Ending, Engine, Log, MarkKind, Observer, Overwhelmed};
use serde_json::{Value, json};

use crate::workload::{WORKLOADS, Workload, scenario};

/// Counts what the host has allocated. It costs an atomic addition, which is nothing beside all else that is measured here:
/// the guest's memory is mapped, and the books of a guest that is under way hardly grow.
#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// Workloads whose heaps are large enough for it.
const WITH_HEAPS: [&str; 3] = ["malloc", "lru", "strings"];
/// From how many places each function of the deep module calls the next: more than ten thousand contexts, ten calls deep.
const WAYS: [usize; 10] = [2, 3, 3, 2, 3, 2, 3, 3, 2, 3];

pub(crate) fn measure(engine: &Engine) -> wasmtime::Result<Value> {
    let mut bytes_per_heap_byte = BTreeMap::new();
    let with_heaps = |workload: &&Workload| WITH_HEAPS.contains(&workload.name);
    for workload in WORKLOADS.iter().filter(with_heaps) {
        let (kept, recording) = weigh(engine, &workload.module()?, workload.n)?;
        let heap = recording
            .mark(MarkKind::Final)
            .map_or(0, |mark| mark.heap_span);
        bytes_per_heap_byte.insert(workload.name, kept as f64 / heap as f64);
    }
    let (kept, recording) = weigh(engine, &deep_module()?, 1)?;
    let contexts = recording.diagnostics.contexts;
    assert_eq!(contexts, WAYS.iter().product::<usize>() as u64);
    Ok(json!({
        "bytes_per_heap_byte": bytes_per_heap_byte,
        "bytes_per_context": kept as f64 / contexts as f64,
    }))
}

/// The bytes that the host keeps of one call of `run`, besides the instance and its log, and what it knows by them.
fn weigh(engine: &Engine, module: &Module, n: u32) -> wasmtime::Result<(usize, Recording)> {
    let name = module.name();
    let compiled = engine.compile(name, instrument(module)?)?;
    let outcome = run::run(
        engine,
        &compiled,
        &scenario(name, n, 0, 1),
        Weighed::default(),
    )?;
    assert_eq!(outcome.ending, Ending::Completed, "{name}");
    let Weighed {
        fold,
        before,
        after,
    } = outcome.observer;
    Ok((after - before, fold.finish()))
}

/// Folds the log, and looks at what the host has allocated while the instance is there, before and after the call.
#[derive(Default)]
struct Weighed {
    fold: Fold,
    before: usize,
    after: usize,
}

impl Observer for Weighed {
    fn site(&mut self, stack: &[CodeFrame], folded: bool) {
        self.fold.site(stack, folded);
    }

    fn events(&mut self, width: Width, log: &[u8], time: u64) -> Result<(), Overwhelmed> {
        self.fold.events(width, log, time)
    }

    fn mark(&mut self, kind: MarkKind, time: u64, memory: u64) {
        self.fold.mark(kind, time, memory);
        match kind {
            MarkKind::Baseline => self.before = ALLOCATOR.allocated(),
            MarkKind::Final => self.after = ALLOCATOR.allocated(),
            _ => {}
        }
    }

    fn finish(&mut self, log: Log, stacks: Vec<Vec<CodeFrame>>) {
        Observer::finish(&mut self.fold, log, stacks);
    }
}

/// A module that allocates and frees one block in each of its many contexts.
fn deep_module() -> wasmtime::Result<Module> {
    let mut functions = String::new();
    for (level, ways) in WAYS.iter().enumerate() {
        let calls = format!("call $level{level} ").repeat(*ways);
        writeln!(functions, "(func $level{} {calls})", level + 1)?;
    }
    let text = format!(
        r#"(module
            (memory (export "memory") 1)
            (func $malloc (export "malloc") (param i32) (result i32) i32.const 1024)
            (func $free (export "free") (param i32))
            (func $level0 (call $free (call $malloc (i32.const 16))))
            {functions}
            (func (export "run") (param i32) (result i32) call $level{} i32.const 0))"#,
        WAYS.len()
    );
    Ok(Module::parse("deep", wat::parse_str(text)?)?)
}
