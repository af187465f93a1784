//! What stands at which index in the instrumented module, and where it came from.

use std::collections::{BTreeMap, BTreeSet};

use crate::module::{Allocator, Module};

/// Functions that the rewrite imports.
const IMPORTS: u32 = 3;

/// The guest's part of the books, in the order of their indices behind the module's own functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Helper {
    /// Appends a record, and drains the log once it is full.
    Append,
    /// The site of a context that is not where the search for it begins.
    Site,
    /// Asks the host for the site of a context that was never seen, and keeps it.
    Insert,
    /// What the context of a function that recurses folds to.
    Fold,
}

impl Helper {
    pub(crate) const ALL: [Helper; 4] =
        [Helper::Append, Helper::Site, Helper::Insert, Helper::Fold];
}

/// The globals that the rewrite adds, in the order of their indices behind the module's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Register {
    /// Where the next record goes.
    Cursor,
    /// Whether an allocator is at work that may get to another one unseen: what it calls in turn does not count.
    Inside,
    /// The address that a lower layer of the allocator handed out last.
    Inner,
    /// The calling context of the call that is made next.
    Context,
    /// The number of the call site of the allocator that was called last.
    CallSite,
}

impl Register {
    pub(crate) const ALL: [Register; 5] = [
        Register::Cursor,
        Register::Inside,
        Register::Inner,
        Register::Context,
        Register::CallSite,
    ];
}

/// Index arithmetic between the original and the instrumented module.
///
/// Behind the module's own functions come the helpers, the wrappers of imported allocators, the bodies of allocators as they
/// were, and what allocators call in place of each other.
#[derive(Clone, Debug)]
pub(crate) struct Indices {
    imported: u32,
    functions: u32,
    types: u32,
    globals: u32,
    memories: u32,
    /// Imported allocator to its wrapper.
    wrappers: BTreeMap<u32, u32>,
    /// Defined allocator to a copy of its body that counts nothing.
    plain: BTreeMap<u32, u32>,
    /// Allocator to what other allocators call in its place.
    nested: BTreeMap<u32, u32>,
}

impl Indices {
    /// `plain` are the defined allocators of which a copy that counts nothing is needed, `nested` those that others call.
    pub(crate) fn new(
        module: &Module,
        allocators: &[Allocator],
        plain: &BTreeSet<u32>,
        nested: &BTreeSet<u32>,
    ) -> Indices {
        let imported = module.imported_functions();
        let mut next = module.function_count() + IMPORTS + Helper::ALL.len() as u32;
        let mut number = |function| {
            next += 1;
            (function, next - 1)
        };
        let wrapped = allocators
            .iter()
            .map(|allocator| allocator.function)
            .filter(|function| *function < imported);
        Indices {
            imported,
            functions: module.function_count(),
            types: module.type_count(),
            globals: module.global_count(),
            memories: module.memories().len() as u32,
            wrappers: wrapped.map(&mut number).collect(),
            plain: plain.iter().copied().map(&mut number).collect(),
            nested: nested.iter().copied().map(&mut number).collect(),
        }
    }

    /// The imported function that drains the log.
    pub(crate) fn flush(&self) -> u32 {
        self.imported
    }

    /// The imported function that numbers a calling context.
    pub(crate) fn first_sight(&self) -> u32 {
        self.imported + 1
    }

    /// The imported function that knows what a context folds to.
    pub(crate) fn fold(&self) -> u32 {
        self.imported + 2
    }

    pub(crate) fn helper(&self, helper: Helper) -> u32 {
        self.functions + IMPORTS + helper as u32
    }

    pub(crate) fn register(&self, register: Register) -> u32 {
        self.globals + register as u32
    }

    /// The memory that holds the log.
    pub(crate) fn log(&self) -> u32 {
        self.memories
    }

    /// The first type that the rewrite adds.
    pub(crate) fn first_type(&self) -> u32 {
        self.types
    }

    /// Where an original function's own body is now.
    pub(crate) fn body(&self, function: u32) -> u32 {
        if function < self.imported {
            function
        } else {
            function + IMPORTS
        }
    }

    /// What a call of or a reference to an original function means now: an imported allocator's is its wrapper.
    pub(crate) fn reference(&self, function: u32) -> u32 {
        match self.wrappers.get(&function) {
            Some(wrapper) => *wrapper,
            None => self.body(function),
        }
    }

    /// An allocator that counts nothing.
    pub(crate) fn plain(&self, allocator: u32) -> u32 {
        match self.plain.get(&allocator) {
            Some(plain) => *plain,
            None => self.body(allocator),
        }
    }

    /// What an allocator calls when it calls that one.
    pub(crate) fn nested(&self, allocator: u32) -> u32 {
        self.nested[&allocator]
    }

    /// Every function that was added for an allocator, with that allocator, in the order of their indices.
    pub(crate) fn added(&self) -> impl Iterator<Item = (Added, u32)> + '_ {
        let wrappers = self.wrappers.keys().map(|function| (Added::Wrapper, *function));
        let plain = self.plain.keys().map(|function| (Added::Plain, *function));
        let nested = self.nested.keys().map(|function| (Added::Nested, *function));
        wrappers.chain(plain).chain(nested)
    }

    /// Index of the first function that was added for an allocator.
    pub(crate) fn first_added(&self) -> u32 {
        self.functions + IMPORTS + Helper::ALL.len() as u32
    }

    /// The original function behind an index of the instrumented module; none for what the rewrite wrote itself.
    pub(crate) fn original(&self, function: u32) -> Option<u32> {
        if function < self.imported {
            return Some(function);
        }
        let original = function.checked_sub(IMPORTS)?;
        if (self.imported..self.functions).contains(&original) {
            return Some(original);
        }
        self.plain
            .iter()
            .find(|(_, plain)| **plain == function)
            .map(|(original, _)| *original)
    }
}

/// Why a function was added for an allocator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Added {
    /// An imported allocator, counted.
    Wrapper,
    /// A defined allocator's body, not counted.
    Plain,
    /// An allocator as other allocators call it.
    Nested,
}
