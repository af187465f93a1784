//! Allocator wrappers: every reference to an allocator means its wrapper, which calls it and writes down what came of it.
//!
//! The outermost allocator counts. Where one calls another by its index, that is known beforehand, and the call goes to a
//! nested wrapper or is followed by [`note_inner`]; only where one may get to another unseen does a flag tell them apart.

use wasm_encoder::{BlockType, Catch, Function, InstructionSink, MemArg, RefType, ValType};

use super::books::{Books, Record, Word, word};
use super::event::{ALIAS, FREE, RESIZE};
use super::indices::{Helper, Indices, Register};
use super::layout::{Layout, Width};
use super::plan::Plan;
use crate::module::{Allocator, Nesting, Role};

/// Parameters of the sized form of a resize: address, old size, alignment, new size.
const SIZED_RESIZE: usize = 4;

/// Notes the address that an allocator was just handed by another one, and leaves it on the stack.
pub(crate) fn note_inner(
    code: &mut InstructionSink<'_>,
    indices: &Indices,
    width: Width,
    local: u32,
    is_wide: bool,
) {
    code.local_tee(local);
    if width == Width::Wide && !is_wide {
        code.i64_extend_i32_u();
    }
    code.global_set(indices.register(Register::Inner))
        .local_get(local);
}

/// Writes the wrappers of one allocator.
pub(crate) struct Wrapper<'a> {
    plan: &'a Plan<'a>,
    layout: Layout,
    allocator: &'a Allocator,
    nesting: &'a Nesting,
    parameters: Vec<ValType>,
    result: Option<ValType>,
}

/// Locals of a wrapper, behind its parameters and in this order.
#[derive(Clone, Copy)]
enum Local {
    /// The calling context, and then its key.
    Context,
    Address,
    Size,
    /// A place in the table of contexts, then the site.
    Site,
    Cursor,
    Result,
}

impl<'a> Wrapper<'a> {
    pub(crate) fn new(plan: &'a Plan<'a>, layout: Layout, allocator: &'a Allocator) -> Self {
        let signature = plan.module.signature(allocator.function);
        Wrapper {
            plan,
            layout,
            allocator,
            nesting: plan.nesting(allocator.function),
            parameters: signature.params().iter().copied().map(encoded).collect(),
            result: signature.results().first().copied().map(encoded),
        }
    }

    /// What the allocator is for everybody but other allocators.
    pub(crate) fn outermost(&self) -> Function {
        self.function(|code| {
            if self.plan.has_hidden_nesting() {
                code.global_get(self.register(Register::Inside))
                    .if_(BlockType::Empty);
                self.inside(code);
                code.return_().end();
            }
            self.counted(code);
        })
    }

    /// What the allocator is for other allocators.
    pub(crate) fn nested(&self) -> Function {
        self.function(|code| self.inside(code))
    }

    fn function(&self, write: impl FnOnce(&mut InstructionSink<'_>)) -> Function {
        let field = self.layout.width.field_type();
        let locals = [ValType::I64, field, field, ValType::I32, ValType::I32];
        let locals = locals.into_iter().chain(self.result);
        let mut function = Function::new_with_locals_types(locals);
        let mut code = function.instructions();
        write(&mut code);
        code.end();
        function
    }

    /// An allocator that another one calls: it counts for nothing, but what it hands out may come back to be freed.
    fn inside(&self, code: &mut InstructionSink<'_>) {
        self.call(code);
        if let Role::Free { address } = self.allocator.role {
            self.forget_inner(code, address);
        } else {
            self.put_address(code);
            code.local_tee(self.local(Local::Address))
                .if_on(self.layout.width);
            code.local_get(self.local(Local::Address))
                .global_set(self.register(Register::Inner))
                .end();
        }
        self.put_result(code);
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

    fn counted(&self, code: &mut InstructionSink<'_>) {
        if self.nesting.is_layered() {
            self.zero(code);
            code.global_set(self.register(Register::Inner));
        }
        if self.nesting.hidden {
            // Taken before the call, since what the allocator calls sets contexts of its own.
            self.take_context(code);
            self.guarded_call(code);
        } else {
            self.call(code);
        }
        self.record(code);
        self.put_result(code);
    }

    fn take_context(&self, code: &mut InstructionSink<'_>) {
        code.global_get(self.register(Register::Context))
            .local_set(self.local(Local::Context));
    }

    /// Calls the allocator with the flag set, so that an exception that leaves it does not leave the flag behind.
    fn guarded_call(&self, code: &mut InstructionSink<'_>) {
        code.i32_const(1)
            .global_set(self.register(Register::Inside));
        let throws = self.plan.module.has_exceptions();
        if throws {
            let exception = ValType::Ref(RefType::EXNREF);
            code.block(BlockType::Empty);
            code.block(BlockType::Result(exception));
            code.try_table(BlockType::Empty, [Catch::AllRef { label: 0 }]);
            self.call(code);
            code.end().br(1).end();
            code.i32_const(0)
                .global_set(self.register(Register::Inside));
            code.throw_ref().end();
        } else {
            self.call(code);
        }
        code.i32_const(0)
            .global_set(self.register(Register::Inside));
    }

    fn record(&self, code: &mut InstructionSink<'_>) {
        match self.allocator.role {
            Role::Free { address } => self.record_free(code, address),
            Role::Allocate { size } | Role::AllocateInto { size, .. } => {
                self.keep_field(code, size, Local::Size);
                self.record_allocation(code);
            }
            Role::AllocateArray { count, size } => {
                self.keep_product(code, count, size);
                self.record_allocation(code);
            }
            Role::Resize { address, size } => {
                self.keep_field(code, size, Local::Size);
                self.record_resize(code, address);
            }
            Role::ResizeArray {
                address,
                count,
                size,
            } => {
                self.keep_product(code, count, size);
                self.record_resize(code, address);
            }
        }
    }

    fn record_free(&self, code: &mut InstructionSink<'_>, address: u32) {
        self.keep_field(code, address, Local::Address);
        code.local_get(self.local(Local::Address))
            .if_on(self.layout.width);
        let record = Record {
            address: self.local(Local::Address),
            size: None,
            word: Word::Kind(FREE),
        };
        self.books()
            .put_record(code, self.local(Local::Cursor), record);
        code.end();
    }

    fn record_allocation(&self, code: &mut InstructionSink<'_>) {
        self.put_address(code);
        code.local_tee(self.local(Local::Address))
            .if_on(self.layout.width);
        self.append_block(code);
        code.end();
    }

    /// A resize that failed leaves the block as it is, unless it was one to nothing, which frees it.
    fn record_resize(&self, code: &mut InstructionSink<'_>, old: u32) {
        self.put_address(code);
        if self.parameters.len() == SIZED_RESIZE {
            // The sized form returns some aligned address for zero bytes, and that is no block.
            self.zero(code);
            code.local_get(self.local(Local::Size))
                .eqz_on(self.layout.width)
                .i32_eqz()
                .select();
        }
        code.local_tee(self.local(Local::Address))
            .if_on(self.layout.width);
        self.field(code, old);
        code.if_on(self.layout.width);
        self.field(code, old);
        self.append_about(code, RESIZE);
        code.end();
        self.append_block(code);
        code.else_()
            .local_get(self.local(Local::Size))
            .eqz_on(self.layout.width)
            .if_(BlockType::Empty);
        self.record_free(code, old);
        code.end().end();
    }

    /// Appends the new block, and the address under which a lower layer knows it.
    fn append_block(&self, code: &mut InstructionSink<'_>) {
        if !self.nesting.hidden {
            self.take_context(code);
        }
        let books = self.books();
        books.put_site(code, self.local(Local::Context), self.local(Local::Site));
        code.local_set(self.local(Local::Site));
        let record = Record {
            address: self.local(Local::Address),
            size: Some(self.local(Local::Size)),
            word: Word::Site(self.local(Local::Site)),
        };
        books.put_record(code, self.local(Local::Cursor), record);
        if self.nesting.is_layered() {
            self.append_alias(code);
        }
    }

    fn append_alias(&self, code: &mut InstructionSink<'_>) {
        code.global_get(self.register(Register::Inner))
            .local_get(self.local(Local::Address));
        match self.layout.width {
            Width::Narrow => code.i32_ne(),
            Width::Wide => code.i64_ne(),
        };
        code.if_(BlockType::Empty)
            .global_get(self.register(Register::Inner))
            .if_on(self.layout.width);
        code.global_get(self.register(Register::Inner));
        self.append_about(code, ALIAS);
        code.end().end();
    }

    /// Appends a record about the address on the stack.
    fn append_about(&self, code: &mut InstructionSink<'_>, kind: u32) {
        self.zero(code);
        code.i32_const(word(kind))
            .call(self.plan.indices.helper(Helper::Append));
    }

    /// Calls the allocator itself, and keeps its result.
    fn call(&self, code: &mut InstructionSink<'_>) {
        for parameter in 0..self.parameters.len() as u32 {
            code.local_get(parameter);
        }
        code.call(self.plan.indices.body(self.allocator.function));
        if self.result.is_some() {
            code.local_set(self.local(Local::Result));
        }
    }

    fn put_result(&self, code: &mut InstructionSink<'_>) {
        if self.result.is_some() {
            code.local_get(self.local(Local::Result));
        }
    }

    /// Leaves the address that was handed out on the stack, zero if none was.
    fn put_address(&self, code: &mut InstructionSink<'_>) {
        match (self.allocator.role, self.result) {
            (Role::AllocateInto { out, .. }, _) => self.load_out(code, out),
            (_, Some(result)) => {
                code.local_get(self.local(Local::Result));
                self.widen(code, result);
            }
            (_, None) => self.zero(code),
        }
    }

    /// `posix_memalign` stores the address, and returns zero if it could.
    fn load_out(&self, code: &mut InstructionSink<'_>, out: u32) {
        let field = self.layout.width.field_type();
        code.local_get(self.local(Local::Result))
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

    fn keep_field(&self, code: &mut InstructionSink<'_>, parameter: u32, local: Local) {
        self.field(code, parameter);
        code.local_set(self.local(local));
    }

    fn keep_product(&self, code: &mut InstructionSink<'_>, count: u32, size: u32) {
        self.field(code, count);
        self.field(code, size);
        match self.layout.width {
            Width::Narrow => code.i32_mul(),
            Width::Wide => code.i64_mul(),
        };
        code.local_set(self.local(Local::Size));
    }

    fn widen(&self, code: &mut InstructionSink<'_>, value: ValType) {
        if self.layout.width == Width::Wide && value == ValType::I32 {
            code.i64_extend_i32_u();
        }
    }

    fn zero(&self, code: &mut InstructionSink<'_>) {
        self.layout.width.zero(code);
    }

    fn books(&self) -> Books<'_> {
        Books {
            layout: &self.layout,
            indices: &self.plan.indices,
        }
    }

    fn register(&self, register: Register) -> u32 {
        self.plan.indices.register(register)
    }

    fn local(&self, local: Local) -> u32 {
        self.parameters.len() as u32 + local as u32
    }
}

/// Allocators take and return numbers only, which their signatures were checked for.
fn encoded(value: wasmparser::ValType) -> ValType {
    match value {
        wasmparser::ValType::I64 => ValType::I64,
        wasmparser::ValType::F32 => ValType::F32,
        wasmparser::ValType::F64 => ValType::F64,
        _ => ValType::I32,
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
