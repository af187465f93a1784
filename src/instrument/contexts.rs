//! Calling contexts: one 64-bit hash that every call from which an allocation can be reached moves on.
//!
//! Probabilistic calling context (Bond and McKinley, OOPSLA 2007), with the depth of recursion in the low bits: a function
//! takes the context at entry and sets `hash * MULTIPLIER + call site` before a call. Nothing needs to be restored on
//! return, on a throw or on a longjmp, since the next call sets the context anew from what the function took at entry.

use wasm_encoder::{BlockType, InstructionSink, MemArg};

use super::indices::{Helper, Indices, Register};
use crate::splitmix;

/// The 64-bit golden ratio, an odd number that spreads its bits.
const MULTIPLIER: i64 = 0x9e37_79b9_7f4a_7c15_u64 as i64;

const DEPTH_BITS: u32 = 16;

/// The low bits of a context, which hold the depth of recursion.
pub(crate) const DEPTH_MASK: i64 = (1 << DEPTH_BITS) - 1;

/// The constant of one call site: well mixed, zero in the bits that hold the depth.
pub(crate) fn call_site(function: u32, ordinal: u32) -> i64 {
    let (mixed, _) = splitmix::next(u64::from(function) << 32 | u64::from(ordinal));
    (mixed >> DEPTH_BITS << DEPTH_BITS) as i64
}

/// Takes the context at entry, multiplied once and for all calls; folds it first if the function was seen to recurse.
///
/// `recursion_entry` is the function's word in the recursion table if it lies on a cycle of the call graph. The word is zero
/// until the host sees the function twice on one stack, so that cycles which are never run cost a load and a branch.
pub(crate) fn enter(
    code: &mut InstructionSink<'_>,
    indices: &Indices,
    saved: u32,
    recursion_entry: Option<u32>,
) {
    code.global_get(indices.register(Register::Context));
    if let Some(entry) = recursion_entry {
        let word = MemArg {
            offset: entry.into(),
            align: 2,
            memory_index: indices.log(),
        };
        code.local_set(saved)
            .i32_const(0)
            .i32_load(word)
            .if_(BlockType::Empty);
        code.local_get(saved)
            .i32_const(entry as i32)
            .call(indices.helper(Helper::Fold))
            .local_set(saved);
        code.end().local_get(saved);
    }
    // The depth is carried along and stays out of the hash: what folds must have one context at any depth.
    code.local_tee(saved)
        .i64_const(!DEPTH_MASK)
        .i64_and()
        .i64_const(MULTIPLIER)
        .i64_mul();
    code.local_get(saved)
        .i64_const(DEPTH_MASK)
        .i64_and()
        .i64_or()
        .local_set(saved);
}

/// Sets the context for the call that follows.
pub(crate) fn before_call(
    code: &mut InstructionSink<'_>,
    indices: &Indices,
    saved: u32,
    call_site: i64,
) {
    code.local_get(saved).i64_const(call_site).i64_add();
    code.global_set(indices.register(Register::Context));
}

/// Keeps the context that the caller set, for tail calls.
pub(crate) fn keep_callers(code: &mut InstructionSink<'_>, indices: &Indices, callers: u32) {
    code.global_get(indices.register(Register::Context))
        .local_set(callers);
}

/// Sets the context for a tail call: what is called takes this function's place on the stack, so that it gets the context
/// that this function got. A loop of tail calls has one context, however often it runs.
pub(crate) fn before_tail_call(code: &mut InstructionSink<'_>, indices: &Indices, callers: u32) {
    code.local_get(callers)
        .global_set(indices.register(Register::Context));
}

/// Names the call site itself, for the call of an allocator that follows.
pub(crate) fn before_allocator(code: &mut InstructionSink<'_>, indices: &Indices, call_site: i64) {
    code.i64_const(call_site)
        .global_set(indices.register(Register::CallSite));
}
