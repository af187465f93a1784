//! Layers of an allocator that go by no known name, found by what is handed on to them.
//!
//! Optimisers inline layers unevenly: where `__rust_alloc` remains for some callers, others may call what is below it. A
//! function that a known allocator hands the requested size, and that can make the memory grow, is an allocator, too; one that
//! it hands the address to free, and nothing but that one, frees.

use std::collections::{BTreeMap, BTreeSet};

use wasmparser::{BinaryReader, FunctionBody, Operator, ValType};

use super::families::Role;
use super::{Allocator, Module};

/// Functions below an allocator that are looked at before its callee counts as one that does not allocate.
const MOST_VISITED: usize = 10_000;

/// The layers below these allocators, and the layers below those.
pub(super) fn below(module: &Module, known: &[Allocator]) -> Vec<Allocator> {
    let mut functions: BTreeSet<u32> = known.iter().map(|allocator| allocator.function).collect();
    let mut layers: Vec<Allocator> = Vec::new();
    let mut upper: Vec<Allocator> = known.to_vec();
    let mut growth = Growth::default();
    while let Some(allocator) = upper.pop() {
        for (function, role) in next_layer(module, &allocator, &mut growth) {
            if functions.insert(function) {
                let name = module.function_name(function);
                let layer = Allocator {
                    function,
                    name: name.map_or(format!("#{function}"), |name| {
                        super::demangle::demangled(name).into_owned()
                    }),
                    family: allocator.family,
                    role,
                    header: 0,
                };
                layers.push(layer.clone());
                upper.push(layer);
            }
        }
    }
    layers
}

fn next_layer(module: &Module, allocator: &Allocator, growth: &mut Growth) -> Vec<(u32, Role)> {
    let calls = calls(module, allocator.function);
    let handed_on = |call: &Call, parameter: u32| {
        let place = call
            .arguments
            .iter()
            .position(|argument| *argument == Some(parameter));
        place.map(|place| place as u32)
    };
    let roles = calls.iter().filter_map(|call| {
        let is_defined = call.function >= module.imported_functions();
        if !is_defined || call.function == allocator.function {
            return None;
        }
        let gives = gives_word(module, call.function)?;
        let role = match (allocator.role, gives) {
            (Role::Allocate { size } | Role::AllocateInto { size, .. }, true) => Role::Allocate {
                size: handed_on(call, size)?,
            },
            (Role::Resize { address, size }, true) => match handed_on(call, address) {
                Some(address) => Role::Resize {
                    address,
                    size: handed_on(call, size)?,
                },
                None => Role::Allocate {
                    size: handed_on(call, size)?,
                },
            },
            (Role::Free { address }, false) => Role::Free {
                address: handed_on(call, address)?,
            },
            _ => return None,
        };
        Some((call.function, role))
    });
    let mut roles: Vec<(u32, Role)> = roles.collect();
    roles.sort_by_key(|(function, _)| *function);
    roles.dedup_by_key(|(function, _)| *function);
    if matches!(allocator.role, Role::Free { .. }) {
        // Who of two is told the address to free it cannot be known.
        return if roles.len() == 1 { roles } else { Vec::new() };
    }
    roles.retain(|(function, _)| growth.reaches(module, *function));
    roles
}

/// Whether a function of words returns one; none if it is no such function.
fn gives_word(module: &Module, function: u32) -> Option<bool> {
    let word = if module.is_memory64() {
        ValType::I64
    } else {
        ValType::I32
    };
    let signature = module.signature(function);
    let mut values = signature.params().iter().chain(signature.results());
    let fits = values.all(|value| *value == word) && signature.results().len() <= 1;
    fits.then_some(signature.results().len() == 1)
}

/// A call, and which of its arguments are parameters of the caller, as they came.
struct Call {
    function: u32,
    arguments: Vec<Option<u32>>,
}

/// The direct calls in a function's body.
fn calls(module: &Module, function: u32) -> Vec<Call> {
    let parameters = module.signature(function).params().len() as u32;
    let operators = operators(module, function);
    let written: BTreeSet<u32> = operators
        .iter()
        .filter_map(|operator| match operator {
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                Some(*local_index)
            }
            _ => None,
        })
        .collect();
    let mut calls = Vec::new();
    // What is known of the top of the stack; below it nothing is.
    let mut stack: Vec<Option<u32>> = Vec::new();
    for operator in &operators {
        match *operator {
            Operator::LocalGet { local_index } => {
                let is_as_it_came = local_index < parameters && !written.contains(&local_index);
                stack.push(is_as_it_came.then_some(local_index));
            }
            Operator::I32Const { .. } | Operator::I64Const { .. } => stack.push(None),
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                let count = module.signature(function_index).params().len();
                let from = stack.len().saturating_sub(count);
                let mut arguments = vec![None; count - (stack.len() - from)];
                arguments.extend(stack.drain(from..));
                let results = module.signature(function_index).results().len();
                stack.extend(vec![None; results]);
                calls.push(Call {
                    function: function_index,
                    arguments,
                });
            }
            _ => stack.clear(),
        }
    }
    calls
}

/// The code of a function; none of an imported one.
pub(super) fn operators(module: &Module, function: u32) -> Vec<Operator<'_>> {
    let Some(range) = module.body(function) else {
        return Vec::new();
    };
    let reader = BinaryReader::new(&module.bytes()[range.clone()], range.start);
    let body = FunctionBody::new(reader);
    let Ok(operators) = body.get_operators_reader() else {
        return Vec::new();
    };
    operators.into_iter().map_while(Result::ok).collect()
}

/// Which functions can make the memory grow, by direct calls.
#[derive(Default)]
pub(super) struct Growth {
    known: BTreeMap<u32, bool>,
}

impl Growth {
    pub(super) fn reaches(&mut self, module: &Module, function: u32) -> bool {
        if let Some(reaches) = self.known.get(&function) {
            return *reaches;
        }
        let mut visited = BTreeSet::from([function]);
        let mut pending = vec![function];
        let mut reaches = false;
        while let Some(next) = pending.pop() {
            for operator in operators(module, next) {
                match operator {
                    Operator::MemoryGrow { .. } => reaches = true,
                    Operator::Call { function_index } | Operator::ReturnCall { function_index }
                        if visited.insert(function_index) =>
                    {
                        pending.push(function_index);
                    }
                    _ => {}
                }
            }
            if reaches || visited.len() > MOST_VISITED {
                break;
            }
        }
        self.known.insert(function, reaches);
        reaches
    }
}
