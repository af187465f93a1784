//! Calling contexts: one 64-bit hash that every call from which an allocation can be reached moves on.
//!
//! Probabilistic calling context (Bond and McKinley, OOPSLA 2007): a function takes the context at entry and sets
//! `context * MULTIPLIER + call site` before a call. Nothing needs to be restored on return, on a throw or on a longjmp,
//! since the next call sets the context anew from what the function took at entry.
//!
//! The context of a stack is defined as that of the stack without its cycles ([`Context`]), so that recursion folds: a
//! function that was seen to recurse asks at entry what its context folds to ([`Helper::Fold`]).

use wasm_encoder::{BlockType, InstructionSink, MemArg};

use super::indices::{Helper, Indices, Register};
use crate::splitmix;

/// An odd number that spreads its bits and fits the immediate of a multiplication: MurmurHash2's (Appleby, 2008).
const MULTIPLIER: i64 = 0x5bd1_e995;

/// A calling context as the guest computes it, from the outermost call on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Context(i64);

impl Context {
    /// The context of what is called at that offset of the original file, by a function of this context.
    pub fn called_at(self, offset: u32) -> Context {
        Context(
            self.0
                .wrapping_mul(MULTIPLIER)
                .wrapping_add(call_site(offset)),
        )
    }

    /// The number that stands for it in the guest.
    pub fn number(self) -> i64 {
        self.0
    }
}

/// The constant of the call at that offset of the original file. No two have the same: this is the finalizer of MurmurHash3
/// (Appleby, 2011), a bijection.
fn call_site(offset: u32) -> i64 {
    let mut mixed = offset;
    mixed = (mixed ^ (mixed >> 16)).wrapping_mul(0x85eb_ca6b);
    mixed = (mixed ^ (mixed >> 13)).wrapping_mul(0xc2b2_ae35);
    (mixed ^ (mixed >> 16)).cast_signed().into()
}

/// What tells one function's entries in the table of folded contexts from another's: an indirect call's context does not
/// say whom it calls.
fn identity(function: u32) -> i64 {
    let (mixed, _) = splitmix::next(function.into());
    mixed.cast_signed()
}

/// Where a function keeps the context that it took at entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) local: u32,
    /// Whether it is multiplied already, since every call needs that. A function that hands on what it took keeps that.
    pub(crate) is_multiplied: bool,
    /// A local for the context as it came, before it was folded.
    pub(crate) unfolded: Option<u32>,
}

/// Takes the context at entry.
///
/// A function that lies on a cycle of the call graph has a word in the recursion table, whose address is given. The word is
/// zero until the host sees the function twice on one stack, so that cycles which are never run cost a load and a branch.
pub(crate) fn enter(
    code: &mut InstructionSink<'_>,
    indices: &Indices,
    taken: Taken,
    function: u32,
    recursion_entry: Option<u32>,
) {
    code.global_get(indices.register(Register::Context));
    if let Some(unfolded) = taken.unfolded {
        code.local_tee(unfolded);
    }
    if let Some(entry) = recursion_entry {
        code.local_set(taken.local);
        fold(code, indices, taken.local, function, entry);
        code.local_get(taken.local);
    }
    if taken.is_multiplied {
        code.i64_const(MULTIPLIER).i64_mul();
    }
    code.local_set(taken.local);
}

/// Folds the context in a local, if the function was seen to recurse.
fn fold(
    code: &mut InstructionSink<'_>,
    indices: &Indices,
    context: u32,
    function: u32,
    recursion_entry: u32,
) {
    let word = MemArg {
        offset: recursion_entry.into(),
        align: 2,
        memory_index: indices.log(),
    };
    code.i32_const(0).i32_load(word).if_(BlockType::Empty);
    code.local_get(context)
        .i64_const(identity(function))
        .call(indices.helper(Helper::Fold))
        .local_set(context)
        .end();
}

/// Sets the context for the call that follows, which stands at that offset of the original file.
pub(crate) fn before_call(
    code: &mut InstructionSink<'_>,
    indices: &Indices,
    taken: Taken,
    offset: u32,
) {
    code.local_get(taken.local);
    if !taken.is_multiplied {
        code.i64_const(MULTIPLIER).i64_mul();
    }
    code.i64_const(call_site(offset)).i64_add();
    code.global_set(indices.register(Register::Context));
}

/// Sets the context for the call that follows to the one that the function took itself.
///
/// So it is for a function that calls itself, which folds.
pub(crate) fn hand_on(code: &mut InstructionSink<'_>, indices: &Indices, taken: Taken) {
    debug_assert!(!taken.is_multiplied);
    code.local_get(taken.local)
        .global_set(indices.register(Register::Context));
}

/// As [`hand_on`], for a tail call: what is called takes this function's place on the stack, so that it gets the context that
/// this function got, before it was folded. A loop of tail calls has one context, however often it runs.
pub(crate) fn before_tail_call(code: &mut InstructionSink<'_>, indices: &Indices, taken: Taken) {
    let Some(unfolded) = taken.unfolded else {
        return hand_on(code, indices, taken);
    };
    code.local_get(unfolded)
        .global_set(indices.register(Register::Context));
}

/// Names the call site itself, by its number in the module, for the call of an allocator that follows.
pub(crate) fn before_allocator(code: &mut InstructionSink<'_>, indices: &Indices, number: u32) {
    code.i32_const(number as i32)
        .global_set(indices.register(Register::CallSite));
}
