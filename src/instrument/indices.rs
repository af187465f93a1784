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
///
/// Behind the module's own functions come the helpers, the wrappers of imported allocators, the bodies of allocators as they
/// were, what allocators call in place of each other, and what stands at the border to a host that calls back.
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
    /// Imported functions that may call back, to what is called in their place.
    leaving: BTreeMap<u32, u32>,
    /// Exported functions that they may call, to what is exported in their place.
    entering: BTreeMap<u32, u32>,
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
        let functions = allocators.iter().map(|allocator| allocator.function);
        let wrapped: BTreeSet<u32> = functions.filter(|function| *function < imported).collect();
        // An allocator of the host has a wrapper already.
        let hosts: BTreeSet<u32> = module
            .hosts()
            .filter(|host| !wrapped.contains(host))
            .collect();
        let exports = module.exports().iter();
        let exported: BTreeSet<u32> = exports
            .filter(|export| export.is_function() && !hosts.is_empty())
            .map(|export| export.index)
            .collect();
        Indices {
            imported,
            functions: module.function_count(),
            types: module.type_count(),
            globals: module.global_count(),
            memories: module.memories().len() as u32,
            wrappers: wrapped.into_iter().map(&mut number).collect(),
            plain: plain.iter().copied().map(&mut number).collect(),
            nested: nested.iter().copied().map(&mut number).collect(),
            leaving: hosts.into_iter().map(&mut number).collect(),
            entering: exported.into_iter().map(&mut number).collect(),
        }
    }

    /// How many functions are imported now.
    pub(crate) fn imported(&self) -> u32 {
        self.imported + IMPORTS
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

    /// As [`Indices::body`]; none if the original has no such function.
    pub(crate) fn checked_body(&self, function: u32) -> Option<u32> {
        (function < self.functions).then(|| self.body(function))
    }

    /// What was added for a function.
    pub(crate) fn added_for(&self, function: u32) -> impl Iterator<Item = u32> {
        [
            &self.wrappers,
            &self.plain,
            &self.nested,
            &self.leaving,
            &self.entering,
        ]
        .into_iter()
        .filter_map(move |functions| functions.get(&function).copied())
    }

    /// What a call of or a reference to an original function means now: an imported allocator's is its wrapper.
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

    /// An allocator that counts nothing.
    pub(crate) fn plain(&self, allocator: u32) -> u32 {
        match self.plain.get(&allocator) {
            Some(plain) => *plain,
            None => self.body(allocator),
        }
    }

    /// Whether there is a copy of a defined allocator's body that counts nothing.
    pub(crate) fn has_plain(&self, allocator: u32) -> bool {
        self.plain.contains_key(&allocator)
    }

    /// What an allocator calls when it calls that one.
    pub(crate) fn nested(&self, allocator: u32) -> u32 {
        self.nested[&allocator]
    }

    /// Every function that was added for one of the module's, with that one, in the order of their indices.
    pub(crate) fn added(&self) -> impl Iterator<Item = (Added, u32)> + '_ {
        [
            (Added::Wrapper, &self.wrappers),
            (Added::Plain, &self.plain),
            (Added::Nested, &self.nested),
            (Added::Leave, &self.leaving),
            (Added::Enter, &self.entering),
        ]
        .into_iter()
        .flat_map(|(added, functions)| functions.keys().map(move |function| (added, *function)))
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

/// Why a function was added for one of the module's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Added {
    /// An imported allocator, counted.
    Wrapper,
    /// A defined allocator's body, not counted.
    Plain,
    /// An allocator as other allocators call it.
    Nested,
    /// What is called in place of a function of the host.
    Leave,
    /// What is exported in place of a function.
    Enter,
}
