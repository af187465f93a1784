//! What of a module can be called, and what is to be called rather than something else.

use std::fmt;
use std::path::Path;

use wasmparser::FuncType;

use super::verbs::{Kind, Words};
use crate::module::{Module, printable};
use crate::report::shell_word;

/// Exports that are listed.
const MOST_LISTED: usize = 40;

/// What engines and toolchains call themselves, or offer to no step of a story.
const INTERNAL: [&str; 9] = [
    "_initialize",
    "_start",
    "__wasm_call_ctors",
    "__wasm_call_dtors",
    "__wasm_apply_data_relocs",
    "__pin",
    "__unpin",
    "__collect",
    "__setArgumentsLength",
];

/// Prefixes of such names.
const INTERNAL_PREFIXES: [&str; 8] = [
    "__wbindgen_",
    "__wbg_",
    "__externref_",
    "__cxa_",
    "asyncify_",
    "cabi_",
    "emscripten_stack_",
    "_emscripten_",
];

/// An export that a step can call.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Callable<'m> {
    pub(super) name: &'m str,
    pub(super) signature: &'m FuncType,
}

impl fmt::Display for Callable<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed = |types: &[wasmparser::ValType]| {
            let types: Vec<String> = types.iter().map(ToString::to_string).collect();
            types.join(", ")
        };
        let results = self.signature.results();
        write!(
            formatter,
            "{}({})",
            printable(self.name),
            listed(self.signature.params())
        )?;
        match results {
            [] => Ok(()),
            results => write!(formatter, " -> {}", listed(results)),
        }
    }
}

/// The exports that do what the module is for: no allocators, and nothing of a toolchain's own.
pub(super) fn callable(module: &Module) -> Vec<Callable<'_>> {
    let allocators = module.allocators().unwrap_or_default();
    let is_own = |name: &str| {
        let is_internal = INTERNAL_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix));
        !is_internal && !INTERNAL.contains(&name)
    };
    let functions = module
        .exports()
        .iter()
        .filter(|export| export.is_function());
    functions
        .filter(|export| is_own(&export.name))
        .filter(|export| {
            !allocators
                .iter()
                .any(|known| known.function == export.index)
        })
        .map(|export| Callable {
            name: &export.name,
            signature: module.signature(export.index),
        })
        .collect()
}

/// What the module is for comes first, and of that what is called with least.
fn easiest(export: &Callable) -> (bool, usize) {
    let is_action = Words::of(export.name).kind() == Kind::Action;
    (!is_action, export.signature.params().len())
}

/// That something is to be called, and what there is.
pub(super) fn listed(path: &Path, module: &Module) -> String {
    let callable = callable(module);
    let name = printable(module.name()).into_owned();
    let Some(easiest) = callable.iter().min_by_key(|it| easiest(it)) else {
        return format!(
            "{name} is no command, and exports nothing that could be called: it has neither `_start` nor a function of its own"
        );
    };
    let mut text =
        format!("{name} is no command: say with --call what is to be called. It exports\n\n");
    for export in callable.iter().take(MOST_LISTED) {
        text.push_str(&format!("  {export}\n"));
    }
    match callable.len().saturating_sub(MOST_LISTED) {
        0 => {}
        more => text.push_str(&format!("  and {more} more\n")),
    }
    let ones: Vec<&str> = easiest.signature.params().iter().map(|_| "1").collect();
    let call = format!("{}({})", easiest.name, ones.join(", "));
    let path = path.display().to_string();
    text + &format!(
        "\nfor example:\n\n  memgate profile {} --call {} --cycles 10",
        shell_word(&path),
        shell_word(&call)
    )
}
