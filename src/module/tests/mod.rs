//! One file a behaviour; each has one `check` that alone calls what it tests.

mod allocators;
mod call_graph;
mod debug_info;
mod library;
mod load;
mod names;
mod source_path;
mod symbols;

use super::Module;

fn module(wat: &str) -> Module {
    let bytes = wat::parse_str(wat).expect("the test's text is a module");
    Module::parse("test.wasm", bytes).expect("the test's module is valid")
}

/// A module that is checked in, beside its source and the command that builds it.
fn fixture(name: &str) -> Vec<u8> {
    let path = format!(
        "{}/src/module/fixtures/{name}.wasm",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read(path).expect("the fixture is checked in")
}
