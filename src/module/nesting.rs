//! Allocators that call allocators: which of them counts, and what can be told of that beforehand.

use std::collections::{BTreeMap, BTreeSet};

use super::{Allocator, Module, Role};

/// What an allocator calls that is an allocator itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nesting {
    /// Allocators that its body calls by their index.
    pub direct: BTreeSet<u32>,
    /// Whether it may get to an allocator by any other way: through a function in between, a table, or the host.
    pub hidden: bool,
    /// Whether all that it does is to call one allocator and to return what that returned.
    pub passes_on: bool,
}

impl Nesting {
    /// Whether another allocator may hand out what this one makes something else of.
    pub fn is_layered(&self) -> bool {
        self.hidden || (!self.direct.is_empty() && !self.passes_on)
    }
}

/// The nesting of every allocator. `seen` is what its own code shows, and `pass_on` are those whose code is no more than a call.
pub(super) fn of_all(
    module: &Module,
    allocators: &[Allocator],
    pass_on: &BTreeSet<u32>,
    seen: impl Fn(u32) -> Nesting,
) -> BTreeMap<u32, Nesting> {
    // What releases is heard even where nobody else counts.
    let released: BTreeSet<u32> = allocators
        .iter()
        .filter(|allocator| matches!(allocator.role, Role::Release { .. }))
        .map(|allocator| allocator.function)
        .collect();
    let nesting = |allocator: &Allocator| {
        let function = allocator.function;
        if allocator.role.is_apart() {
            return (function, Nesting::default());
        }
        let seen = seen(function);
        let is_imported = function < module.imported_functions();
        let nesting = Nesting {
            hidden: seen.hidden || is_imported,
            passes_on: pass_on.contains(&function) && seen.direct.is_disjoint(&released),
            direct: seen.direct,
        };
        (function, nesting)
    };
    inherit_hidden(allocators.iter().map(nesting).collect())
}

/// What an allocator hides is hidden from those that call it, too.
fn inherit_hidden(mut nesting: BTreeMap<u32, Nesting>) -> BTreeMap<u32, Nesting> {
    loop {
        let inherits =
            |own: &Nesting| !own.hidden && own.direct.iter().any(|callee| nesting[callee].hidden);
        let heirs: Vec<u32> = nesting
            .iter()
            .filter(|(_, own)| inherits(own))
            .map(|(allocator, _)| *allocator)
            .collect();
        if heirs.is_empty() {
            return nesting;
        }
        for heir in heirs {
            nesting.entry(heir).or_default().hidden = true;
        }
    }
}
