//! The rewrite: a module becomes one that keeps exact books of its own heap.
//!
//! Every allocator appends a record to a log in a second memory; functions from which an allocation can be reached carry a
//! hash of their calling context. The host is called only when the log is full ([`IMPORT_FLUSH`]), when a context is seen
//! for the first time ([`IMPORT_FIRST_SIGHT`]), and when a function recurses in a new way ([`IMPORT_FOLD`]): three imports and
//! not one, so that none needs an argument that tells it which it is.

mod body;
mod books;
mod border;
mod code_metadata;
mod contexts;
mod counting;
mod event;
mod indices;
mod layout;
mod names;
mod offsets;
mod plan;
mod rewrite;

use std::collections::{BTreeMap, BTreeSet};

pub use self::contexts::Context;
pub use self::event::{Event, decode};
use self::indices::Indices;
pub use self::layout::{Layout, Width};
use self::offsets::Offsets;
use self::plan::Plan;
use crate::module::{Allocator, CodeFrame, Module, NoAllocator};

/// The module that an instrumented module imports from.
pub const IMPORT_MODULE: &str = "memgate";
/// `() -> ()`: the log is full; drain it and set the cursor back to [`Layout::records`].
pub const IMPORT_FLUSH: &str = "flush";
/// `(folded: i32) -> (site: i32)`: number the calling context that is under way, from 1; `folded` is 1 if it stands for all
/// later contexts of its call site.
pub const IMPORT_FIRST_SIGHT: &str = "first_sight";
/// `(context: i64) -> (context: i64)`: what the context of the function that was just entered folds to, which is that of the
/// stack without its cycles.
pub const IMPORT_FOLD: &str = "fold";
/// The memory that holds the log.
pub const EXPORT_LOG: &str = "memgate.log";
/// Global, i32: where the next record goes.
pub const EXPORT_CURSOR: &str = "memgate.cursor";
/// Global, i32: whether an allocator is at work. To be zero before an export is called, since a trap leaves it as it was.
pub const EXPORT_INSIDE: &str = "memgate.inside";
/// Global, i64: the calling context. To be zero before an export is called.
pub const EXPORT_CONTEXT: &str = "memgate.context";
/// Global, i64: the calling context with which the guest was left for a host that may call back. To be zero before an export
/// is called from outside, since a trap leaves it as it was.
pub const EXPORT_BORDER: &str = "memgate.border";
/// The module's own memory, where it has one, whether the module exports it or not.
pub const EXPORT_MEMORY: &str = "memgate.memory";
/// Begins the names of the globals that hold an integer which can change: the index in the original module follows.
const EXPORT_GLOBAL: &str = "memgate.global.";
/// What the host writes to the word of a function in the recursion table once it was seen twice on one stack.
pub const RECURSES: u32 = 1;

/// An instrumented module, and the way back from it.
#[derive(Clone, Debug)]
pub struct Instrumented {
    /// The module to be run in place of the original.
    pub wasm: Vec<u8>,
    /// Where things lie in its log.
    pub layout: Layout,
    /// The functions that may recurse, by their index in the original module, each with the address of its word in the log.
    pub recursion: BTreeMap<u32, u32>,
    /// The globals that hold an integer which can change, by their index in the original module; the module exports them
    /// under the names of [`export_of_global`].
    pub variables: Vec<u32>,
    /// The functions of the original module that are under way where a process ends once its `main` has returned.
    pub ending: Vec<u32>,
    allocators: BTreeSet<u32>,
    indices: Indices,
    offsets: Offsets,
}

impl Instrumented {
    /// The original place of a frame of the instrumented module; none if the rewrite added the function.
    pub fn original(&self, function: u32, offset: u32) -> Option<CodeFrame> {
        let function = self.indices.original(function)?;
        let offset = self.offsets.original(offset)?;
        Some(CodeFrame { function, offset })
    }

    /// Whether a function of the original module is an allocator, whose own frame is no part of a calling context.
    pub fn is_allocator(&self, function: u32) -> bool {
        self.allocators.contains(&function)
    }

    /// What the guest counted itself, from the contents of the log's memory: contexts, and allocations beyond their cap.
    pub fn counts(&self, log: &[u8]) -> (u64, u64) {
        let word = |address: u32| log.get(address as usize..)?.first_chunk().copied();
        let long = |address: u32| log.get(address as usize..)?.first_chunk().copied();
        let contexts = word(layout::CONTEXTS_SEEN).map_or(0, u32::from_le_bytes);
        let folded = long(layout::FOLDED_ALLOCATIONS).map_or(0, u64::from_le_bytes);
        (contexts.into(), folded)
    }
}

/// The name under which an instrumented module exports a global of the original.
pub fn export_of_global(global: u32) -> String {
    format!("{EXPORT_GLOBAL}{global}")
}

/// Why a module could not be instrumented.
#[derive(Debug, thiserror::Error)]
pub enum InstrumentError {
    /// Nothing in the module is known to allocate.
    #[error(transparent)]
    NoAllocator(#[from] NoAllocator),
    /// The module went through memgate before.
    #[error(
        "the module is instrumented already: it has an export {EXPORT_LOG:?}. Name the module as it was built in the suite"
    )]
    AlreadyInstrumented,
    /// The code cannot be read.
    #[error("failed to read the module's code: {0}")]
    Malformed(String),
}

/// Rewrites a module.
///
/// # Errors
///
/// When no allocator is found, when the module is instrumented already, and when its code cannot be read.
pub fn instrument(module: &Module) -> Result<Instrumented, InstrumentError> {
    refuse_instrumented(module)?;
    instrument_with(module, module.allocators()?)
}

fn refuse_instrumented(module: &Module) -> Result<(), InstrumentError> {
    let mut exports = module.exports().iter();
    match exports.any(|export| export.name == EXPORT_LOG) {
        true => Err(InstrumentError::AlreadyInstrumented),
        false => Ok(()),
    }
}

/// Rewrites a module that counts its allocations itself: its allocators are left alone, if it has any.
///
/// # Errors
///
/// When the module is instrumented already, and when its code cannot be read.
pub fn without_allocators(module: &Module) -> Result<Instrumented, InstrumentError> {
    refuse_instrumented(module)?;
    instrument_with(module, Vec::new())
}

/// As [`instrument`], whatever the allocators: the proof makes its own choice of functions, or of none.
pub(crate) fn instrument_with(
    module: &Module,
    allocators: Vec<Allocator>,
) -> Result<Instrumented, InstrumentError> {
    let plan = Plan::new(module, allocators);
    let rewritten =
        rewrite::rewrite(&plan).map_err(|error| InstrumentError::Malformed(error.to_string()))?;
    Ok(Instrumented {
        ending: module.ending(),
        wasm: rewritten.wasm,
        layout: rewritten.layout,
        recursion: plan.recursion().clone(),
        variables: module.variables(),
        allocators: plan
            .allocators
            .iter()
            .map(|allocator| allocator.function)
            .collect(),
        indices: plan.indices,
        offsets: rewritten.offsets,
    })
}

#[cfg(test)]
mod tests;
