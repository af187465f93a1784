//! Why a scenario could not be run: the suite, the module and the world do not fit together.

use std::path::PathBuf;
use std::time::Duration;

use super::probes::ProbeError;

/// What keeps a scenario from being run, or from being told to its end. None of it says anything about the module's memory.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The engine cannot compile the module.
    #[error("failed to compile the instrumented module: {0}")]
    Compile(String),
    /// The engine cannot be set up.
    #[error("failed to set up the engine: {0}")]
    Engine(String),
    /// The module wants something that nobody provides.
    #[error(
        "the module imports what memgate does not provide: {}\n\
         provided are the functions of WASI preview 1 (`wasi_snapshot_preview1`); build the module without the others",
        .0.join(", ")
    )]
    UnknownImports(Vec<String>),
    /// The instance could not be made.
    #[error("failed to instantiate the module: {0}")]
    Instantiate(String),
    /// A step calls what the module does not export.
    #[error("the module exports no function `{name}`{}\nit exports: {}", did_you_mean(.name, .exports), listed(.exports, "functions"))]
    UnknownExport {
        /// The name in the suite.
        name: String,
        /// The functions that are exported.
        exports: Vec<String>,
    },
    /// A call has more or fewer arguments than the function takes.
    #[error("`{export}` takes {}; the suite gives {}", those_taken(.parameters), those_given(.given, .parameters))]
    ArgumentCount {
        /// The function.
        export: String,
        /// The types of its parameters.
        parameters: Vec<String>,
        /// The arguments as the suite has them.
        given: Vec<String>,
    },
    /// The arguments of a call do not fit the function.
    #[error("`{export}` takes ({}), but the suite calls it with ({given}): {cause}", .parameters.join(", "))]
    WrongArguments {
        /// The function.
        export: String,
        /// The types of its parameters.
        parameters: Vec<String>,
        /// The arguments as the suite has them.
        given: String,
        /// What is wrong.
        cause: String,
    },
    /// A result is to be kept, and there is none.
    #[error("`{export}` returns nothing that could be kept as `{name}`; leave out `as: {name}`")]
    NothingToKeep {
        /// The function.
        export: String,
        /// The name under which its result was to be kept.
        name: String,
    },
    /// `run` wants a command.
    #[error(
        "the module has no `_start`: it is no command. Drive it with `call` steps, or build it as a command"
    )]
    NotACommand,
    /// A command ended before a mark on its clock was reached.
    #[error(
        "the command ended after {ended:?} of virtual time, before the mark `{mark}` at {at:?}"
    )]
    MarkNotReached {
        /// The mark's name in the suite.
        mark: &'static str,
        /// Where the suite puts it.
        at: Duration,
        /// When the command ended.
        ended: Duration,
    },
    /// The temporary directory that is the guest's world could not be furnished.
    #[error("failed to prepare {what}: {source}")]
    World {
        /// The file, as the suite names it.
        what: String,
        /// Why.
        source: std::io::Error,
    },
    /// A file in the guest's world would lie outside of it.
    #[error(
        "the guest's file `{0}` is no path inside of its directory: use one like `data/in.txt`"
    )]
    OutsideWorld(PathBuf),
    /// The sites that the module's compiler numbered cannot be read.
    #[error("the compiler's sites cannot be read: {0}")]
    Sites(String),
    /// A number that the module tells of itself cannot be read.
    #[error(transparent)]
    Probe(#[from] ProbeError),
}

/// "1 argument (i32)"
fn those_taken(parameters: &[String]) -> String {
    match parameters {
        [] => "no arguments".to_owned(),
        [one] => format!("1 argument ({one})"),
        several => format!("{} arguments ({})", several.len(), several.join(", ")),
    }
}

/// "2, (3, 4): 1 too many", and what to write where there are none.
fn those_given(given: &[String], parameters: &[String]) -> String {
    let (count, wanted) = (given.len(), parameters.len());
    let way_out = match (count, wanted) {
        (_, 0) => "leave out `args`".to_owned(),
        (0, _) => return "none: add `args: [...]`".to_owned(),
        _ if count < wanted => format!("{} too few", wanted - count),
        _ => format!("{} too many", count - wanted),
    };
    format!("{count}, ({}): {way_out}", given.join(", "))
}

pub(super) fn listed(exports: &[String], what: &str) -> String {
    if exports.is_empty() {
        format!("no {what} at all")
    } else {
        exports.join(", ")
    }
}

pub(super) fn did_you_mean(name: &str, exports: &[String]) -> String {
    let exports: Vec<&str> = exports.iter().map(String::as_str).collect();
    let closest = similar::get_close_matches(name, &exports, 1, 0.6);
    closest
        .first()
        .map(|export| format!("; did you mean `{export}`?"))
        .unwrap_or_default()
}

/// What ends a story early: an error of the suite's, or something that the guest did.
#[derive(Debug)]
pub(crate) enum Halt {
    Error(RunError),
    Guest(wasmtime::Error),
}

impl From<RunError> for Halt {
    fn from(error: RunError) -> Self {
        Halt::Error(error)
    }
}

impl From<wasmtime::Error> for Halt {
    fn from(error: wasmtime::Error) -> Self {
        // A mark may lie in the midst of what the guest does: its errors come through the engine.
        match error.downcast::<ProbeError>().map(RunError::from) {
            Ok(error) => Halt::Error(error),
            Err(error) => error
                .downcast::<RunError>()
                .map_or_else(Halt::Guest, Halt::Error),
        }
    }
}
