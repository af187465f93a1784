//! The proof that the rewrite changes nothing: what a module computes, it computes instrumented as well.
//!
//! Each kind of evidence has its file: hand-written modules, one a feature of wasm (`features`), the official test suite
//! (`official`), and modules from a generator (`generated`, and the target in `fuzz/`).

mod differential;
mod host;

#[cfg(test)]
mod features;

pub use self::differential::{Difference, Tally, compare};
use crate::module::{Allocator, Module, Role};
use crate::splitmix;

/// An engine with the gate's own settings. What it compiles runs once, so it is compiled fast; calls as deep as generated code
/// makes them fit on its stack.
pub fn engine() -> wasmtime::Engine {
    let mut config = crate::run::deterministic();
    config.cranelift_opt_level(wasmtime::OptLevel::None);
    wasmtime::Engine::new(&config).expect("the gate's own settings are valid")
}

/// Functions that are taken for allocators, since the signature of one fits them: some, chosen by the seed.
///
/// What they return is no block, which the books do not care about. `posix_memalign`'s kind is left out: it is trusted to
/// have written where it was told to, and what another function was told may be no address.
pub fn allocators(module: &Module, seed: u64) -> Vec<Allocator> {
    let is_chosen = |function: &u32| splitmix::next(seed ^ u64::from(*function)).0 % 2 == 0;
    (0..module.function_count())
        .filter(is_chosen)
        .filter_map(|function| {
            Some(Allocator {
                function,
                name: format!("function {function}"),
                family: "proof",
                role: role(module, function)?,
            })
        })
        .collect()
}

fn role(module: &Module, function: u32) -> Option<Role> {
    let signature = module.signature(function);
    let words = signature.params().iter().chain(signature.results());
    let words: Vec<_> = words.collect();
    let is_word = |value| matches!(value, wasmparser::ValType::I32 | wasmparser::ValType::I64);
    if !words
        .iter()
        .all(|value| is_word(**value) && value == &words[0])
    {
        return None;
    }
    match (signature.params().len(), signature.results().len()) {
        (1, 0) => Some(Role::Free { address: 0 }),
        (1, 1) => Some(Role::Allocate { size: 0 }),
        (2, 1) => Some(Role::Resize {
            address: 0,
            size: 1,
        }),
        (3, 1) => Some(Role::ResizeArray {
            address: 0,
            count: 1,
            size: 2,
        }),
        (4, 1) => Some(Role::Resize {
            address: 0,
            size: 3,
        }),
        _ => None,
    }
}
