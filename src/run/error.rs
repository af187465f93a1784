//! Why a scenario could not be run: the suite, the module and the world do not fit together.

use std::path::PathBuf;
use std::time::Duration;

use super::probes::ProbeError;
use crate::module::printable;
use crate::suite::Unit;

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
         provided are the functions of WASI preview 1 (`wasi_snapshot_preview1`)\n\
         where any answer will do, the suite gives it, beside `scenarios`: imports: {{ {}: zero }}\n\
         where the host matters, `memgate::harness_with` takes functions of yours",
        listed(.0, "functions"), .0.first().map(String::as_str).unwrap_or_default()
    )]
    UnknownImports(Vec<String>),
    /// What the suite or the host provides does not fit what the module imports.
    #[error("{0}")]
    Imports(String),
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

/// Names beyond these are only counted.
const MOST_LISTED: usize = 20;

/// Names that are compared with a mistaken one at the most.
const MOST_COMPARED: usize = 1000;

/// How alike two names must be for one to be taken for the other, in the terms of `similar`.
const SIMILARITY: f32 = 0.6;

/// Names of the module's, of which there may be any number.
pub(super) fn listed(names: &[String], what: &str) -> String {
    if names.is_empty() {
        return format!("no {what} at all");
    }
    let (shown, others) = names.split_at(names.len().min(MOST_LISTED));
    let shown: Vec<_> = shown.iter().map(printable).collect();
    let shown = shown.join(", ");
    match others.len() {
        0 => shown,
        more => format!("{shown} and {} more", Unit::Count.format(more as f64)),
    }
}

pub(super) fn did_you_mean(name: &str, exports: &[String]) -> String {
    let exports = exports.iter().map(String::as_str);
    let exports = exports.filter(|export| may_be_meant(name, export));
    let exports: Vec<&str> = exports.take(MOST_COMPARED).collect();
    let closest = similar::get_close_matches(name, &exports, 1, SIMILARITY);
    closest
        .first()
        .map(|export| format!("; did you mean `{}`?", printable(*export)))
        .unwrap_or_default()
}

/// Whether two names have letters enough in common to be alike, in whatever order: a look at each, where comparing them
/// takes one at each pair of their letters.
fn may_be_meant(name: &str, other: &str) -> bool {
    let total = (name.len() + other.len()) as f32;
    let is_alike = |common: usize| 2.0 * common as f32 / total >= SIMILARITY;
    if !is_alike(name.len().min(other.len())) {
        return false;
    }
    let mut letters = [0_u32; 256];
    for byte in name.bytes() {
        letters[usize::from(byte)] += 1;
    }
    let is_shared = |byte: &u8| {
        let left = &mut letters[usize::from(*byte)];
        let is_left = *left > 0;
        *left = left.saturating_sub(1);
        is_left
    };
    is_alike(other.bytes().filter(is_shared).count())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("export{number}")).collect()
    }

    #[test]
    fn of_very_many_names_some_are_listed() {
        assert_eq!(listed(&[], "functions"), "no functions at all");
        assert_eq!(listed(&names(2), "functions"), "export0, export1");
        let many = listed(&names(60_000), "functions");
        assert!(
            many.ends_with(", export18, export19 and 59,980 more"),
            "{many}"
        );
    }

    #[test]
    fn a_mistaken_name_is_told_from_very_many() {
        let mut many = names(60_000);
        assert_eq!(did_you_mean("nope", &many), "");
        many.push("a".repeat(1 << 20));
        many.push("nape".into());
        assert_eq!(did_you_mean("nope", &many), "; did you mean `nape`?");
    }

    #[test]
    fn names_do_not_speak_to_the_terminal() {
        let names = ["\u{1b}[2Jopen".to_string(), "cl\u{202e}ose".to_string()];
        assert_eq!(
            listed(&names, "functions"),
            "\u{fffd}[2Jopen, cl\u{fffd}ose"
        );
        assert_eq!(
            did_you_mean("close", &names),
            "; did you mean `cl\u{fffd}ose`?"
        );
        let unknown = RunError::UnknownImports(vec!["env.\u{1b}]0;title".into()]);
        assert!(unknown.to_string().contains("env.\u{fffd}]0;title"));
    }
}
