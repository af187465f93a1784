//! Where things lie in the log, the second memory that an instrumented module carries.
//!
//! ```text
//! 0            contexts seen (i32), folded allocations (i64)
//! 64           recursion table: one i32 for each function that lies on a cycle of the call graph
//! shadow stack one frame for each live activation of a function that was seen to recurse
//! contexts     open-addressing table from calling context to site
//! records      what happened to the heap, drained by the host
//! ```

use wasm_encoder::{InstructionSink, ValType};

/// Bytes in a page of wasm memory.
const PAGE: u32 = 65_536;

/// Distinct calling contexts that are kept apart; later ones fold to their call site.
pub(crate) const CONTEXT_CAP: u32 = 16_384;

/// Live activations of recursive functions that are told apart. The engine's stack holds fewer frames than that.
pub(crate) const SHADOW_FRAMES: u32 = 65_536;

/// Bytes of a shadow frame: recursion entry (i32), `lowest`, `latest`, `floor`, `beneath` (i16 each), padding, context (i64).
pub(crate) const SHADOW_FRAME: u32 = 24;

/// Bytes of a slot in the table of contexts: key (i64), site (i32), padding.
pub(crate) const SLOT: u32 = 16;

/// Bytes that hold records. Small enough to stay in a core's own cache, large enough that draining is rare.
const RECORD_BYTES: u32 = 4 * PAGE;

/// Address of the number of contexts seen, an i32.
pub(crate) const CONTEXTS_SEEN: u32 = 0;

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

    /// Bytes of an address or a size.
    pub(crate) fn field(self) -> u32 {
        match self {
            Width::Narrow => 4,
            Width::Wide => 8,
        }
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
    pub(crate) shadow_stack: u32,
    pub(crate) contexts: u32,
    /// The table of contexts has two to the power of this many slots.
    pub(crate) context_bits: u32,
}

impl Layout {
    /// A layout for a module with that many functions on cycles and that many call sites of allocators.
    pub(crate) fn new(width: Width, recursive_functions: u32, call_sites: u32) -> Layout {
        let shadow_stack = (RECURSION_TABLE + 4 * recursive_functions).next_multiple_of(PAGE);
        let contexts = shadow_stack + SHADOW_FRAMES * SHADOW_FRAME;
        // At most half full, so that probes stay short.
        let slots = (2 * (CONTEXT_CAP + call_sites)).next_power_of_two();
        let records = contexts + slots * SLOT;
        let end = records + RECORD_BYTES;
        Layout {
            width,
            records,
            records_end: end - width.record(),
            pages: end / PAGE,
            shadow_stack,
            contexts,
            context_bits: slots.ilog2(),
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
