//! The global that points to the guest's stack in memory.

use wasmparser::{BinaryReader, FunctionBody, Operator};

use super::{Module, global};

/// What LLVM's linker calls it; AssemblyScript's has a path before it.
const NAME: &str = "__stack_pointer";

/// How many functions are looked at where nothing has a name.
const SAMPLE: usize = 4096;

/// By its name, or else by what functions do that need room on the stack: they begin by taking from it.
pub(super) fn find(module: &Module) -> Option<u32> {
    by_name(module).or_else(|| by_use(module))
}

fn by_name(module: &Module) -> Option<u32> {
    let is_named = |&global: &u32| {
        let name = global::name(module, global);
        name.is_some_and(|name| name.rsplit('/').next() == Some(NAME))
    };
    addresses(module).find(is_named)
}

/// The global that most functions begin by subtracting a constant from; the first of several.
fn by_use(module: &Module) -> Option<u32> {
    let mut uses = vec![0_u32; module.global_count() as usize];
    let defined = module.imported_functions()..module.function_count();
    let step = defined.len().div_ceil(SAMPLE).max(1);
    for function in defined.step_by(step) {
        if let Some(global) = lowered_first(module, function) {
            uses[global as usize] += 1;
        }
    }
    let candidates = addresses(module).filter(|&global| uses[global as usize] > 0);
    candidates.max_by_key(|&global| (uses[global as usize], u32::MAX - global))
}

/// The mutable globals that are as wide as an address.
fn addresses(module: &Module) -> impl Iterator<Item = u32> {
    let is_memory64 = module.is_memory64();
    let globals = (0..).zip(&module.contents.globals);
    globals
        .filter(move |(_, global)| global.is_mutable_address(is_memory64))
        .map(|(index, _)| index)
}

/// The global of a body that begins with `global.get`, a constant, `sub`.
fn lowered_first(module: &Module, function: u32) -> Option<u32> {
    let range = module.body(function)?;
    let code = BinaryReader::new(&module.bytes()[range.clone()], range.start);
    let mut operators = FunctionBody::new(code).get_operators_reader().ok()?;
    let Operator::GlobalGet { global_index } = operators.read().ok()? else {
        return None;
    };
    let amount = operators.read().ok()?;
    let is_constant = matches!(
        amount,
        Operator::I32Const { .. } | Operator::I64Const { .. }
    );
    let lowers = matches!(operators.read().ok()?, Operator::I32Sub | Operator::I64Sub);
    (is_constant && lowers).then_some(global_index)
}
