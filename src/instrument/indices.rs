//! What stands at which index in the instrumented module, and where it came from.

use std::collections::BTreeMap;

use crate::module::{Allocator, Module};

/// Functions that the rewrite imports.
const IMPORTS: u32 = 2;

/// The guest's part of the books, in the order of their indices behind the module's own functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Helper {
    /// Appends a record, and drains the log once it is full.
    Append,
    /// Finds a key's slot in the table of contexts, or the empty slot where it belongs.
    Probe,
    /// Asks the host for the site of a context that was never seen, and keeps it.
    Insert,
    /// The site of the context that is current.
    Site,
    /// Folds the context of a function that is already on the stack.
    Fold,
}

impl Helper {
    pub(crate) const ALL: [Helper; 5] = [
        Helper::Append,
        Helper::Probe,
        Helper::Insert,
        Helper::Site,
        Helper::Fold,
    ];
}

/// The globals that the rewrite adds, in the order of their indices behind the module's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Register {
    /// Where the next record goes.
    Cursor,
    /// Whether an allocator is at work: what it calls in turn does not count.
    Inside,
    /// The address that a lower layer of the allocator handed out last.
    Inner,
    /// The calling context: a hash in the upper 48 bits, the depth of recursion in the lower 16.
    Context,
    /// The call site of the allocator that was called last.
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
#[derive(Clone, Debug)]
pub(crate) struct Indices {
    imported: u32,
    functions: u32,
    types: u32,
    globals: u32,
    memories: u32,
    /// Allocator function to its wrapper.
    wrappers: BTreeMap<u32, u32>,
}

impl Indices {
    pub(crate) fn new(module: &Module, allocators: &[Allocator]) -> Indices {
        let first_wrapper = module.function_count() + IMPORTS + Helper::ALL.len() as u32;
        Indices {
            imported: module.imported_functions(),
            functions: module.function_count(),
            types: module.type_count(),
            globals: module.global_count(),
            memories: module.memories().len() as u32,
            wrappers: allocators
                .iter()
                .map(|allocator| allocator.function)
                .zip(first_wrapper..)
                .collect(),
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

    /// As [`Indices::body`]; none if the original has no such function.
    pub(crate) fn checked_body(&self, function: u32) -> Option<u32> {
        (function < self.functions).then(|| self.body(function))
    }

    /// The wrapper of an allocator.
    pub(crate) fn wrapper(&self, function: u32) -> Option<u32> {
        self.wrappers.get(&function).copied()
    }

    /// What a call of or a reference to an original function means now: an allocator's is the counted one.
    pub(crate) fn reference(&self, function: u32) -> u32 {
        match self.wrappers.get(&function) {
            Some(wrapper) => *wrapper,
            None => self.body(function),
        }
    }

    pub(crate) fn is_allocator(&self, function: u32) -> bool {
        self.wrappers.contains_key(&function)
    }

    /// Each allocator's function and its wrapper, in the order of the wrappers' indices.
    pub(crate) fn wrappers(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.wrappers
            .iter()
            .map(|(function, wrapper)| (*function, *wrapper))
    }

    /// The original function behind an index of the instrumented module; none for what the rewrite added.
    pub(crate) fn original(&self, function: u32) -> Option<u32> {
        if function < self.imported {
            return Some(function);
        }
        let original = function.checked_sub(IMPORTS)?;
        (self.imported..self.functions)
            .contains(&original)
            .then_some(original)
    }
}
