//! `memgate instrument`

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, IsTerminal, Write, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::harness::{broken, broken_by, kinds, note, say};
use crate::instrument::{Instrumented, instrument};
use crate::module::Module;
use crate::report::{self, text_rows};
use crate::suite::{Unit, format_bytes};

/// Write the instrumented module, for hosts that run it themselves
///
/// It is the module that `memgate test` runs: every allocator of it appends to a
/// log in a second memory. Hosts that read the log can run it, too.
#[derive(Args)]
#[command(after_long_help = HOST, verbatim_doc_comment)]
pub(super) struct Instrument {
    /// The module as it was built
    #[arg(value_name = "IN")]
    module: PathBuf,
    /// Where it goes; `-` is standard output, if no terminal
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
}

/// What a host has to know, from the documentation of the rewrite.
const HOST: &str = "\
What the host provides, beside what the module imports by itself:
  memgate.flush        () -> ()        the log is full: read it, reset cursor
  memgate.first_sight  (i32) -> (i32)  number a new calling context, from 1
  memgate.fold         (i64) -> (i64)  the context of a stack without its cycles
What the module exports for the host, beside its own exports:
  memgate.log          memory       records of 12 bytes, or 20 with 64-bit sizes
  memgate.cursor       global, i32  where the next record goes
  memgate.inside       global, i32  to be 0 before each call of an export
  memgate.context      global, i64  to be 0 before each call of an export
  memgate.border       global, i64  to be 0 before each call from outside
The documentation of the crate has more, at `memgate::instrument`.";

impl Instrument {
    pub(super) fn run(self) -> ExitCode {
        let module = match Module::load(&self.module) {
            Ok(module) => module,
            Err(error) => return broken_by(kinds::of_module(&error), &error.to_string()),
        };
        let instrumented = match instrument(&module) {
            Ok(instrumented) => instrumented,
            Err(error) => return broken_by(kinds::of_rewrite(&error), &error.to_string()),
        };
        match write(&self.module, &self.output, &instrumented.wasm) {
            Ok(()) if is_stdout(&self.output) => note(&found(&module, &instrumented)),
            Ok(()) => say(&found(&module, &instrumented)),
            Err(cause) => broken(&cause),
        }
    }
}

/// Writes it whole or not at all, and never over the module that it comes from.
fn write(module: &Path, output: &Path, wasm: &[u8]) -> Result<(), String> {
    if is_stdout(output) {
        if stdout().is_terminal() {
            return Err("error: standard output is a terminal, and wasm is not for reading: name a file with -o, or a pipe".into());
        }
        let written = stdout().write_all(wasm).and_then(|()| stdout().flush());
        return match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(format!("failed to write to standard output: {error}"))
            }
            _ => Ok(()),
        };
    }
    if is_same(module, output) {
        return Err(format!(
            "error: {} is the module itself, which would be lost: name another file with -o",
            output.display()
        ));
    }
    report::write(output, wasm).map_err(|error| format!("error: {error}"))
}

fn is_stdout(output: &Path) -> bool {
    output == Path::new("-")
}

/// Whether both are one file, by whatever way.
fn is_same(module: &Path, output: &Path) -> bool {
    let [module, output] = [module, output].map(fs::canonicalize);
    module.is_ok_and(|module| output.is_ok_and(|output| module == output))
}

/// What was found in the module, and what became of its size.
fn found(module: &Module, instrumented: &Instrumented) -> String {
    let mut families: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for allocator in module.allocators().unwrap_or_default() {
        let names = families.entry(allocator.family).or_default();
        names.push(allocator.name);
    }
    let mut text = String::new();
    for (family, names) in families {
        field(
            &mut text,
            "found",
            &format!("{family}: {}", names.join(", ")),
        );
    }
    for misfit in module.misfits() {
        field(&mut text, "not counted", &misfit.to_string());
    }
    let functions = module.function_count() - module.imported_functions();
    let functions = Unit::Count.format(f64::from(functions));
    field(&mut text, "functions", &functions);
    let [before, after] =
        [module.bytes(), &instrumented.wasm].map(|wasm| format_bytes(wasm.len() as f64));
    field(&mut text, "size", &format!("{before} -> {after}"));
    text
}

/// A title and what belongs to it, in as many rows as it takes.
fn field(text: &mut String, title: &str, words: &str) {
    const MARGIN: usize = 13;
    for (index, row) in text_rows(words, MARGIN, MARGIN).iter().enumerate() {
        let title = if index == 0 { title } else { "" };
        text.push_str(&format!("{title:<MARGIN$}{row}\n"));
    }
}
