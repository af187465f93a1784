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

/// Takes the context at entry, also as it came where there is a local for that.
///
/// A function that lies on a cycle of the call graph has a word in the recursion table, whose address is given. The word is
/// zero until the host sees the function twice on one stack, so that cycles which are never run cost a load and a branch.
pub(crate) fn enter(
    code: &mut InstructionSink<'_>,
    indices: &Indices,
    taken: u32,
    unfolded: Option<u32>,
    function: u32,
    recursion_entry: Option<u32>,
) {
    code.global_get(indices.register(Register::Context))
        .local_set(taken);
    if let Some(unfolded) = unfolded {
        code.local_get(taken).local_set(unfolded);
    }
    let Some(entry) = recursion_entry else {
        return;
    };
    let word = MemArg {
        offset: entry.into(),
        align: 2,
        memory_index: indices.log(),
    };
    code.i32_const(0).i32_load(word).if_(BlockType::Empty);
    code.local_get(taken)
        .i64_const(identity(function))
        .call(indices.helper(Helper::Fold))
        .local_set(taken)
        .end();
}

/// Sets the context for the call that follows, which stands at that offset of the original file.
pub(crate) fn before_call(
    code: &mut InstructionSink<'_>,
    indices: &Indices,
    taken: u32,
    offset: u32,
) {
    code.local_get(taken).i64_const(MULTIPLIER).i64_mul();
    code.i64_const(call_site(offset)).i64_add();
    code.global_set(indices.register(Register::Context));
}

/// Sets the context for the call that follows to one that the function took itself.
///
/// So it is for a function that calls itself, which folds. So it is for a tail call, too: what is called takes this function's
/// place on the stack, so that it gets the context that this function got, before it was folded. A loop of tail calls has one
/// context, however often it runs.
pub(crate) fn hand_on(code: &mut InstructionSink<'_>, indices: &Indices, taken: u32) {
    code.local_get(taken)
        .global_set(indices.register(Register::Context));
}

/// Names the call site itself, by its number in the module, for the call of an allocator that follows.
pub(crate) fn before_allocator(code: &mut InstructionSink<'_>, indices: &Indices, number: u32) {
    code.i32_const(number as i32)
        .global_set(indices.register(Register::CallSite));
}
