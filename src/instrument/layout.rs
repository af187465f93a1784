//! Where things lie in the log, the second memory that an instrumented module carries.
//!
//! ```text
//! 0          contexts seen (i32), contexts folded (i32), allocations beyond the cap (i64)
//! 64         recursion table: one i32 for each function that may recurse
//! folds      open-addressing table: what the context of a function that recurses folds to
//! contexts   open-addressing table from calling context to site
//! records    what happened to the heap, drained by the host
//! ```

use wasm_encoder::{InstructionSink, ValType};

/// Bytes in a page of wasm memory.
const PAGE: u32 = 65_536;

/// Distinct calling contexts that are kept apart; later ones fold to their call site.
pub(crate) const CONTEXT_CAP: u32 = 16_384;

/// Contexts whose folding is known by heart; later ones stay as they are, which is finer and never wrong.
pub(crate) const FOLD_CAP: u32 = 16_384;

/// Bytes of a slot in either table: key (i64), then a site (i32) or a context (i64).
pub(crate) const SLOT: u32 = 16;

/// Bytes that hold records. Small enough to stay in a core's own cache, large enough that draining is rare.
const RECORD_BYTES: u32 = 2 * PAGE;

/// Address of the number of contexts seen, an i32.
pub(crate) const CONTEXTS_SEEN: u32 = 0;

/// Address of the number of entries in the table of folded contexts, an i32.
pub(crate) const FOLDS_SEEN: u32 = 4;

/// Address of the number of allocations whose context lay beyond the cap, an i64.
pub(crate) const FOLDED_ALLOCATIONS: u32 = 8;

/// Address of the recursion table.
const RECURSION_TABLE: u32 = 64;

/// How wide the addresses and sizes in a record are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// 12-byte records: `{ address: u32, size: u32, word: u32 }`.
    Narrow,
    /// 20-byte records: `{ address: u64, size: u64, word: u32 }`, where an allocator takes or returns an i64.
    Wide,
}

impl Width {
    /// Bytes of one record.
    pub fn record(self) -> u32 {
        2 * self.field() + 4
    }

    /// Bytes of an address or a size.
    pub(crate) fn field(self) -> u32 {
        match self {
            Width::Narrow => 4,
            Width::Wide => 8,
        }
    }

    /// The wasm type of an address or a size.
    pub(crate) fn field_type(self) -> ValType {
        match self {
            Width::Narrow => ValType::I32,
            Width::Wide => ValType::I64,
        }
    }

    /// Leaves a zero on the stack, as wide as an address or a size.
    pub(crate) fn zero(self, code: &mut InstructionSink<'_>) {
        match self {
            Width::Narrow => code.i32_const(0),
            Width::Wide => code.i64_const(0),
        };
    }
}

/// An open-addressing table in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) start: u32,
    /// It has two to the power of this many slots.
    bits: u32,
}

impl Table {
    /// A table that is at most half full with that many entries, so that searches stay short.
    fn new(start: u32, entries: u32) -> Table {
        Table {
            start,
            bits: (2 * entries).next_power_of_two().ilog2(),
        }
    }

    pub(crate) fn end(&self) -> u32 {
        self.start + (SLOT << self.bits)
    }

    /// The bits of a slot's address, from the start of the table.
    pub(crate) fn mask(&self) -> u32 {
        (SLOT << self.bits) - SLOT
    }
}

/// The addresses of one module's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Width of the records.
    pub width: Width,
    /// Address of the first record.
    pub records: u32,
    /// A cursor at or beyond this address means that the next record may not fit.
    pub records_end: u32,
    /// Size of the whole log memory, in pages of 64 KiB.
    pub pages: u32,
    pub(crate) folds: Table,
    pub(crate) contexts: Table,
}

impl Layout {
    /// A layout for a module with that many functions on cycles and that many call sites of allocators; the host is one more.
    pub(crate) fn new(width: Width, recursive_functions: u32, call_sites: u32) -> Layout {
        let folds = (RECURSION_TABLE + 4 * recursive_functions).next_multiple_of(PAGE);
        let folds = Table::new(folds, if recursive_functions > 0 { FOLD_CAP } else { 0 });
        let contexts = Table::new(
            folds.end().next_multiple_of(PAGE),
            CONTEXT_CAP + call_sites + 1,
        );
        let records = contexts.end();
        let end = records + RECORD_BYTES;
        Layout {
            width,
            records,
            records_end: end - width.record(),
            pages: end / PAGE,
            folds,
            contexts,
        }
    }

    /// Address of a function's entry in the recursion table.
    pub(crate) fn recursion_entry(index: u32) -> u32 {
        RECURSION_TABLE + 4 * index
    }

    /// Bytes of the whole log memory.
    pub fn bytes(&self) -> u64 {
        u64::from(self.pages) * u64::from(PAGE)
    }
}
