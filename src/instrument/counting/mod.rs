//! Counting: what is put around an allocator, so that it writes down what it did.
//!
//! A defined allocator counts in its own body, which costs no call; one that is imported, or large and needed twice, gets a
//! wrapper. The outermost allocator counts. Where one calls another by its index, that is known beforehand, and the call goes
//! to a copy that counts nothing; only where one may get to another unseen does a flag tell them apart.

mod record;

use wasm_encoder::{BlockType, Catch, Function, InstructionSink, MemArg, RefType, ValType};

use crate::instrument::books::Books;
use crate::instrument::indices::{Indices, Register};
use crate::instrument::layout::{Layout, Width};
use crate::instrument::plan::Plan;
use crate::module::{Allocator, Nesting, Role};

/// What is thrown.
const EXCEPTION: ValType = ValType::Ref(RefType::EXNREF);

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

/// What counts one allocator.
pub(crate) struct Counting<'a> {
    plan: &'a Plan<'a>,
    layout: &'a Layout,
    allocator: &'a Allocator,
    nesting: &'a Nesting,
    parameters: Vec<ValType>,
    result: Option<ValType>,
    /// Where the locals begin: those of [`Local`], then the arguments as they came.
    first_local: u32,
}

/// The locals that counting needs, in this order.
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
    /// The number of the call site, where what the allocator calls sets others.
    CallSite,
}

/// How many they are.
const LOCALS: u32 = 7;

impl<'a> Counting<'a> {
    /// For a defined allocator, whose body has locals of its own before `first_local`.
    pub(crate) fn of_body(
        plan: &'a Plan<'a>,
        layout: &'a Layout,
        function: u32,
        first_local: u32,
    ) -> Self {
        let allocator = plan.allocator(function).expect("it is an allocator's body");
        let signature = plan.module.signature(function);
        Counting {
            plan,
            layout,
            allocator,
            nesting: plan.nesting(function),
            parameters: signature.params().iter().copied().map(encoded).collect(),
            result: signature.results().first().copied().map(encoded),
            first_local,
        }
    }

    /// For functions that have no body but what counts.
    fn of_wrapper(plan: &'a Plan<'a>, layout: &'a Layout, function: u32) -> Self {
        let parameters = plan.parameters(function);
        Counting::of_body(plan, layout, function, parameters)
    }

    /// The types of the locals, from the first one on.
    pub(crate) fn locals(&self) -> impl Iterator<Item = ValType> {
        let field = self.layout.width.field_type();
        let own = [
            ValType::I64,
            field,
            field,
            ValType::I32,
            ValType::I32,
            self.result.unwrap_or(ValType::I32),
            ValType::I32,
        ];
        own.into_iter().chain(self.parameters.iter().copied())
    }

    /// What an allocator is for everybody but other allocators where it is not counted in its own body.
    pub(crate) fn wrapper(plan: &'a Plan<'a>, layout: &'a Layout, function: u32) -> Function {
        let counting = Counting::of_wrapper(plan, layout, function);
        counting.function(|code| {
            counting.enter(code);
            counting.call(code);
            code.end();
            counting.leave(code);
        })
    }

    /// What an allocator is for other allocators.
    pub(crate) fn nested(plan: &'a Plan<'a>, layout: &'a Layout, function: u32) -> Function {
        let counting = Counting::of_wrapper(plan, layout, function);
        counting.function(|code| {
            counting.keep_arguments(code);
            counting.inside(code);
        })
    }

    fn function(&self, write: impl FnOnce(&mut InstructionSink<'_>)) -> Function {
        let mut function = Function::new_with_locals_types(self.locals().collect::<Vec<_>>());
        let mut code = function.instructions();
        write(&mut code);
        code.end();
        function
    }

    /// What comes before the allocator's own code. It opens the block that the code stands in, which leaves the result.
    pub(crate) fn enter(&self, code: &mut InstructionSink<'_>) {
        self.keep_arguments(code);
        if self.plan.has_hidden_nesting() {
            code.global_get(self.register(Register::Inside))
                .if_(BlockType::Empty);
            self.inside(code);
            code.return_().end();
        }
        if self.is_layered() {
            self.put_block_under_way(code);
            code.global_set(self.register(Register::Inner));
        }
        if self.calls_with_contexts() {
            // Taken now, since what the allocator calls sets contexts of its own.
            self.take_context(code);
        }
        if self.allocator.role.is_apart() {
            code.global_get(self.register(Register::CallSite))
                .local_set(self.local(Local::CallSite));
        }
        if self.nesting.hidden {
            code.i32_const(1)
                .global_set(self.register(Register::Inside));
        }
        code.block(self.block_type());
        if self.catches() {
            code.block(BlockType::Result(EXCEPTION));
            code.try_table(self.block_type(), [Catch::AllRef { label: 0 }]);
        }
    }

    /// What comes behind the allocator's own code, which ended its block.
    pub(crate) fn leave(&self, code: &mut InstructionSink<'_>) {
        if self.catches() {
            code.br(1).end();
            // An exception that leaves the allocator does not leave the flag behind.
            code.i32_const(0)
                .global_set(self.register(Register::Inside));
            code.throw_ref().end();
        }
        if self.result.is_some() {
            code.local_set(self.local(Local::Result));
        }
        if self.nesting.hidden {
            code.i32_const(0)
                .global_set(self.register(Register::Inside));
        }
        if self.allocator.header > 0 {
            self.put_address(code);
            self.skip_header(code);
            code.global_set(self.register(Register::Inner));
        }
        self.record(code);
        self.put_result(code);
    }

    /// Whether another allocator may know the block under another address.
    fn is_layered(&self) -> bool {
        self.nesting.is_layered() || self.allocator.header > 0
    }

    /// The block that is being resized, where a lower layer may release it before the resize is recorded; otherwise zero.
    fn put_block_under_way(&self, code: &mut InstructionSink<'_>) {
        match self.allocator.role {
            Role::Resize { address, .. } if self.allocator.header > 0 => {
                self.field(code, address);
                self.skip_header(code);
            }
            _ => self.zero(code),
        }
    }

    /// From the address that is handed out to the one that the layer below handed out.
    fn skip_header(&self, code: &mut InstructionSink<'_>) {
        match self.layout.width {
            Width::Narrow => code.i32_const(self.allocator.header as i32).i32_sub(),
            Width::Wide => code.i64_const(self.allocator.header.into()).i64_sub(),
        };
    }

    /// Whether what it calls may set contexts, so that it takes its own at entry.
    fn calls_with_contexts(&self) -> bool {
        self.nesting.hidden || self.allocator.role.is_apart()
    }

    fn catches(&self) -> bool {
        self.nesting.hidden && self.plan.module.has_exceptions()
    }

    fn block_type(&self) -> BlockType {
        self.result.map_or(BlockType::Empty, BlockType::Result)
    }

    /// The allocator's own code may use its parameters for something else.
    fn keep_arguments(&self, code: &mut InstructionSink<'_>) {
        for parameter in 0..self.parameters.len() as u32 {
            code.local_get(parameter)
                .local_set(self.argument(parameter));
        }
    }

    /// An allocator that another one calls: it counts for nothing, but what it hands out may come back to be freed.
    fn inside(&self, code: &mut InstructionSink<'_>) {
        self.call(code);
        if self.result.is_some() {
            code.local_set(self.local(Local::Result));
        }
        match self.allocator.role {
            Role::Free { address } => self.forget_inner(code, address),
            Role::Release { address } => self.release_inner(code, address),
            Role::ResizeInPlace { .. } => {}
            _ => {
                self.put_address(code);
                code.local_tee(self.local(Local::Address))
                    .if_on(self.layout.width);
                code.local_get(self.local(Local::Address))
                    .global_set(self.register(Register::Inner))
                    .end();
            }
        }
        self.put_result(code);
    }

    /// What is released inside the allocator are blocks that others own, but for the one that is being resized.
    fn release_inner(&self, code: &mut InstructionSink<'_>, address: u32) {
        self.field(code, address);
        code.global_get(self.register(Register::Inner));
        code.ne_on(self.layout.width).if_(BlockType::Empty);
        self.record_release(code, address);
        code.end();
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

    fn take_context(&self, code: &mut InstructionSink<'_>) {
        code.global_get(self.register(Register::Context))
            .local_set(self.local(Local::Context));
    }

    /// Calls the allocator itself.
    fn call(&self, code: &mut InstructionSink<'_>) {
        for parameter in 0..self.parameters.len() as u32 {
            code.local_get(parameter);
        }
        code.call(self.plan.indices.plain(self.allocator.function));
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
            .local_get(self.argument(out));
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
        code.local_get(self.argument(parameter));
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
            layout: self.layout,
            indices: &self.plan.indices,
        }
    }

    fn register(&self, register: Register) -> u32 {
        self.plan.indices.register(register)
    }

    fn local(&self, local: Local) -> u32 {
        self.first_local + local as u32
    }

    fn argument(&self, parameter: u32) -> u32 {
        self.first_local + LOCALS + parameter
    }
}

/// Allocators take and return numbers only, which their signatures were checked for.
pub(crate) fn encoded(value: wasmparser::ValType) -> ValType {
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
    /// Whether the two values on the stack differ.
    fn ne_on(&mut self, width: Width) -> &mut Self;
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

    fn ne_on(&mut self, width: Width) -> &mut Self {
        match width {
            Width::Narrow => self.i32_ne(),
            Width::Wide => self.i64_ne(),
        }
    }
}
