//! What is to be done to a module: which functions keep a calling context, and what every index becomes.

use std::collections::{BTreeMap, BTreeSet};

use super::indices::Indices;
use super::layout::{Layout, Width};
use crate::module::{Allocator, CallGraph, Mention, Module, Nesting, What};

pub(crate) struct Plan<'a> {
    pub(crate) module: &'a Module,
    pub(crate) allocators: Vec<Allocator>,
    pub(crate) indices: Indices,
    pub(crate) width: Width,
    graph: CallGraph,
    /// Functions on cycles of the call graph, with the addresses of their words in the recursion table.
    recursion: BTreeMap<u32, u32>,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(module: &'a Module, allocators: Vec<Allocator>) -> Plan<'a> {
        let graph = CallGraph::build(module, &allocators);
        let indices = indices(module, &allocators, &graph);
        let width = width(module, &allocators);
        let mut plan = Plan {
            module,
            allocators,
            indices,
            width,
            graph,
            recursion: BTreeMap::new(),
        };
        plan.recursion = (module.imported_functions()..module.function_count())
            .filter(|function| plan.may_recurse(*function))
            .zip((0..).map(Layout::recursion_entry))
            .collect();
        plan
    }

    /// Whether the function has to find out whether it recurses. One that only calls itself need not: there it is known.
    fn may_recurse(&self, function: u32) -> bool {
        self.keeps_context(function)
            && self.graph.component(function).is_some()
            && !self.graph.only_calls_itself(function)
    }

    /// Whether that call is one of a function that recurses in no other way.
    pub(crate) fn is_plain_recursion(&self, caller: u32, call: What) -> bool {
        let callee = match call {
            What::Call(callee) | What::TailCall(callee) => callee,
            _ => return false,
        };
        caller == callee && self.graph.only_calls_itself(caller)
    }

    /// Whether the function takes its calling context at entry and hands it on to what it calls.
    pub(crate) fn keeps_context(&self, function: u32) -> bool {
        // What an allocator calls in turn is not counted, so it needs no context.
        self.graph.reaches(function) && self.allocator(function).is_none()
    }

    /// Whether an allocation can be reached by that call.
    pub(crate) fn call_reaches(&self, call: What) -> bool {
        match call {
            What::Call(function) | What::TailCall(function) => self.graph.reaches(function),
            What::Indirect { type_index } | What::IndirectTailCall { type_index } => {
                self.graph.type_reaches(type_index)
            }
            What::Address(_) => false,
        }
    }

    /// Whether the function calls something with the context that it took itself.
    pub(crate) fn hands_on(&self, function: u32) -> bool {
        self.graph.makes_tail_calls(function) || self.graph.only_calls_itself(function)
    }

    /// Whether the function hands on its context as it came although it may have folded it.
    pub(crate) fn hands_on_unfolded(&self, function: u32) -> bool {
        self.graph.makes_tail_calls(function) && self.recursion_entry(function).is_some()
    }

    /// At least as many as there are calls that may be of an allocator.
    pub(crate) fn allocator_calls(&self) -> u32 {
        self.graph.allocator_calls()
    }

    /// Whether that call may be one of an allocator itself.
    pub(crate) fn may_be_allocator(&self, call: What) -> bool {
        match call {
            What::Call(function) | What::TailCall(function) => self.allocator(function).is_some(),
            What::Indirect { type_index } | What::IndirectTailCall { type_index } => {
                self.graph.type_holds_allocator(type_index)
            }
            What::Address(_) => false,
        }
    }

    /// Whether an allocator is counted around its body rather than in it, so that the body is there once.
    pub(crate) fn counts_around(&self, allocator: u32) -> bool {
        /// Bytes of a body of which two copies are smaller than one and a call of it.
        const SMALL: usize = 128;
        let is_large = self
            .module
            .body(allocator)
            .is_some_and(|body| body.len() > SMALL);
        is_large && self.indices.has_plain(allocator)
    }

    /// Where a function's own code is now.
    pub(crate) fn code(&self, function: u32) -> u32 {
        if self.counts_around(function) {
            self.indices.plain(function)
        } else {
            self.indices.body(function)
        }
    }

    /// What an allocator calls that is an allocator itself.
    pub(crate) fn nesting(&self, allocator: u32) -> &Nesting {
        self.graph.nesting(allocator)
    }

    /// Whether an allocator may be called while another one is at work, by ways that cannot be seen where it is called.
    pub(crate) fn has_hidden_nesting(&self) -> bool {
        self.graph.has_hidden_nesting()
    }

    /// The allocator that a function is.
    pub(crate) fn allocator(&self, function: u32) -> Option<&Allocator> {
        let place = self
            .allocators
            .binary_search_by_key(&function, |allocator| allocator.function);
        Some(&self.allocators[place.ok()?])
    }

    pub(crate) fn recursion_entry(&self, function: u32) -> Option<u32> {
        self.recursion.get(&function).copied()
    }

    /// Each function that may recurse, and the address of its word in the recursion table.
    pub(crate) fn recursion(&self) -> &BTreeMap<u32, u32> {
        &self.recursion
    }

    /// What the code of a defined function says of functions.
    pub(crate) fn mentions(&self, function: u32) -> &[Mention] {
        self.graph
            .mentions((function - self.module.imported_functions()) as usize)
    }

    /// Number of a function's parameters.
    pub(crate) fn parameters(&self, function: u32) -> u32 {
        self.module.signature(function).params().len() as u32
    }
}

fn indices(module: &Module, allocators: &[Allocator], graph: &CallGraph) -> Indices {
    let functions = allocators.iter().map(|allocator| allocator.function);
    let nested: BTreeSet<u32> = functions
        .clone()
        .flat_map(|allocator| &graph.nesting(allocator).direct)
        .copied()
        .collect();
    // An allocator that may be called while another one is at work finds that out only when it is called.
    let is_needed = |function: &u32| graph.has_hidden_nesting() || nested.contains(function);
    let plain: BTreeSet<u32> = functions
        .filter(|function| *function >= module.imported_functions())
        .filter(is_needed)
        .collect();
    Indices::new(module, allocators, &plain, &nested)
}

fn width(module: &Module, allocators: &[Allocator]) -> Width {
    let takes_i64 = |allocator: &Allocator| {
        let signature = module.signature(allocator.function);
        signature
            .params()
            .iter()
            .chain(signature.results())
            .any(|value| *value == wasmparser::ValType::I64)
    };
    if allocators.iter().any(takes_i64) {
        Width::Wide
    } else {
        Width::Narrow
    }
}
