//! What is to be done to a module: which functions keep a calling context, and what every index becomes.

use std::collections::BTreeMap;

use super::body::Reference;
use super::indices::Indices;
use super::layout::{Layout, Width};
use crate::module::{Allocator, CallGraph, Module};

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
        let functions: Vec<u32> = allocators
            .iter()
            .map(|allocator| allocator.function)
            .collect();
        let graph = CallGraph::build(module, &functions);
        let indices = Indices::new(module, &allocators);
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
            .filter(|function| {
                plan.keeps_context(*function) && plan.graph.component(*function).is_some()
            })
            .zip((0..).map(Layout::recursion_entry))
            .collect();
        plan
    }

    /// Whether the function takes its calling context at entry and hands it on to what it calls.
    pub(crate) fn keeps_context(&self, function: u32) -> bool {
        // What an allocator calls in turn is not counted, so it needs no context.
        self.graph.reaches(function) && !self.indices.is_allocator(function)
    }

    /// Whether an allocation can be reached by that call.
    pub(crate) fn call_reaches(&self, call: &Reference) -> bool {
        match *call {
            Reference::Call(function) | Reference::TailCall(function) => {
                self.graph.reaches(function)
            }
            Reference::Indirect { type_index } => self.graph.type_reaches(type_index),
            Reference::Function(_) => false,
        }
    }

    /// Whether that call may be one of an allocator itself.
    pub(crate) fn may_be_allocator(&self, call: &Reference) -> bool {
        match *call {
            Reference::Call(function) | Reference::TailCall(function) => {
                self.indices.is_allocator(function)
            }
            Reference::Indirect { .. } => true,
            Reference::Function(_) => false,
        }
    }

    pub(crate) fn recursion_entry(&self, function: u32) -> Option<u32> {
        self.recursion.get(&function).copied()
    }

    /// Each function that may recurse: its word in the recursion table and its cycle of the call graph.
    pub(crate) fn recursion(&self) -> BTreeMap<u32, Recursion> {
        self.recursion
            .iter()
            .map(|(function, entry)| {
                let component = self
                    .graph
                    .component(*function)
                    .expect("only functions on cycles are listed");
                (
                    *function,
                    Recursion {
                        entry: *entry,
                        component,
                    },
                )
            })
            .collect()
    }

    /// Number of a function's parameters.
    pub(crate) fn parameters(&self, function: u32) -> u32 {
        self.module.signature(function).params().len() as u32
    }
}

/// A function that lies on a cycle of the call graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recursion {
    /// Address of its word in the recursion table: zero until it [`recurses`](super::recurses).
    pub entry: u32,
    /// Functions of one component can reach each other.
    pub component: u32,
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
