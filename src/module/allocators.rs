//! Which of a module's functions allocate and free.

use std::fmt;

use thiserror::Error;
use wasmparser::{FuncType, ValType};

use super::Module;
use super::bindgen;
use super::candidates::{self, Candidates};
use super::demangle::demangled;
use super::families::{self, Role, Row, Shape};
use super::go;
use super::layers;

/// A function that allocates or frees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocator {
    /// Its index.
    pub function: u32,
    /// The name that it was known by, demangled.
    pub name: String,
    /// The family that it belongs to, such as `C` or `Rust`.
    pub family: &'static str,
    /// What it does, and which argument means what.
    pub role: Role,
    /// How far before the address that it hands out begins the block that a lower layer of it knows: the other name by which
    /// that layer may free it. Zero where it hands out what the layer below gave it, or where that layer can be seen.
    pub header: u32,
}

/// A function with an allocator's name and another signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Its index.
    pub function: u32,
    /// Its name, demangled.
    pub name: String,
    /// The signature that it has.
    pub signature: String,
    /// The signatures that its name goes with.
    pub expected: String,
    /// Whether functions of its name allocate, and neither resize nor free.
    pub allocates: bool,
    /// How many arguments it takes.
    pub arguments: usize,
}

impl Misfit {
    /// How a suite says that it allocates all the same; none where functions of its name do something else.
    pub fn advice(&self) -> Option<String> {
        let last = self.arguments.checked_sub(1).filter(|_| self.allocates)?;
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let name = match self.name.bytes().all(is_word) {
            true => self.name.clone(),
            false => format!("\"#{}\"", self.function),
        };
        Some(format!(
            "`{}` has another signature than allocators of that name: name it in the suite, saying which argument is the \
             size, counted from 0: allocators: [{{ allocate: {name}, size: {last} }}]",
            self.name
        ))
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Misfit {
            name,
            signature,
            expected,
            ..
        } = self;
        write!(
            f,
            "`{name}` is {signature} where an allocator of that name is {expected}"
        )
    }
}

/// No function of a module is known to allocate.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct NoAllocator {
    module: String,
    functions: u32,
    named: usize,
    exports: usize,
    misfits: Vec<Misfit>,
    candidates: Candidates,
    is_go: bool,
}

impl fmt::Display for NoAllocator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NoAllocator {
            module,
            functions,
            named,
            exports,
            ..
        } = self;
        writeln!(f, "no allocator was found in {module}")?;
        let ending = if *functions == 1 { "" } else { "s" };
        writeln!(
            f,
            "looked at {functions} function{ending} ({named} with a name, {exports} exported)"
        )?;
        for misfit in &self.misfits {
            writeln!(f, "passed over: {misfit}")?;
        }
        write!(f, "{}", self.candidates)?;
        match self.misfits.iter().find_map(Misfit::advice) {
            Some(advice) if !self.is_go => write!(f, "{advice}"),
            _ => write!(f, "{}{}", self.advice(), self.way_to_name_one()),
        }
    }
}

impl NoAllocator {
    /// What looks most like `malloc`, and what like `free`: for people to confirm, since a wrong guess counts what is no memory.
    pub fn likeliest(&self) -> Option<(&str, Option<&str>)> {
        self.candidates.likeliest().filter(|_| !self.is_go)
    }

    fn advice(&self) -> &'static str {
        if self.is_go {
            go::ADVICE
        } else if self.named == 0 {
            "the module has no names: build it with them (`-g`; no `-s`, `--strip-all` or `strip = true`; `wasm-opt -g`), \
             or export its allocator (`-Wl,--export=malloc,--export=free`)"
        } else {
            "if it allocates all the same, its allocator goes by a name that memgate does not know: export it as `malloc` \
             and `free`, or keep the linker from inlining it (build without fat link-time optimisation)"
        }
    }

    /// What candidates have said already, where there are any.
    fn way_to_name_one(&self) -> &'static str {
        if self.is_go || self.named == 0 || self.candidates != Candidates::default() {
            return "";
        }
        "; or name it in the suite, by its name or its index: allocators: [{ allocate: \"#0\" }]"
    }
}

/// All that goes by an allocator's name.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) allocators: Vec<Allocator>,
    pub(super) misfits: Vec<Misfit>,
    nothing: NoAllocator,
}

impl Found {
    pub(super) fn result(&self) -> Result<Vec<Allocator>, NoAllocator> {
        if self.allocators.is_empty() {
            let misfits = self.misfits.clone();
            return Err(NoAllocator {
                misfits,
                ..self.nothing.clone()
            });
        }
        Ok(self.allocators.clone())
    }
}

/// Looks every function's names up in the table of families.
pub(super) fn find(module: &Module) -> Found {
    let mut found = Found {
        allocators: Vec::new(),
        misfits: Vec::new(),
        nothing: nothing(module),
    };
    for (function, symbols) in (0..).zip(symbols(module)) {
        let given = module.given.iter().find(|given| given.function == function);
        if let Some(given) = given {
            found.allocators.push(given.clone());
            continue;
        }
        let known = symbols
            .iter()
            .filter_map(|symbol| fit(module, function, symbol));
        let (fitting, misfits): (Vec<_>, Vec<_>) = known.partition(Result::is_ok);
        match fitting.into_iter().flatten().next() {
            Some(allocator) => found.allocators.push(allocator),
            None => found
                .misfits
                .extend(misfits.into_iter().filter_map(Result::err)),
        }
    }
    if found.allocators.is_empty() {
        found.allocators = bindgen::numbered(module);
    }
    // Of those that somebody named all is said.
    let known: Vec<Allocator> = found
        .allocators
        .iter()
        .filter(|allocator| !module.given.contains(allocator))
        .cloned()
        .collect();
    let layers = layers::below(module, &known);
    let is_new = |layer: &Allocator| {
        !module
            .given
            .iter()
            .any(|given| given.function == layer.function)
    };
    found.allocators.extend(layers.into_iter().filter(is_new));
    found.allocators.sort_by_key(|allocator| allocator.function);
    // All of Go's functions have an allocator's signature.
    if found.allocators.is_empty() && !found.nothing.is_go {
        found.nothing.candidates = candidates::find(module);
    }
    found
}

fn nothing(module: &Module) -> NoAllocator {
    NoAllocator {
        module: module.name().to_owned(),
        functions: module.function_count(),
        named: module.contents.names.count(),
        exports: module
            .exports()
            .iter()
            .filter(|export| export.is_function())
            .count(),
        misfits: Vec::new(),
        candidates: Candidates::default(),
        is_go: go::is_go(module),
    }
}

/// What every function is called: in the name section, then by its import, which is how one module of a program hands
/// its allocator to another, then by its exports.
fn symbols(module: &Module) -> Vec<Vec<&str>> {
    let imported = |function: u32| {
        module
            .imports()
            .get(function as usize)
            .map(|import| import.name.as_str())
    };
    let names = |function| {
        module
            .function_name(function)
            .into_iter()
            .chain(imported(function))
            .collect()
    };
    let mut symbols: Vec<Vec<&str>> = (0..module.function_count()).map(names).collect();
    for export in module
        .exports()
        .iter()
        .filter(|export| export.is_function())
    {
        let names = &mut symbols[export.index as usize];
        if !names.iter().any(|name| is_command_wrapper(name)) {
            names.push(&export.name);
        }
    }
    symbols
}

/// Linkers wrap every further export of a command in a function that runs constructors and destructors around it.
/// Those allocate as well, and are no part of the allocator.
fn is_command_wrapper(name: &str) -> bool {
    name.ends_with(".command_export")
}

/// `None` where the symbol is in no row.
fn fit(module: &Module, function: u32, symbol: &str) -> Option<Result<Allocator, Misfit>> {
    let name = demangled(symbol);
    let rows = families::rows(&families::canonical(&name));
    let is_apart = rows.iter().any(|row| row.role.is_apart());
    if rows.is_empty() || (is_apart && !go::is_countable(module)) {
        return None;
    }
    let word = if module.is_memory64() {
        ValType::I64
    } else {
        ValType::I32
    };
    let signature = module.signature(function);
    let name = name.into_owned();
    Some(
        match rows.iter().find(|row| has_shape(signature, row, word)) {
            Some(row) => Ok(Allocator {
                function,
                name,
                family: row.family,
                role: row.role,
                header: row.header,
            }),
            None => Err(Misfit {
                function,
                name,
                signature: spell(signature),
                expected: spell_rows(rows, word),
                allocates: matches!(
                    rows[0].role,
                    Role::Allocate { .. } | Role::AllocateArray { .. } | Role::AllocateInto { .. }
                ),
                arguments: signature.params().len(),
            }),
        },
    )
}

fn has_shape(signature: &FuncType, row: &Row, word: ValType) -> bool {
    *signature == shaped(row, word)
}

/// The signature that functions of a row have. The `int` of `posix_memalign` is as wide anywhere; all else is as wide as an
/// address.
fn shaped(row: &Row, word: ValType) -> FuncType {
    let result = match row.role {
        Role::AllocateInto { .. } => ValType::I32,
        _ => word,
    };
    let Shape { params, results } = row.shape;
    FuncType::new(vec![word; params], vec![result; results])
}

pub(super) fn spell(signature: &FuncType) -> String {
    let list = |types: &[ValType]| {
        types
            .iter()
            .map(ValType::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    };
    format!(
        "({}) -> ({})",
        list(signature.params()),
        list(signature.results())
    )
}

fn spell_rows(rows: &[&Row], word: ValType) -> String {
    let shapes: Vec<String> = rows.iter().map(|row| spell(&shaped(row, word))).collect();
    shapes.join(" or ")
}
