//! The border between the guest and a host that may call back.
//!
//! What a function of the host calls back counts by itself, even where an allocator called that function, and its calling
//! context goes on from where the guest was left. WASI calls nothing back: a module that imports nothing else has no border.

use wasm_encoder::{Function, ValType};

use super::indices::{Indices, Register};
use super::layout::Width;

/// Writes the functions that stand at the border.
pub(crate) struct Border<'a> {
    pub(crate) indices: &'a Indices,
    pub(crate) width: Width,
}

impl Border<'_> {
    /// What is called in place of an imported function. A trap that the host has caught leaves nothing behind, either.
    pub(crate) fn leave(&self, import: u32, parameters: u32) -> Function {
        let kept = [
            (Register::Inside, ValType::I32),
            (Register::Inner, self.width.field_type()),
            (Register::Border, ValType::I64),
        ];
        let mut function = Function::new_with_locals_types(kept.map(|(_, value)| value));
        let mut code = function.instructions();
        for ((register, _), local) in kept.iter().zip(parameters..) {
            code.global_get(self.indices.register(*register))
                .local_set(local);
        }
        code.i32_const(0)
            .global_set(self.indices.register(Register::Inside));
        code.global_get(self.indices.register(Register::Context))
            .global_set(self.indices.register(Register::Border));
        for parameter in 0..parameters {
            code.local_get(parameter);
        }
        code.call(self.indices.body(import));
        for ((register, _), local) in kept.iter().zip(parameters..) {
            code.local_get(local)
                .global_set(self.indices.register(*register));
        }
        code.end();
        function
    }

    /// What is exported in place of a function: it takes up the context that the guest was left with.
    pub(crate) fn enter(&self, export: u32, parameters: u32) -> Function {
        let mut function = Function::new([]);
        let mut code = function.instructions();
        code.global_get(self.indices.register(Register::Border))
            .global_set(self.indices.register(Register::Context));
        for parameter in 0..parameters {
            code.local_get(parameter);
        }
        code.call(self.indices.reference(export)).end();
        function
    }
}
