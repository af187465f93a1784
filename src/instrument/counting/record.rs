//! What is written down of an allocator's work, by its role.

use wasm_encoder::{BlockType, InstructionSink, MemArg, ValType};

use super::{Counting, Local, OnField};
use crate::instrument::books::{Record, Word, word};
use crate::instrument::event::{ALIAS, FREE, RELEASED, RESIZE};
use crate::instrument::indices::{Helper, Register};
use crate::instrument::layout::Width;
use crate::module::{Layer, Role};

/// Parameters of the sized form of a resize: address, old size, alignment, new size.
const SIZED_RESIZE: usize = 4;

/// The global that points to a stack in memory; see [`Role::AllocateOnStack`].
const STACK_POINTER: u32 = 0;

/// By what an upper layer knows the block again that a lower one handed out.
const INNER: [(Local, Register); 2] = [
    (Local::Address, Register::Inner),
    (Local::Size, Register::InnerSize),
];

impl Counting<'_> {
    pub(super) fn record(&self, code: &mut InstructionSink<'_>) {
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
            Role::AllocateOnStack {
                size,
                address,
                layer,
            } => self.record_on_stack(code, (size, address), layer),
            Role::Resize { address, size } => {
                self.keep_field(code, size, Local::Size);
                self.record_resize(code, address);
            }
            Role::ResizeInPlace { address, size } => {
                self.keep_field(code, size, Local::Size);
                self.record_resize_in_place(code, address);
            }
            Role::Release { address } => self.record_release(code, address),
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

    /// A function that did not come to its end will be entered again, and counts then.
    fn record_on_stack(
        &self,
        code: &mut InstructionSink<'_>,
        (size, address): (u32, u32),
        layer: Layer,
    ) {
        self.put_result(code);
        code.i32_eqz().if_(BlockType::Empty);
        self.load_operand(code, size);
        code.local_tee(self.local(Local::Size))
            .if_on(self.layout.width);
        self.load_operand(code, address);
        code.local_set(self.local(Local::Address));
        if layer == Layer::Upper {
            self.is_not_inner(code);
            code.if_(BlockType::Empty);
        }
        code.local_get(self.local(Local::CallSite))
            .global_set(self.register(Register::CallSite));
        self.append_block(code);
        if layer == Layer::Upper {
            code.end();
        } else {
            self.keep_inner(code);
        }
        code.end().end();
    }

    /// Leaves on the stack whether this is another block than the one that the lower layer handed out last. Both are asked for
    /// the same size if it is the same block; address and size together are told from those of a block that was there before.
    fn is_not_inner(&self, code: &mut InstructionSink<'_>) {
        for (local, register) in INNER {
            code.local_get(self.local(local))
                .global_get(self.register(register));
            code.ne_on(self.layout.width);
        }
        code.i32_or();
    }

    fn keep_inner(&self, code: &mut InstructionSink<'_>) {
        for (local, register) in INNER {
            code.local_get(self.local(local))
                .global_set(self.register(register));
        }
    }

    /// Leaves what lies on the stack in memory at that offset: of a word of eight bytes the half that a 32-bit memory needs.
    fn load_operand(&self, code: &mut InstructionSink<'_>, offset: u32) {
        code.global_get(STACK_POINTER).i32_load(MemArg {
            offset: offset.into(),
            align: 2,
            memory_index: 0,
        });
        self.widen(code, ValType::I32);
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
        code.else_();
        self.asks_for_nothing(code);
        code.if_(BlockType::Empty);
        self.record_free(code, old);
        code.end().end();
    }

    /// Leaves on the stack whether zero bytes were asked for: a product that overflows to zero is not that.
    fn asks_for_nothing(&self, code: &mut InstructionSink<'_>) {
        let Role::ResizeArray { count, size, .. } = self.allocator.role else {
            code.local_get(self.local(Local::Size))
                .eqz_on(self.layout.width);
            return;
        };
        self.field(code, count);
        code.eqz_on(self.layout.width);
        self.field(code, size);
        code.eqz_on(self.layout.width).i32_or();
    }

    /// What comes back is whether it could be done.
    fn record_resize_in_place(&self, code: &mut InstructionSink<'_>, block: u32) {
        self.put_result(code);
        if self.result == Some(ValType::I64) {
            code.i64_const(0).i64_ne();
        }
        code.if_(BlockType::Empty);
        self.keep_field(code, block, Local::Address);
        self.field(code, block);
        self.append_about(code, RESIZE);
        self.append_block(code);
        code.end();
    }

    /// Appends the new block, and the address under which a lower layer knows it.
    fn append_block(&self, code: &mut InstructionSink<'_>) {
        if !self.calls_with_contexts() {
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
        if self.is_layered() {
            self.append_alias(code);
        }
    }

    fn append_alias(&self, code: &mut InstructionSink<'_>) {
        code.global_get(self.register(Register::Inner))
            .local_get(self.local(Local::Address));
        code.ne_on(self.layout.width)
            .if_(BlockType::Empty)
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

    /// A release is a free, with a one where the size of a block would be.
    pub(super) fn record_release(&self, code: &mut InstructionSink<'_>, address: u32) {
        self.field(code, address);
        match self.layout.width {
            Width::Narrow => code.i32_const(RELEASED as i32),
            Width::Wide => code.i64_const(RELEASED.into()),
        };
        code.i32_const(word(FREE))
            .call(self.plan.indices.helper(Helper::Append));
    }
}
