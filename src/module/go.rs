//! Go: what is known of its modules beside the names of its allocators.
//!
//! Every function is `(i32) -> (i32)`: it takes the place where it is to be resumed, and returns whether the stack is being
//! unwound in order to switch to another goroutine. What it takes and returns otherwise lies on the goroutine's stack, in
//! memory, to which global 0 points.

use super::Module;

/// What allocates, for those that do not serve a single class of sizes.
const ALLOCATOR: &str = "runtime.mallocgc";
/// A part of the allocator since Go 1.24. Before, the allocator itself rounded up the size that it was asked for.
const PART: &str = "runtime.mallocgcLarge";

/// Why an older Go's allocator is not counted.
pub(super) const ADVICE: &str = "Go before 1.24 rounds sizes up before memgate can see them: build the program with a newer Go, or let it tell what it \
     holds (`runtime.ReadMemStats`)";

/// Whether this is a Go program.
pub(super) fn is_go(module: &Module) -> bool {
    has_function(module, ALLOCATOR)
}

/// Whether the allocator leaves size and address where they are looked for.
pub(super) fn is_countable(module: &Module) -> bool {
    module.contents.has_stack_pointer && !module.is_memory64() && has_function(module, PART)
}

fn has_function(module: &Module, name: &str) -> bool {
    (0..module.function_count()).any(|function| module.function_name(function) == Some(name))
}
