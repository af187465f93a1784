//! The proof that the rewrite changes nothing: what a module computes, it computes instrumented as well.
//!
//! Each kind of evidence has its file: hand-written modules, one a feature of wasm (`features`), the official test suite
//! (`official`), and modules from a generator (`generated`, and the target in `fuzz/`).

mod differential;
mod host;
mod side;

#[cfg(test)]
mod features;
#[cfg(test)]
mod generated;
#[cfg(test)]
mod official;
#[cfg(test)]
mod smith;

use std::sync::LazyLock;

use wasmparser::{BinaryReader, FunctionBody, Operator, ValType};

use self::differential::compare;
pub use self::differential::{Difference, Tally};
use crate::module::{Allocator, Module, Role};
use crate::splitmix;

/// Runs a module plain and instrumented: equal results, equal memories, equal traps. The seed chooses arguments, and functions
/// to be taken for allocators. What the engine does not take is not compared.
///
/// # Errors
///
/// What differs, where something does.
pub fn prove(wasm: &[u8], seed: u64) -> Result<Tally, Difference> {
    static ENGINE: LazyLock<wasmtime::Engine> = LazyLock::new(engine);
    compare(&ENGINE, wasm, |module| allocators(module, seed), seed)
}

/// An engine with the gate's own settings. What it compiles runs once, so it is compiled fast.
fn engine() -> wasmtime::Engine {
    let mut config = crate::run::deterministic();
    config.cranelift_opt_level(wasmtime::OptLevel::None);
    wasmtime::Engine::new(&config).expect("the gate's own settings are valid")
}

/// Functions that are taken for allocators, since the signature of one fits them: some, chosen by the seed.
///
/// What they return is no block, which the books do not care about. Two kinds are left out by nature. `posix_memalign`'s is
/// trusted to have written where it was told to, and what another function was told may be no address. A function that calls
/// itself by tail calls for as long as it likes would need stack: its wrapper has to be there when it returns.
fn allocators(module: &Module, seed: u64) -> Vec<Allocator> {
    let is_chosen = |function: &u32| {
        splitmix::next(seed ^ u64::from(*function))
            .0
            .is_multiple_of(2)
    };
    (0..module.function_count())
        .filter(is_chosen)
        .filter(|function| !has_tail_calls(module, *function))
        .filter_map(|function| {
            Some(Allocator {
                header: 0,
                function,
                name: format!("function {function}"),
                family: "proof",
                role: role(module, function)?,
            })
        })
        .collect()
}

fn has_tail_calls(module: &Module, function: u32) -> bool {
    let Some(body) = module.body(function) else {
        return false;
    };
    let reader = BinaryReader::new(&module.bytes()[body.clone()], body.start);
    let operators = FunctionBody::new(reader).get_operators_reader();
    let mut operators = operators.into_iter().flatten();
    operators.any(|operator| {
        matches!(
            operator,
            Ok(Operator::ReturnCall { .. }
                | Operator::ReturnCallIndirect { .. }
                | Operator::ReturnCallRef { .. })
        )
    })
}

/// What a function could be if it were an allocator: all of it numbers, and among them whole ones to be addresses and sizes.
fn role(module: &Module, function: u32) -> Option<Role> {
    let signature = module.signature(function);
    let (parameters, results) = (signature.params(), signature.results());
    let is_whole = |value: &ValType| matches!(value, ValType::I32 | ValType::I64);
    let is_number =
        |value: &ValType| is_whole(value) || matches!(value, ValType::F32 | ValType::F64);
    if !parameters.iter().chain(results).all(is_number) {
        return None;
    }
    let mut whole = (0..).zip(parameters).filter(|(_, value)| is_whole(value));
    let mut next = || whole.next().map(|(index, _)| index);
    match (results, [next(), next(), next()]) {
        ([], [Some(address), ..]) => Some(Role::Free { address }),
        ([result], _) if !is_whole(result) => None,
        ([_], [Some(size), None, _]) => Some(Role::Allocate { size }),
        ([_], [Some(address), Some(size), None]) if function.is_multiple_of(2) => {
            Some(Role::Resize { address, size })
        }
        ([_], [Some(count), Some(size), None]) => Some(Role::AllocateArray { count, size }),
        ([_], [Some(address), Some(count), Some(size)]) => Some(Role::ResizeArray {
            address,
            count,
            size,
        }),
        _ => None,
    }
}
