//! One file a behaviour; each has one `check` that alone calls what it tests.

mod allocator_data;
mod allocators;
mod call_graph;
mod debug_info;
mod library;
mod load;
mod memory_layout;
mod names;
mod source_path;
mod statics;
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

/// A module of this repository's own gate, by its place in the folder of guests.
fn guest(name: &str) -> Module {
    let path = format!("{}/guests/{name}.wasm", env!("CARGO_MANIFEST_DIR"));
    Module::load(path.as_ref()).expect("the guest is checked in")
}

/// Xorshift: the same numbers every time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}
