//! The guest's part of the books: the functions that the rewrite adds to every module.

use wasm_encoder::{BlockType, Function, InstructionSink, MemArg, ValType};

use super::contexts::DEPTH_MASK;
use super::event::KIND_SHIFT;
use super::indices::{Helper, Indices, Register};
use super::layout::{
    CONTEXT_CAP, CONTEXTS_SEEN, FOLDED_ALLOCATIONS, Layout, SHADOW_FRAME, SLOT, Width,
};

/// Spreads a key over the table of contexts: the 64-bit golden ratio, as in Fibonacci hashing.
const SPREAD: i64 = 0x9e37_79b9_7f4a_7c15_u64 as i64;

/// Offsets in a slot of the table of contexts.
const SLOT_KEY: u32 = 0;
const SLOT_SITE: u32 = 8;

/// Offsets in a frame of the shadow stack.
const FRAME_ENTRY: u32 = 0;
const FRAME_LOWEST: u32 = 4;
const FRAME_LATEST: u32 = 6;
const FRAME_FLOOR: u32 = 8;
const FRAME_BENEATH: u32 = 10;
const FRAME_CONTEXT: u32 = 16;

/// Offsets in a function's word of the recursion table.
const WORD_FIRST: u32 = 0;
const WORD_BENEATH: u32 = 2;

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
            Helper::Probe => (vec![I64], vec![I32]),
            Helper::Insert => (vec![I32, I64, I32], vec![I32]),
            Helper::Site => (vec![I64], vec![I32]),
            Helper::Fold => (vec![I64, I32], vec![I64]),
        }
    }

    pub(crate) fn body(&self, helper: Helper) -> Function {
        match helper {
            Helper::Append => self.append(),
            Helper::Probe => self.probe(),
            Helper::Insert => self.insert(),
            Helper::Site => self.site(),
            Helper::Fold => self.fold(),
        }
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

    /// `probe(key) -> slot`: the slot that holds the key, or the empty one where it belongs.
    fn probe(&self) -> Function {
        let (key, slot) = (0, 1);
        let mut function = Function::new([(1, ValType::I32)]);
        let mut code = function.instructions();
        self.first_slot(&mut code, key);
        code.i32_const(self.layout.contexts as i32)
            .i32_add()
            .local_set(slot);
        code.loop_(BlockType::Empty);
        code.local_get(slot)
            .i32_load(self.at(SLOT_SITE, 2))
            .i32_eqz();
        code.if_(BlockType::Empty).local_get(slot).return_().end();
        code.local_get(slot)
            .i64_load(self.at(SLOT_KEY, 3))
            .local_get(key)
            .i64_eq();
        code.if_(BlockType::Empty).local_get(slot).return_().end();
        // The table is never full, so the end of it is not the end of the search.
        code.i32_const(self.layout.contexts as i32);
        code.local_get(slot)
            .i32_const(SLOT as i32)
            .i32_add()
            .local_tee(slot);
        code.local_get(slot)
            .i32_const(self.layout.records as i32)
            .i32_eq();
        code.select().local_set(slot).br(0).end();
        code.unreachable().end();
        function
    }

    /// Leaves the key of a context on the stack: one at whatever depth of recursion, and never zero, as empty slots are.
    fn key(&self, code: &mut InstructionSink<'_>, context: u32) {
        code.local_get(context).i64_const(DEPTH_MASK).i64_or();
    }

    /// Leaves on the stack where the search for a key begins, from the start of the table. Contexts are hashes already.
    fn first_slot(&self, code: &mut InstructionSink<'_>, key: u32) {
        let shift = 64 - self.layout.context_bits - SLOT.ilog2();
        code.local_get(key)
            .i64_const(i64::from(shift))
            .i64_shr_u()
            .i32_wrap_i64()
            .i32_const(-(SLOT as i32))
            .i32_and();
    }

    /// Leaves the site of the context in that local on the stack; the local holds its key afterwards. Most contexts are where
    /// the search for them begins.
    pub(crate) fn put_site(&self, code: &mut InstructionSink<'_>, context: u32, slot: u32) {
        let contexts = self.layout.contexts;
        self.key(code, context);
        code.local_set(context);
        self.first_slot(code, context);
        code.local_tee(slot)
            .i64_load(self.at(contexts + SLOT_KEY, 3))
            .local_get(context)
            .i64_eq();
        code.if_(BlockType::Result(ValType::I32))
            .local_get(slot)
            .i32_load(self.at(contexts + SLOT_SITE, 2))
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

    /// `insert(slot, key, folded) -> site`
    fn insert(&self) -> Function {
        let (slot, key, folded) = (0, 1, 2);
        let mut function = Function::new([]);
        let mut code = function.instructions();
        code.local_get(slot)
            .local_get(key)
            .i64_store(self.at(SLOT_KEY, 3));
        code.local_get(slot);
        code.local_get(folded).call(self.indices.first_sight());
        code.i32_store(self.at(SLOT_SITE, 2));
        code.local_get(slot).i32_load(self.at(SLOT_SITE, 2)).end();
        function
    }

    /// `site(context) -> site`: beyond the cap the call site stands for the context.
    fn site(&self) -> Function {
        let (context, slot, site, key) = (0, 1, 2, 3);
        let mut function = Function::new([(2, ValType::I32), (1, ValType::I64)]);
        let mut code = function.instructions();
        self.key(&mut code, context);
        code.local_set(context);
        self.lookup(&mut code, context, slot, site);
        code.i32_const(0)
            .i32_load(self.at(CONTEXTS_SEEN, 2))
            .i32_const(CONTEXT_CAP as i32)
            .i32_lt_u();
        code.if_(BlockType::Empty);
        code.i32_const(0);
        code.i32_const(0)
            .i32_load(self.at(CONTEXTS_SEEN, 2))
            .i32_const(1)
            .i32_add();
        code.i32_store(self.at(CONTEXTS_SEEN, 2));
        code.local_get(slot).local_get(context).i32_const(0);
        code.call(self.indices.helper(Helper::Insert))
            .return_()
            .end();
        code.i32_const(0);
        code.i32_const(0)
            .i64_load(self.at(FOLDED_ALLOCATIONS, 3))
            .i64_const(1)
            .i64_add();
        code.i64_store(self.at(FOLDED_ALLOCATIONS, 3));
        // Spread by its upper bits; no context's key has these lower ones, so a call site is never taken for one.
        code.global_get(self.register(Register::CallSite))
            .i64_extend_i32_u()
            .i64_const(SPREAD)
            .i64_mul();
        code.i64_const(!DEPTH_MASK)
            .i64_and()
            .i64_const(1)
            .i64_or()
            .local_set(key);
        self.lookup(&mut code, key, slot, site);
        code.local_get(slot).local_get(key).i32_const(1);
        code.call(self.indices.helper(Helper::Insert)).end();
        function
    }

    /// Returns the site of `key` if it is known; leaves its slot in `slot` otherwise.
    fn lookup(&self, code: &mut InstructionSink<'_>, key: u32, slot: u32, site: u32) {
        code.local_get(key)
            .call(self.indices.helper(Helper::Probe))
            .local_tee(slot);
        code.i32_load(self.at(SLOT_SITE, 2)).local_tee(site);
        code.if_(BlockType::Empty).local_get(site).return_().end();
    }

    /// `fold(context, entry) -> context`
    ///
    /// A function that is on the stack already folds back to the context of its first activation. `entry` is the address of
    /// the function's word in the recursion table, whose lower half is the depth of that activation, plus one. Whether the
    /// activation is still live needs no bookkeeping on return: the shadow frame at its depth names the function for as long
    /// as it is, since every function that is entered at that depth later writes its own name there.
    ///
    /// Folding hides the activations in between. One is certainly not hidden if it lies below everything that anything live
    /// folded to (`lowest`), or at or above the latest one that folded; everything else stays unfolded, so that a context may
    /// be finer than the stack without its cycles, and never coarser.
    ///
    /// Activations from before the recursion was noticed have no shadow frame. The upper half of the word is the place of the
    /// function's own among them, plus one. There is no context to fold to, but what lies above is hidden all the same: all
    /// shadow frames below this one (`floor`), and those of the earlier activations that are above `beneath`.
    fn fold(&self) -> Function {
        let fold = FoldLocals::default();
        let mut function = Function::new([(8, ValType::I32)]);
        let mut code = function.instructions();
        code.local_get(fold.context)
            .i32_wrap_i64()
            .i32_const(DEPTH_MASK as i32)
            .i32_and()
            .local_set(fold.depth);
        self.shadow_frame(&mut code, fold.depth, fold.frame);
        self.take_from_caller(&mut code, &fold);
        code.local_get(fold.entry)
            .i32_load16_u(self.at(WORD_FIRST, 1));
        code.i32_const(1).i32_sub().local_set(fold.first);
        self.shadow_frame(&mut code, fold.first, fold.first_frame);

        self.is_live_and_visible(&mut code, &fold);
        code.if_(BlockType::Empty);
        self.fold_to_first(&mut code, &fold);
        code.else_();
        self.become_first(&mut code, &fold);
        code.end();

        self.write_shadow_frame(&mut code, &fold);
        code.local_get(fold.context)
            .i64_const(!DEPTH_MASK)
            .i64_and();
        code.local_get(fold.depth)
            .i32_const(1)
            .i32_add()
            .i64_extend_i32_u()
            .i64_or()
            .end();
        function
    }

    /// What the activations below have hidden so far; nothing where there are none.
    fn take_from_caller(&self, code: &mut InstructionSink<'_>, fold: &FoldLocals) {
        code.i32_const(DEPTH_MASK as i32)
            .local_tee(fold.lowest)
            .local_set(fold.beneath);
        code.local_get(fold.depth).if_(BlockType::Empty);
        code.local_get(fold.frame)
            .i32_const(SHADOW_FRAME as i32)
            .i32_sub()
            .local_tee(fold.first_frame);
        code.i32_load16_u(self.at(FRAME_LOWEST, 1))
            .local_set(fold.lowest);
        code.local_get(fold.first_frame)
            .i32_load16_u(self.at(FRAME_LATEST, 1))
            .local_set(fold.latest);
        code.local_get(fold.first_frame)
            .i32_load16_u(self.at(FRAME_FLOOR, 1))
            .local_set(fold.floor);
        code.local_get(fold.first_frame)
            .i32_load16_u(self.at(FRAME_BENEATH, 1))
            .local_set(fold.beneath);
        code.end();
    }

    /// Leaves on the stack whether the function's first activation is on the stack and nothing hides it.
    fn is_live_and_visible(&self, code: &mut InstructionSink<'_>, fold: &FoldLocals) {
        code.local_get(fold.first).local_get(fold.depth).i32_lt_u();
        code.if_(BlockType::Result(ValType::I32));
        code.local_get(fold.first_frame)
            .i32_load(self.at(FRAME_ENTRY, 2))
            .local_get(fold.entry)
            .i32_eq();
        code.local_get(fold.first).local_get(fold.lowest).i32_lt_u();
        code.local_get(fold.first).local_get(fold.latest).i32_ge_u();
        code.i32_or().i32_and();
        code.local_get(fold.first)
            .local_get(fold.floor)
            .i32_ge_u()
            .i32_and();
        code.else_().i32_const(0).end();
    }

    fn fold_to_first(&self, code: &mut InstructionSink<'_>, fold: &FoldLocals) {
        code.local_get(fold.first_frame)
            .i64_load(self.at(FRAME_CONTEXT, 3))
            .local_set(fold.context);
        code.local_get(fold.first)
            .i32_const(1)
            .i32_add()
            .local_tee(fold.first);
        code.local_get(fold.lowest);
        code.local_get(fold.first).local_get(fold.lowest).i32_lt_u();
        code.select().local_set(fold.lowest);
        code.local_get(fold.depth).local_set(fold.latest);
    }

    fn become_first(&self, code: &mut InstructionSink<'_>, fold: &FoldLocals) {
        code.local_get(fold.entry);
        code.local_get(fold.depth).i32_const(1).i32_add();
        code.i32_store16(self.at(WORD_FIRST, 1));
        code.local_get(fold.entry)
            .i32_load16_u(self.at(WORD_BENEATH, 1))
            .local_tee(fold.first);
        code.if_(BlockType::Empty);
        code.local_get(fold.first)
            .i32_const(1)
            .i32_sub()
            .local_tee(fold.first)
            .local_get(fold.beneath)
            .i32_le_u();
        code.if_(BlockType::Empty);
        code.i32_const(DEPTH_MASK as i32).local_set(fold.lowest);
        code.local_get(fold.depth).local_set(fold.floor);
        code.local_get(fold.first).local_set(fold.beneath);
        code.end().end();
    }

    fn write_shadow_frame(&self, code: &mut InstructionSink<'_>, fold: &FoldLocals) {
        code.local_get(fold.frame)
            .local_get(fold.context)
            .i64_store(self.at(FRAME_CONTEXT, 3));
        code.local_get(fold.frame)
            .local_get(fold.entry)
            .i32_store(self.at(FRAME_ENTRY, 2));
        code.local_get(fold.frame)
            .local_get(fold.lowest)
            .i32_store16(self.at(FRAME_LOWEST, 1));
        code.local_get(fold.frame)
            .local_get(fold.latest)
            .i32_store16(self.at(FRAME_LATEST, 1));
        code.local_get(fold.frame)
            .local_get(fold.floor)
            .i32_store16(self.at(FRAME_FLOOR, 1));
        code.local_get(fold.frame)
            .local_get(fold.beneath)
            .i32_store16(self.at(FRAME_BENEATH, 1));
    }

    fn shadow_frame(&self, code: &mut InstructionSink<'_>, depth: u32, frame: u32) {
        code.local_get(depth)
            .i32_const(SHADOW_FRAME as i32)
            .i32_mul();
        code.i32_const(self.layout.shadow_stack as i32)
            .i32_add()
            .local_set(frame);
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

/// The parameters and locals of `fold`.
struct FoldLocals {
    context: u32,
    entry: u32,
    depth: u32,
    frame: u32,
    first: u32,
    first_frame: u32,
    lowest: u32,
    latest: u32,
    floor: u32,
    beneath: u32,
}

impl Default for FoldLocals {
    fn default() -> Self {
        FoldLocals {
            context: 0,
            entry: 1,
            depth: 2,
            frame: 3,
            first: 4,
            first_frame: 5,
            lowest: 6,
            latest: 7,
            floor: 8,
            beneath: 9,
        }
    }
}

/// The last word of a record that names no site.
pub(crate) fn word(kind: u32) -> i32 {
    (kind << KIND_SHIFT) as i32
}
