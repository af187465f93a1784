//! What may be an allocator where none goes by a known name: functions that look like one, and why.
//!
//! This is a hint for people. What it says is never taken for granted: a wrong guess would count what is no memory.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use wasmparser::{FuncType, Operator, ValType};

use super::Module;
use super::allocators::spell;
use super::layers::operators;

/// More of them are no hint.
const MOST: usize = 3;
/// Below this address linkers put nothing, so that smaller constants are no addresses of statics.
const FIRST_STATIC: u64 = 1024;
/// What an allocator's two halves share is its state; a function that uses less of it has another purpose.
const LEAST_SHARED: usize = 3;

/// A function that may allocate, or free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    /// Its symbol or its export, or else its index, as a suite may call it.
    name: String,
    signature: String,
    places: usize,
    why: Why,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Why {
    Grows,
    Shares {
        shared: usize,
        of: usize,
        with: String,
    },
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Candidate {
            name,
            signature,
            places,
            why,
        } = self;
        let times = if *places == 1 { "place" } else { "places" };
        write!(f, "{name} {signature}, called at {places} {times}, ")?;
        match why {
            Why::Grows => write!(f, "can make the memory grow"),
            Why::Shares { shared, of, with } => {
                write!(f, "uses {shared} of the {of} statics that {with} uses")
            }
        }
    }
}

/// Functions that may allocate and such that may free what the first of them hands out, the likeliest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Candidates {
    allocate: Vec<Candidate>,
    free: Vec<Candidate>,
}

impl fmt::Display for Candidates {
    /// Lines, each with its end; none where there is no candidate.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(allocate) = self.allocate.first() else {
            return Ok(());
        };
        writeln!(f, "what may be one:")?;
        for candidate in self.allocate.iter().chain(&self.free) {
            writeln!(f, "  {candidate}")?;
        }
        let free = self.free.first();
        let reading = free.map_or(String::new(), |free| {
            format!(" and {} as `free`", free.name)
        });
        writeln!(
            f,
            "if {} allocates as `malloc` does{reading}, say so in the suite:",
            allocate.name
        )?;
        writeln!(f, "  allocators:")?;
        writeln!(f, "    - allocate: {:?}", allocate.name)?;
        free.map_or(Ok(()), |free| writeln!(f, "    - free: {:?}", free.name))
    }
}

impl Candidates {
    /// The likeliest function that allocates and the likeliest that frees, by their names.
    pub(super) fn likeliest(&self) -> Option<(&str, Option<&str>)> {
        let free = self.free.first().map(|free| free.name.as_str());
        Some((self.allocate.first()?.name.as_str(), free))
    }
}

/// Looks through the whole module.
pub(super) fn find(module: &Module) -> Candidates {
    let survey = Survey::of(module);
    let mut allocate = survey.functions(module, takes_and_gives_one);
    allocate.retain(|(function, _)| survey.grows.contains(function));
    let mut free = survey.functions(module, takes_one);
    free.retain(|(function, _)| !survey.grows.contains(function));

    allocate.sort_by_cached_key(|(function, state)| {
        let shared = free
            .iter()
            .map(|(_, other)| state.intersection(other).count());
        // What makes the memory grow for an allocator looks like one, is called more often, and keeps no lists.
        std::cmp::Reverse((shared.max(), state.len(), survey.places(*function)))
    });
    let Some((first, state)) = allocate.first() else {
        return Candidates::default();
    };
    let handle = module.signature(*first).results()[0];
    let mut free: Vec<(usize, u32)> = free
        .iter()
        .filter(|(function, _)| module.signature(*function).params() == [handle])
        .map(|(function, other)| (state.intersection(other).count(), *function))
        .filter(|(shared, _)| *shared >= LEAST_SHARED)
        .collect();
    free.sort_by_key(|(shared, _)| std::cmp::Reverse(*shared));

    let candidate = |function: u32, why: Why| Candidate {
        name: name(module, function),
        signature: spell(module.signature(function)),
        places: survey.places(function),
        why,
    };
    let shares = |shared: usize| Why::Shares {
        shared,
        of: state.len(),
        with: name(module, *first),
    };
    Candidates {
        allocate: allocate
            .iter()
            .take(MOST)
            .map(|(function, _)| candidate(*function, Why::Grows))
            .collect(),
        free: free
            .into_iter()
            .take(MOST)
            .map(|(shared, function)| candidate(function, shares(shared)))
            .collect(),
    }
}

/// What is read of every function's code, once.
#[derive(Default)]
struct Survey {
    /// How often each function is called by name.
    places: BTreeMap<u32, usize>,
    /// Addresses that a function's code names: what it loads from and stores to, and constants that may be addresses.
    statics: BTreeMap<u32, BTreeSet<u64>>,
    /// Functions that can make the memory grow, by direct calls.
    grows: BTreeSet<u32>,
}

impl Survey {
    fn of(module: &Module) -> Survey {
        let mut survey = Survey::default();
        let mut callers: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        let mut growing = Vec::new();
        for function in module.imported_functions()..module.function_count() {
            for operator in operators(module, function) {
                let address = match operator {
                    Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                        *survey.places.entry(function_index).or_default() += 1;
                        callers.entry(function_index).or_default().push(function);
                        continue;
                    }
                    Operator::MemoryGrow { .. } => {
                        growing.push(function);
                        continue;
                    }
                    Operator::I32Load { memarg } | Operator::I32Store { memarg } => memarg.offset,
                    Operator::I32Const { value } => value.unsigned_abs().into(),
                    _ => continue,
                };
                if address >= FIRST_STATIC {
                    survey.statics.entry(function).or_default().insert(address);
                }
            }
        }
        while let Some(function) = growing.pop() {
            if survey.grows.insert(function) {
                growing.extend(callers.get(&function).into_iter().flatten());
            }
        }
        survey
    }

    fn places(&self, function: u32) -> usize {
        self.places.get(&function).copied().unwrap_or_default()
    }

    /// The functions with such a signature that are called or exported, and their statics.
    fn functions(&self, module: &Module, fits: fn(&FuncType) -> bool) -> Vec<(u32, BTreeSet<u64>)> {
        (module.imported_functions()..module.function_count())
            .filter(|function| {
                self.places(*function) > 0 || module.export_name(*function).is_some()
            })
            .filter(|function| fits(module.signature(*function)))
            .map(|function| {
                (
                    function,
                    self.statics.get(&function).cloned().unwrap_or_default(),
                )
            })
            .collect()
    }
}

fn name(module: &Module, function: u32) -> String {
    let name = module
        .function_name(function)
        .or_else(|| module.export_name(function));
    name.map_or_else(|| format!("#{function}"), str::to_owned)
}

fn takes_and_gives_one(signature: &FuncType) -> bool {
    matches!(
        (signature.params(), signature.results()),
        ([ValType::I32], [ValType::I32]) | ([ValType::I64], [ValType::I64])
    )
}

fn takes_one(signature: &FuncType) -> bool {
    signature.params().len() == 1 && signature.results().is_empty()
}
