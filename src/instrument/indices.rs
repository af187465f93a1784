//! What stands at which index in the instrumented module, and where it came from.

use std::collections::{BTreeMap, BTreeSet};

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
    /// The calling context with which the guest was left for a host that may call back.
    Border,
}

impl Register {
    pub(crate) const ALL: [Register; 6] = [
        Register::Cursor,
        Register::Inside,
        Register::Inner,
        Register::Context,
        Register::CallSite,
        Register::Border,
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
    /// Imported functions that may call back, to what is called in their place.
    leaving: BTreeMap<u32, u32>,
    /// Exported functions that they may call, to what is exported in their place.
    entering: BTreeMap<u32, u32>,
}

impl Indices {
    pub(crate) fn new(module: &Module, allocators: &[Allocator]) -> Indices {
        let first_wrapper = module.function_count() + IMPORTS + Helper::ALL.len() as u32;
        // An allocator of the host has a wrapper already.
        let is_allocator = |function: &u32| allocators.iter().any(|own| own.function == *function);
        let hosts: BTreeSet<u32> = module.hosts().filter(|host| !is_allocator(host)).collect();
        let exported: BTreeSet<u32> = module
            .exports()
            .iter()
            .filter(|export| export.is_function() && !hosts.is_empty())
            .map(|export| export.index)
            .collect();
        let first_leaving = first_wrapper + allocators.len() as u32;
        let first_entering = first_leaving + hosts.len() as u32;
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
            leaving: hosts.into_iter().zip(first_leaving..).collect(),
            entering: exported.into_iter().zip(first_entering..).collect(),
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

    /// What a call of or a reference to an original function means now: an allocator's is the counted one.
    pub(crate) fn reference(&self, function: u32) -> u32 {
        let replaced = self.wrappers.get(&function);
        match replaced.or_else(|| self.leaving.get(&function)) {
            Some(replacement) => *replacement,
            None => self.body(function),
        }
    }

    /// What an export of an original function means now.
    pub(crate) fn exported(&self, function: u32) -> u32 {
        match self.entering.get(&function) {
            Some(entry) => *entry,
            None => self.reference(function),
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

    /// Each imported function that may call back, in the order of the indices of what is called in its place.
    pub(crate) fn leaving(&self) -> impl Iterator<Item = u32> + '_ {
        self.leaving.keys().copied()
    }

    /// Each exported function that may be called back, in the order of the indices of what is exported in its place.
    pub(crate) fn entering(&self) -> impl Iterator<Item = u32> + '_ {
        self.entering.keys().copied()
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
