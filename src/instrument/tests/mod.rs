//! One file a behaviour; each has one `check` that alone calls what it tests.

mod code_metadata;
mod custom_sections;
mod names;

use super::{Instrumented, instrument_with};
use crate::module::Module;

/// A module in text, and its rewrite with the allocators that it names, if any.
fn rewritten(wasm: &[u8]) -> (Module, Instrumented) {
    let module = Module::parse("test.wasm", wasm.to_vec()).expect("the test's module is valid");
    let allocators = module.allocators().unwrap_or_default();
    let instrumented = instrument_with(&module, allocators).expect("it can be rewritten");
    wasmparser::Validator::new_with_features(wasmparser::WasmFeatures::all())
        .validate_all(&instrumented.wasm)
        .expect("a rewritten module is valid");
    (module, instrumented)
}

/// The modules that this repository measures itself with.
fn guests() -> Vec<(String, Vec<u8>)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/guests");
    let mut folders = vec![std::path::PathBuf::from(folder)];
    let mut guests = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder can be read") {
            let path = entry.expect("the folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "wasm")
            {
                let wasm = std::fs::read(&path).expect("the guest was listed");
                guests.push((path.display().to_string(), wasm));
            }
        }
    }
    assert!(!guests.is_empty(), "there are guests");
    guests
}
