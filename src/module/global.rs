//! The module's globals, as far as they may hold an address.

use wasmparser::{ConstExpr, GlobalType, Operator, ValType};

use super::Module;
use super::demangle::demangled;

/// A global that may hold an address, and so keep a block alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootGlobal {
    /// Its index, imported globals counted.
    pub index: u32,
    /// What it is called, without the `$` of the text format: in the name section, or else as an export or an import.
    pub name: Option<String>,
    /// Whether the host has it.
    pub is_imported: bool,
    /// Whether it is an `i64`; an `i32` otherwise.
    pub is_64: bool,
}

/// What is said of a global.
#[derive(Clone, Debug)]
pub(super) struct Global {
    ty: GlobalType,
    /// What an integer begins with, where that is a constant.
    pub(super) initial: Option<u64>,
    /// The name that it is imported by.
    import: Option<Box<str>>,
}

impl Global {
    pub(super) fn imported(ty: GlobalType, name: &str) -> Global {
        Global {
            ty,
            initial: None,
            import: Some(name.into()),
        }
    }

    pub(super) fn defined(global: &wasmparser::Global<'_>) -> Global {
        Global {
            ty: global.ty,
            initial: constant(&global.init_expr),
            import: None,
        }
    }

    pub(super) fn is_mutable_i32(&self) -> bool {
        self.ty.mutable && self.ty.content_type == ValType::I32
    }

    /// Whether a value as wide as an address of the memory can be put into it.
    pub(super) fn is_mutable_address(&self, is_memory64: bool) -> bool {
        let address = if is_memory64 {
            ValType::I64
        } else {
            ValType::I32
        };
        self.ty.mutable && self.ty.content_type == address
    }

    fn is_mutable_integer(&self) -> bool {
        let is_integer = matches!(self.ty.content_type, ValType::I32 | ValType::I64);
        is_integer && self.ty.mutable && !self.ty.shared
    }
}

/// The globals that hold an integer which can change.
pub(super) fn variables(module: &Module) -> Vec<u32> {
    let globals = (0..).zip(&module.contents.globals);
    let variables = globals.filter(|(_, global)| global.is_mutable_integer());
    variables.map(|(index, _)| index).collect()
}

/// The globals that may hold an address, but for the one that points to the stack. What cannot change is a linker's constant
/// or an address of static data, and what is neither `i32` nor `i64` is no address.
pub(super) fn roots(module: &Module, stack_pointer: Option<u32>) -> Vec<RootGlobal> {
    let globals = (0..).zip(&module.contents.globals);
    let roots = globals
        .filter(|(index, global)| global.is_mutable_integer() && Some(*index) != stack_pointer);
    roots
        .map(|(index, global)| RootGlobal {
            index,
            name: name(module, index).map(|name| demangled(name).into_owned()),
            is_imported: global.import.is_some(),
            is_64: global.ty.content_type == ValType::I64,
        })
        .collect()
}

/// What a global is called: in the name section, or else as an export or an import.
pub(super) fn name(module: &Module, global: u32) -> Option<&str> {
    let exports = || {
        let mut exports = module.exports().iter();
        exports.find(|export| export.is_global() && export.index == global)
    };
    let import = || {
        module
            .contents
            .globals
            .get(global as usize)?
            .import
            .as_deref()
    };
    let named = module.contents.names.global(global);
    named
        .or_else(|| exports().map(|export| export.name.as_str()))
        .or_else(import)
}

/// The constant that a global with one of the names begins with, by name section or export.
pub(super) fn linker_constant(module: &Module, wanted: &str) -> Option<u64> {
    let mut exports = module.exports().iter();
    let exported = exports.find(|export| export.is_global() && export.name == wanted);
    let exported = exported.map(|export| export.index);
    let named = || {
        let count = module.global_count();
        (0..count).find(|&global| module.contents.names.global(global) == Some(wanted))
    };
    let global = exported.or_else(named)?;
    module.contents.globals.get(global as usize)?.initial
}

/// The value of an expression that is one constant.
pub(super) fn constant(expression: &ConstExpr<'_>) -> Option<u64> {
    let mut operators = expression.get_operators_reader();
    let value = match operators.read().ok()? {
        Operator::I32Const { value } => u64::from(value as u32),
        Operator::I64Const { value } => value as u64,
        _ => return None,
    };
    matches!(operators.read().ok()?, Operator::End).then_some(value)
}
