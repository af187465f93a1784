//! Allocators that somebody names who knows the module.

use thiserror::Error;
use wasmparser::{FuncType, ValType};

use super::Module;
use super::allocators::{Allocator, spell};
use super::demangle::demangled;
use super::families::Role;

/// The family of allocators that were named.
pub(super) const FAMILY: &str = "named";
/// Below this share of common letters a suggestion is a guess.
const SIMILARITY: f32 = 0.7;

/// A function that is said to be an allocator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenAllocator {
    /// Its symbol, as it is or demangled; or the name of an export; or its index, as `#42`.
    pub function: String,
    /// What it does.
    pub role: Role,
}

/// Why what was said of an allocator cannot be true.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GivenError {
    /// There is no such function.
    #[error(
        "the suite names the allocator `{function}`, and {module} has no function of that name or export{hint}"
    )]
    Unknown {
        /// The name.
        function: String,
        /// The module.
        module: String,
        /// What may have been meant.
        hint: String,
    },
    /// Several functions go by the name.
    #[error(
        "the suite names the allocator `{function}`, and {module} has several functions of that name: {found}; name one by its index"
    )]
    Ambiguous {
        /// The name.
        function: String,
        /// The module.
        module: String,
        /// Their indices.
        found: String,
    },
    /// Its signature has no place for what it is said to do.
    #[error("the suite names the allocator `{function}`, which is {signature} in {module}: {why}")]
    Misfit {
        /// The name.
        function: String,
        /// The module.
        module: String,
        /// What it takes and returns.
        signature: String,
        /// What does not fit.
        why: String,
    },
}

/// Finds the function, and holds its signature against its role.
pub(super) fn resolve(module: &Module, given: &GivenAllocator) -> Result<Allocator, GivenError> {
    let function = find(module, &given.function)?;
    let signature = module.signature(function);
    if let Some(why) = misfit(module, signature, given.role) {
        return Err(GivenError::Misfit {
            function: given.function.clone(),
            module: module.name().to_owned(),
            signature: spell(signature),
            why,
        });
    }
    Ok(Allocator {
        function,
        name: given.function.clone(),
        family: FAMILY,
        role: given.role,
        header: 0,
    })
}

fn find(module: &Module, name: &str) -> Result<u32, GivenError> {
    if let Some(index) = name.strip_prefix('#') {
        let index = index
            .parse()
            .ok()
            .filter(|index| *index < module.function_count());
        return index.ok_or_else(|| unknown(module, name));
    }
    let is_named = |function: &u32| {
        let symbol = module.function_name(*function);
        symbol.is_some_and(|symbol| symbol == name || demangled(symbol) == name)
    };
    let mut functions: Vec<u32> = (0..module.function_count()).filter(is_named).collect();
    if functions.is_empty() {
        let exports = module.exports().iter();
        let exported = exports.filter(|export| export.is_function() && export.name == name);
        functions.extend(exported.map(|export| export.index));
    }
    match functions.as_slice() {
        [] => Err(unknown(module, name)),
        [function] => Ok(*function),
        several => Err(GivenError::Ambiguous {
            function: name.to_owned(),
            module: module.name().to_owned(),
            found: several
                .iter()
                .map(|function| format!("#{function}"))
                .collect::<Vec<_>>()
                .join(", "),
        }),
    }
}

fn unknown(module: &Module, name: &str) -> GivenError {
    let exports = module
        .exports()
        .iter()
        .filter(|export| export.is_function());
    let names = (0..module.function_count()).filter_map(|function| module.function_name(function));
    let names: Vec<&str> = exports
        .map(|export| export.name.as_str())
        .chain(names)
        .collect();
    let closest = similar::get_close_matches(name, &names, 1, SIMILARITY);
    let hint = match closest.first() {
        _ if name.starts_with('#') => format!(": it has {}", module.function_count()),
        Some(close) => format!(", did you mean `{close}`?"),
        None => String::new(),
    };
    GivenError::Unknown {
        function: name.to_owned(),
        module: module.name().to_owned(),
        hint,
    }
}

fn misfit(module: &Module, signature: &FuncType, role: Role) -> Option<String> {
    let (arguments, gives_address): (Vec<(&str, u32)>, bool) = match role {
        Role::Allocate { size } => (vec![("size", size)], true),
        // Of these no argument is named.
        Role::AllocateOnStack { .. } => (Vec::new(), true),
        Role::AllocateArray { count, size } => (vec![("count", count), ("size", size)], true),
        Role::AllocateInto { out, size } => (vec![("size", size), ("out", out)], true),
        Role::Resize { address, size } => (vec![("address", address), ("size", size)], true),
        Role::ResizeArray {
            address,
            count,
            size,
        } => (
            vec![("address", address), ("count", count), ("size", size)],
            true,
        ),
        Role::ResizeInPlace { address, size } => (vec![("address", address), ("size", size)], true),
        Role::Free { address } | Role::Release { address } => (vec![("address", address)], false),
    };
    let is_integer = |value: &ValType| matches!(value, ValType::I32 | ValType::I64);
    for (what, position) in arguments {
        match signature.params().get(position as usize) {
            None => {
                return Some(format!(
                    "it has no argument {position} to be the {what}; they are counted from 0"
                ));
            }
            Some(value) if !is_integer(value) => {
                return Some(format!("argument {position}, the {what}, is no integer"));
            }
            Some(_) => {}
        }
    }
    if let Role::AllocateInto { out, .. } = role
        && (signature.params()[out as usize] == ValType::I64) != module.is_memory64()
    {
        return Some(format!(
            "argument {out}, where the address goes, is no address of its memory"
        ));
    }
    match signature.results() {
        [] if gives_address => {
            Some("it returns nothing, and an allocator returns an address".into())
        }
        [result] if gives_address && !is_integer(result) => {
            Some("what it returns is no integer, and an allocator returns an address".into())
        }
        [_, _, ..] => Some("it returns more than one value".into()),
        _ => None,
    }
}
