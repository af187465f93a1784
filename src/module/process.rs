//! The functions of a C library that start a command's `main` and end its process, by their names.

use super::Module;

/// What the program itself begins with.
const MAIN: &[&str] = &["main", "__main_argc_argv", "__original_main"];

/// What makes the program's arguments, which are never freed.
const START_UP: &[&str] = &["_start", "__main_void"];

/// What ends the process, from the export on down to the call of WASI.
const ENDING: &[&str] = &[
    "_start.command_export",
    "_start",
    "exit",
    "_Exit",
    "_exit",
    "__wasi_proc_exit",
    "__wasm_call_dtors",
    "__funcs_on_exit",
    "__stdio_exit",
    "__imported_wasi_snapshot_preview1_proc_exit",
];

/// The functions that allocate what the program is started with. None where the program itself was inlined into them, so that
/// its blocks could not be told from those.
pub(super) fn start_up(module: &Module) -> Vec<u32> {
    match named(module, MAIN).is_empty() {
        true => Vec::new(),
        false => named(module, START_UP),
    }
}

/// The functions that are under way where a process ends once `main` has returned. None where that cannot be told from a
/// process that ends in its midst.
pub(super) fn ending(module: &Module) -> Vec<u32> {
    match named(module, MAIN).is_empty() {
        true => Vec::new(),
        false => named(module, ENDING),
    }
}

fn named(module: &Module, names: &[&str]) -> Vec<u32> {
    let is_named = |function: &u32| {
        let name = module.function_name(*function);
        name.is_some_and(|name| names.contains(&name))
    };
    (0..module.function_count()).filter(is_named).collect()
}
