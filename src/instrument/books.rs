//! The guest's part of the books: the functions that the rewrite adds to every module, and what they have in common with
//! the code that is put into the allocators.

use wasm_encoder::{BlockType, Function, InstructionSink, MemArg, ValType};

use super::event::KIND_SHIFT;
use super::indices::{Helper, Indices, Register};
use super::layout::{
    CONTEXT_CAP, CONTEXTS_SEEN, FOLD_CAP, FOLDED_ALLOCATIONS, FOLDS_SEEN, Layout, SLOT, Table,
    Width,
};

/// Spreads the numbers of call sites: the 64-bit golden ratio, as in Fibonacci hashing.
const SPREAD: i64 = 0x9e37_79b9_7f4a_7c15_u64 as i64;

/// Offsets in a slot of a table.
const SLOT_KEY: u32 = 0;
const SLOT_VALUE: u32 = 8;

/// A record that is about to be appended: the numbers of the locals that hold its fields.
pub(crate) struct Record {
    pub(crate) address: u32,
    /// Zero if there is none.
    pub(crate) size: Option<u32>,
    pub(crate) word: Word,
}

/// The last word of a record.
pub(crate) enum Word {
    /// A local that holds the site of an allocation.
    Site(u32),
    /// The kind of an event that names no site.
    Kind(u32),
}

/// Writes the helpers of one module.
pub(crate) struct Books<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) indices: &'a Indices,
}

impl Books<'_> {
    /// Parameters and results of a helper.
    pub(crate) fn signature(&self, helper: Helper) -> (Vec<ValType>, Vec<ValType>) {
        use ValType::{I32, I64};
        let field = self.layout.width.field_type();
        match helper {
            Helper::Append => (vec![field, field, I32], vec![]),
            Helper::Site => (vec![I64], vec![I32]),
            Helper::Insert => (vec![I32, I64, I32], vec![I32]),
            Helper::Fold => (vec![I64, I64], vec![I64]),
        }
    }

    pub(crate) fn body(&self, helper: Helper) -> Function {
        match helper {
            Helper::Append => self.append(),
            Helper::Site => self.site(),
            Helper::Insert => self.insert(),
            Helper::Fold => self.fold(),
        }
    }

    /// Leaves the site of the context in that local on the stack; the local holds its key afterwards. Most contexts are where
    /// the search for them begins.
    pub(crate) fn put_site(&self, code: &mut InstructionSink<'_>, context: u32, slot: u32) {
        let contexts = self.layout.contexts;
        code.local_get(context)
            .i64_const(1)
            .i64_or()
            .local_set(context);
        self.put_offset(code, contexts, context);
        code.local_tee(slot)
            .i64_load(self.at(contexts.start + SLOT_KEY, 3))
            .local_get(context)
            .i64_eq();
        code.if_(BlockType::Result(ValType::I32))
            .local_get(slot)
            .i32_load(self.at(contexts.start + SLOT_VALUE, 2))
            .else_()
            .local_get(context)
            .call(self.indices.helper(Helper::Site))
            .end();
    }

    /// Appends a record; `cursor` is a local to work with.
    pub(crate) fn put_record(&self, code: &mut InstructionSink<'_>, cursor: u32, record: Record) {
        let field = self.layout.width.field();
        code.global_get(self.register(Register::Cursor))
            .local_tee(cursor)
            .local_get(record.address);
        self.store_field(code, 0);
        code.local_get(cursor);
        match record.size {
            Some(size) => drop(code.local_get(size)),
            None => self.layout.width.zero(code),
        }
        self.store_field(code, field);
        code.local_get(cursor);
        match record.word {
            Word::Site(local) => code.local_get(local),
            Word::Kind(kind) => code.i32_const(word(kind)),
        };
        code.i32_store(self.at(2 * field, 2));
        code.local_get(cursor)
            .i32_const(self.layout.width.record() as i32)
            .i32_add();
        code.local_tee(cursor)
            .global_set(self.register(Register::Cursor));
        code.local_get(cursor)
            .i32_const(self.layout.records_end as i32)
            .i32_gt_u();
        // The host sets the cursor back, as it does when it drains the log at a mark.
        code.if_(BlockType::Empty).call(self.indices.flush()).end();
    }

    /// `append(address, size, word)`
    fn append(&self) -> Function {
        let (address, size, word, cursor) = (0, 1, 2, 3);
        let mut function = Function::new([(1, ValType::I32)]);
        let mut code = function.instructions();
        let record = Record {
            address,
            size: Some(size),
            word: Word::Site(word),
        };
        self.put_record(&mut code, cursor, record);
        code.end();
        function
    }

    /// `site(key) -> site`: beyond the cap the call site stands for the context.
    fn site(&self) -> Function {
        let (key, slot, call_site) = (0, 1, 2);
        let contexts = self.layout.contexts;
        let mut function = Function::new([(1, ValType::I32), (1, ValType::I64)]);
        let mut code = function.instructions();
        self.search(&mut code, contexts, key, slot, |code| {
            code.i32_load(self.at(SLOT_VALUE, 2));
        });
        self.if_below(&mut code, CONTEXTS_SEEN, CONTEXT_CAP);
        code.local_get(slot).local_get(key).i32_const(0);
        code.call(self.indices.helper(Helper::Insert))
            .return_()
            .end();
        code.i32_const(0);
        code.i32_const(0)
            .i64_load(self.at(FOLDED_ALLOCATIONS, 3))
            .i64_const(1)
            .i64_add();
        code.i64_store(self.at(FOLDED_ALLOCATIONS, 3));
        // Contexts have odd keys, call sites even ones, and empty slots zero.
        code.global_get(self.register(Register::CallSite))
            .i64_extend_i32_u()
            .i64_const(1)
            .i64_add()
            .i64_const(SPREAD)
            .i64_mul()
            .i64_const(1)
            .i64_shl()
            .local_set(call_site);
        self.search(&mut code, contexts, call_site, slot, |code| {
            code.i32_load(self.at(SLOT_VALUE, 2));
        });
        code.local_get(slot).local_get(call_site).i32_const(1);
        code.call(self.indices.helper(Helper::Insert)).end();
        function
    }

    /// `insert(slot, key, folded) -> site`
    fn insert(&self) -> Function {
        let (slot, key, folded) = (0, 1, 2);
        let mut function = Function::new([]);
        let mut code = function.instructions();
        code.local_get(slot);
        code.local_get(folded).call(self.indices.first_sight());
        code.i32_store(self.at(SLOT_VALUE, 2));
        code.local_get(slot)
            .local_get(key)
            .i64_store(self.at(SLOT_KEY, 3));
        code.local_get(slot).i32_load(self.at(SLOT_VALUE, 2)).end();
        function
    }

    /// `fold(context, identity) -> context`: what the context of a function that recurses folds to. It depends on nothing but
    /// the context, so the host is asked once.
    fn fold(&self) -> Function {
        let (context, identity, slot) = (0, 1, 2);
        let key = identity;
        let mut function = Function::new([(1, ValType::I32)]);
        let mut code = function.instructions();
        code.local_get(context)
            .local_get(identity)
            .i64_add()
            .i64_const(1)
            .i64_or()
            .local_set(key);
        self.search(&mut code, self.layout.folds, key, slot, |code| {
            code.i64_load(self.at(SLOT_VALUE, 3));
        });
        self.if_below(&mut code, FOLDS_SEEN, FOLD_CAP);
        code.local_get(slot);
        code.local_get(context)
            .call(self.indices.fold())
            .i64_store(self.at(SLOT_VALUE, 3));
        code.local_get(slot)
            .local_get(key)
            .i64_store(self.at(SLOT_KEY, 3));
        code.local_get(slot)
            .i64_load(self.at(SLOT_VALUE, 3))
            .return_()
            .end();
        code.local_get(context).end();
        function
    }

    /// Looks a key up and returns what `put_value` makes of its slot; leaves the empty slot where it belongs in `slot` if it
    /// is not there.
    fn search(
        &self,
        code: &mut InstructionSink<'_>,
        table: Table,
        key: u32,
        slot: u32,
        put_value: impl FnOnce(&mut InstructionSink<'_>),
    ) {
        self.put_offset(code, table, key);
        code.i32_const(table.start as i32).i32_add().local_set(slot);
        code.loop_(BlockType::Empty);
        code.local_get(slot)
            .i64_load(self.at(SLOT_KEY, 3))
            .local_get(key)
            .i64_eq();
        code.if_(BlockType::Empty).local_get(slot);
        put_value(code);
        code.return_().end();
        code.block(BlockType::Empty);
        code.local_get(slot)
            .i64_load(self.at(SLOT_KEY, 3))
            .i64_eqz()
            .br_if(0);
        // The table is never full, so the end of it is not the end of the search.
        code.i32_const(table.start as i32);
        code.local_get(slot)
            .i32_const(SLOT as i32)
            .i32_add()
            .local_tee(slot);
        code.local_get(slot).i32_const(table.end() as i32).i32_eq();
        code.select().local_set(slot).br(1).end().end();
    }

    /// Leaves on the stack where the search for a key begins, from the start of the table. Keys are hashes already, and their
    /// lowest bit says what kind of key they are.
    fn put_offset(&self, code: &mut InstructionSink<'_>, table: Table, key: u32) {
        let shift = SLOT.ilog2() - 1;
        code.local_get(key)
            .i32_wrap_i64()
            .i32_const(shift as i32)
            .i32_shl()
            .i32_const(table.mask() as i32)
            .i32_and();
    }

    /// Opens an `if` for what is below the cap, and counts it.
    fn if_below(&self, code: &mut InstructionSink<'_>, counter: u32, cap: u32) {
        code.i32_const(0)
            .i32_load(self.at(counter, 2))
            .i32_const(cap as i32)
            .i32_lt_u();
        code.if_(BlockType::Empty);
        code.i32_const(0);
        code.i32_const(0)
            .i32_load(self.at(counter, 2))
            .i32_const(1)
            .i32_add();
        code.i32_store(self.at(counter, 2));
    }

    fn store_field(&self, code: &mut InstructionSink<'_>, offset: u32) {
        match self.layout.width {
            Width::Narrow => code.i32_store(self.at(offset, 2)),
            // Records follow each other without padding, so a wide field is aligned to four bytes only.
            Width::Wide => code.i64_store(self.at(offset, 2)),
        };
    }

    fn at(&self, offset: u32, align: u32) -> MemArg {
        MemArg {
            offset: offset.into(),
            align,
            memory_index: self.indices.log(),
        }
    }

    fn register(&self, register: Register) -> u32 {
        self.indices.register(register)
    }
}

/// The last word of a record that names no site.
pub(crate) fn word(kind: u32) -> i32 {
    (kind << KIND_SHIFT) as i32
}
