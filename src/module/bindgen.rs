//! wasm-bindgen's own exports, where it numbered them: `__wbindgen_export_0` and so on, in an order that differs.

use wasmparser::ValType;

use super::allocators::Allocator;
use super::families::{Role, WASM_BINDGEN};
use super::layers::Growth;
use super::{Export, Module};

/// What JavaScript allocates with, told by signatures; all of it or nothing, since closures are exported the same way.
pub(super) fn numbered(module: &Module) -> Vec<Allocator> {
    let mut growth = Growth::default();
    let exports: Vec<&Export> = module
        .exports()
        .iter()
        .filter(|export| export.is_function() && export.name.starts_with("__wbindgen_export"))
        .collect();
    let mut only = |params, results, grows: bool, role| {
        let mut fitting = exports.iter().filter(|export| {
            has_words(module, export.index, params, results)
                && growth.reaches(module, export.index) == grows
        });
        let export = fitting.next()?;
        fitting.next().is_none().then(|| Allocator {
            function: export.index,
            name: export.name.clone(),
            family: WASM_BINDGEN,
            role,
            header: 0,
        })
    };
    let malloc = only(2, 1, true, Role::Allocate { size: 0 });
    let realloc = only(
        4,
        1,
        true,
        Role::Resize {
            address: 0,
            size: 2,
        },
    );
    let free = only(3, 0, false, Role::Free { address: 0 });
    match (malloc, free) {
        (Some(malloc), Some(free)) => [malloc, free].into_iter().chain(realloc).collect(),
        _ => Vec::new(),
    }
}

fn has_words(module: &Module, function: u32, params: usize, results: usize) -> bool {
    let signature = module.signature(function);
    let mut values = signature.params().iter().chain(signature.results());
    values.all(|value| *value == ValType::I32)
        && signature.params().len() == params
        && signature.results().len() == results
}
