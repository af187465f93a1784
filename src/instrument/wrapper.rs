//! Allocator wrappers: every reference to an allocator means the wrapper, which calls it and writes down what came of it.

use wasm_encoder::{BlockType, Catch, Function, InstructionSink, MemArg, RefType, ValType};

use super::books::{field_type, word};
use super::event::{ALIAS, FREE, RESIZE};
use super::indices::{Helper, Indices, Register};
use super::layout::{Layout, Width};
use crate::module::{Allocator, Role};

/// Parameters of the sized form of a resize: address, old size, alignment, new size.
const SIZED_RESIZE: usize = 4;

/// Writes the wrapper of one allocator.
pub(crate) struct Wrapper<'a> {
    layout: &'a Layout,
    indices: &'a Indices,
    allocator: &'a Allocator,
    parameters: &'a [ValType],
    result: Option<ValType>,
    /// Whether something in the module may throw, so that the allocator may be left by an exception.
    throws: bool,
}

impl<'a> Wrapper<'a> {
    pub(crate) fn new(
        layout: &'a Layout,
        indices: &'a Indices,
        allocator: &'a Allocator,
        (parameters, results): (&'a [ValType], &'a [ValType]),
        throws: bool,
    ) -> Self {
        let result = results.first().copied();
        Wrapper {
            layout,
            indices,
            allocator,
            parameters,
            result,
            throws,
        }
    }

    pub(crate) fn body(&self) -> Function {
        let field = field_type(self.layout.width);
        let locals = [ValType::I64, field, field].into_iter().chain(self.result);
        let mut function = Function::new_with_locals_types(locals);
        let mut code = function.instructions();
        code.global_get(self.register(Register::Inside))
            .if_(BlockType::Empty);
        self.nested(&mut code);
        code.end();
        self.outermost(&mut code);
        code.end();
        function
    }

    /// An allocator that another one calls: it counts for nothing, but what it hands out may come back to be freed.
    fn nested(&self, code: &mut InstructionSink<'_>) {
        self.call(code);
        if let Role::Free { address } = self.allocator.role {
            self.forget_inner(code, address);
        } else {
            self.put_address(code);
            code.local_tee(self.address()).if_on(self.layout.width);
            code.local_get(self.address())
                .global_set(self.register(Register::Inner))
                .end();
        }
        self.put_result(code);
        code.return_();
    }

    /// What was handed out and taken back inside the allocator is no alias of its block.
    fn forget_inner(&self, code: &mut InstructionSink<'_>, address: u32) {
        self.field(code, address);
        code.global_get(self.register(Register::Inner));
        match self.layout.width {
            Width::Narrow => code.i32_eq(),
            Width::Wide => code.i64_eq(),
        };
        code.if_(BlockType::Empty);
        self.zero(code);
        code.global_set(self.register(Register::Inner)).end();
    }

    fn outermost(&self, code: &mut InstructionSink<'_>) {
        // Taken before the call, since what the allocator calls sets contexts of its own.
        code.global_get(self.register(Register::Context))
            .local_set(self.context());
        self.zero(code);
        code.global_set(self.register(Register::Inner));
        code.i32_const(1)
            .global_set(self.register(Register::Inside));
        self.guarded_call(code);
        code.i32_const(0)
            .global_set(self.register(Register::Inside));
        self.record(code);
        self.put_result(code);
    }

    /// Calls the allocator so that an exception that leaves it does not leave the guard behind.
    fn guarded_call(&self, code: &mut InstructionSink<'_>) {
        if !self.throws {
            return self.call(code);
        }
        let exception = ValType::Ref(RefType::EXNREF);
        code.block(BlockType::Empty);
        code.block(BlockType::Result(exception));
        code.try_table(BlockType::Empty, [Catch::AllRef { label: 0 }]);
        self.call(code);
        code.end().br(1).end();
        code.i32_const(0)
            .global_set(self.register(Register::Inside));
        code.throw_ref().end();
    }

    fn record(&self, code: &mut InstructionSink<'_>) {
        match self.allocator.role {
            Role::Free { address } => self.record_free(code, address),
            Role::Allocate { size } => {
                self.field(code, size);
                code.local_set(self.size());
                self.record_allocation(code);
            }
            Role::AllocateInto { size, .. } => {
                self.field(code, size);
                code.local_set(self.size());
                self.record_allocation(code);
            }
            Role::AllocateArray { count, size } => {
                self.product(code, count, size);
                self.record_allocation(code);
            }
            Role::Resize { address, size } => {
                self.field(code, size);
                code.local_set(self.size());
                self.record_resize(code, address);
            }
            Role::ResizeArray {
                address,
                count,
                size,
            } => {
                self.product(code, count, size);
                self.record_resize(code, address);
            }
        }
    }

    fn record_free(&self, code: &mut InstructionSink<'_>, address: u32) {
        self.field(code, address);
        code.if_on(self.layout.width);
        self.append_about(code, address, FREE);
        code.end();
    }

    fn record_allocation(&self, code: &mut InstructionSink<'_>) {
        self.put_address(code);
        code.local_tee(self.address()).if_on(self.layout.width);
        self.append_block(code);
        code.end();
    }

    /// A resize that failed leaves the block as it is, unless it was one to nothing, which frees it.
    fn record_resize(&self, code: &mut InstructionSink<'_>, old: u32) {
        self.put_address(code);
        if self.parameters.len() == SIZED_RESIZE {
            // The sized form returns some aligned address for zero bytes, and that is no block.
            self.zero(code);
            code.local_get(self.size())
                .eqz_on(self.layout.width)
                .i32_eqz()
                .select();
        }
        code.local_tee(self.address()).if_on(self.layout.width);
        self.field(code, old);
        code.if_on(self.layout.width);
        self.append_about(code, old, RESIZE);
        code.end();
        self.append_block(code);
        code.else_();
        self.asks_for_nothing(code);
        code.if_(BlockType::Empty);
        self.record_free(code, old);
        code.end().end();
    }

    /// Leaves on the stack whether zero bytes were asked for: a product that overflows to zero is not that.
    fn asks_for_nothing(&self, code: &mut InstructionSink<'_>) {
        let Role::ResizeArray { count, size, .. } = self.allocator.role else {
            code.local_get(self.size()).eqz_on(self.layout.width);
            return;
        };
        self.field(code, count);
        code.eqz_on(self.layout.width);
        self.field(code, size);
        code.eqz_on(self.layout.width).i32_or();
    }

    /// Appends the new block, and the address under which a lower layer knows it.
    fn append_block(&self, code: &mut InstructionSink<'_>) {
        code.local_get(self.address()).local_get(self.size());
        code.local_get(self.context())
            .call(self.indices.helper(Helper::Site));
        code.call(self.indices.helper(Helper::Append));
        code.global_get(self.register(Register::Inner))
            .if_on(self.layout.width);
        code.global_get(self.register(Register::Inner))
            .local_get(self.address());
        match self.layout.width {
            Width::Narrow => code.i32_ne(),
            Width::Wide => code.i64_ne(),
        };
        code.if_(BlockType::Empty)
            .global_get(self.register(Register::Inner));
        self.zero(code);
        code.i32_const(word(ALIAS))
            .call(self.indices.helper(Helper::Append))
            .end()
            .end();
    }

    /// Appends a record about the address in that parameter.
    fn append_about(&self, code: &mut InstructionSink<'_>, parameter: u32, kind: u32) {
        self.field(code, parameter);
        self.zero(code);
        code.i32_const(word(kind))
            .call(self.indices.helper(Helper::Append));
    }

    /// Calls the allocator itself, and keeps its result.
    fn call(&self, code: &mut InstructionSink<'_>) {
        for parameter in 0..self.parameters.len() as u32 {
            code.local_get(parameter);
        }
        code.call(self.indices.body(self.allocator.function));
        if self.result.is_some() {
            code.local_set(self.result_local());
        }
    }

    fn put_result(&self, code: &mut InstructionSink<'_>) {
        if self.result.is_some() {
            code.local_get(self.result_local());
        }
    }

    /// Leaves the address that was handed out on the stack, zero if none was.
    fn put_address(&self, code: &mut InstructionSink<'_>) {
        match (self.allocator.role, self.result) {
            (Role::AllocateInto { out, .. }, _) => self.load_out(code, out),
            (_, Some(result)) => {
                code.local_get(self.result_local());
                self.widen(code, result);
            }
            (_, None) => self.zero(code),
        }
    }

    /// `posix_memalign` stores the address, and returns zero if it could.
    fn load_out(&self, code: &mut InstructionSink<'_>, out: u32) {
        let field = field_type(self.layout.width);
        code.local_get(self.result_local())
            .i32_eqz()
            .if_(BlockType::Result(field))
            .local_get(out);
        let memory = |align| MemArg {
            offset: 0,
            align,
            memory_index: 0,
        };
        match self.parameters[out as usize] {
            ValType::I64 => code.i64_load(memory(3)),
            _ => code.i32_load(memory(2)),
        };
        self.widen(code, self.parameters[out as usize]);
        code.else_();
        self.zero(code);
        code.end();
    }

    /// Leaves a parameter on the stack, as wide as a record's field.
    fn field(&self, code: &mut InstructionSink<'_>, parameter: u32) {
        code.local_get(parameter);
        self.widen(code, self.parameters[parameter as usize]);
    }

    fn product(&self, code: &mut InstructionSink<'_>, count: u32, size: u32) {
        self.field(code, count);
        self.field(code, size);
        match self.layout.width {
            Width::Narrow => code.i32_mul(),
            Width::Wide => code.i64_mul(),
        };
        code.local_set(self.size());
    }

    fn widen(&self, code: &mut InstructionSink<'_>, value: ValType) {
        if self.layout.width == Width::Wide && value == ValType::I32 {
            code.i64_extend_i32_u();
        }
    }

    fn zero(&self, code: &mut InstructionSink<'_>) {
        match self.layout.width {
            Width::Narrow => code.i32_const(0),
            Width::Wide => code.i64_const(0),
        };
    }

    fn register(&self, register: Register) -> u32 {
        self.indices.register(register)
    }

    fn context(&self) -> u32 {
        self.parameters.len() as u32
    }

    fn address(&self) -> u32 {
        self.context() + 1
    }

    fn size(&self) -> u32 {
        self.context() + 2
    }

    fn result_local(&self) -> u32 {
        self.context() + 3
    }
}

/// Tests of a value as wide as a record's field.
trait OnField {
    /// `if` the value on the stack is not zero.
    fn if_on(&mut self, width: Width) -> &mut Self;
    /// Whether the value on the stack is zero.
    fn eqz_on(&mut self, width: Width) -> &mut Self;
}

impl OnField for InstructionSink<'_> {
    fn if_on(&mut self, width: Width) -> &mut Self {
        if width == Width::Wide {
            self.i64_const(0).i64_ne();
        }
        self.if_(BlockType::Empty)
    }

    fn eqz_on(&mut self, width: Width) -> &mut Self {
        match width {
            Width::Narrow => self.i32_eqz(),
            Width::Wide => self.i64_eqz(),
        }
    }
}
