//! What is done to the guest, one step at a time.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use super::scalar::{self, Name, Time};

/// One thing done to the guest.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(from = "StepEntry")]
#[schemars(with = "StepEntry")]
pub enum Step {
    /// Call an export.
    Call(Call),
    /// Run the whole of a command module.
    Run(Command),
    /// Let virtual time pass.
    Advance(Duration),
    /// Do some steps several times.
    Repeat {
        /// How many times.
        times: u32,
        /// What is repeated.
        steps: Vec<Step>,
    },
}

/// `call`: an export of a reactor module.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The export's name.
    pub export: String,
    /// Its arguments, in order.
    pub args: Vec<Argument>,
    /// `as`: the name under which the first result is kept.
    pub keep: Option<String>,
}

/// One argument of a call. Its type is that of the export's parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    /// A whole number.
    Integer(i128),
    /// A number with a fraction.
    Float(f64),
    /// `$name`: a value that an earlier call kept.
    Kept(String),
}

/// The command of a module that has a `_start`: its arguments, what it finds around itself, and how it should end.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a mapping of keys to values")]
pub struct Command {
    /// Arguments, after the command's own name.
    #[serde(default)]
    pub args: Vec<String>,
    /// Environment variables. There are no others.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// What the command reads from its standard input; empty by default.
    #[serde(default)]
    pub stdin: Option<Content>,
    /// Files in the command's temporary directory: a path in that directory, and what the file holds.
    #[serde(default)]
    pub files: BTreeMap<String, Content>,
    /// The exit code that is expected, 0 by default. Any other is an error, not a regression.
    #[serde(default)]
    pub exit: i32,
}

/// What a file or an input holds.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Content {
    /// The text itself.
    Text(String),
    /// A file's content. The path is relative to the suite file.
    File(PathBuf),
}

impl Step {
    /// Makes the paths that the suite names absolute, or relative to where the suite's own path is.
    pub(super) fn resolve(&mut self, folder: &Path) {
        match self {
            Step::Run(command) => command.resolve(folder),
            Step::Repeat { steps, .. } => steps.iter_mut().for_each(|step| step.resolve(folder)),
            Step::Call(_) | Step::Advance(_) => {}
        }
    }
}

impl Command {
    fn resolve(&mut self, folder: &Path) {
        for content in self.stdin.iter_mut().chain(self.files.values_mut()) {
            if let Content::File(path) = content {
                *path = folder.join(&path);
            }
        }
    }
}

/// A step as it is written: one of its keys says what is done, the others belong to it.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
#[schemars(untagged)]
enum StepEntry {
    /// Call an export of the module.
    Call {
        /// The export's name.
        call: String,
        /// Arguments: whole numbers, numbers with a fraction, and `$name` for a result that an earlier step kept.
        #[serde(default)]
        args: Vec<Argument>,
        /// The name under which the first result is kept, for `$name` in later arguments. A kept value counts as in use.
        #[serde(default, rename = "as", deserialize_with = "scalar::some_name")]
        #[schemars(with = "Name")]
        keep: Option<String>,
    },
    /// Let virtual time pass.
    Advance {
        /// How much. It costs no real time.
        #[serde(deserialize_with = "scalar::duration")]
        #[schemars(with = "Time")]
        advance: Duration,
    },
    /// Do some steps several times.
    Repeat {
        /// How many times.
        #[schemars(range(min = 1))]
        repeat: u32,
        /// What is repeated.
        steps: Vec<Step>,
    },
    /// Run a command module, which has a `_start`. It must be the scenario's only step.
    Run {
        /// What the command gets, and how it should end; `{}` if nothing is to be said.
        run: Command,
    },
}

impl From<StepEntry> for Step {
    fn from(entry: StepEntry) -> Self {
        match entry {
            StepEntry::Call { call, args, keep } => Step::Call(Call {
                export: call,
                args,
                keep,
            }),
            StepEntry::Run { run } => Step::Run(run),
            StepEntry::Advance { advance } => Step::Advance(advance),
            StepEntry::Repeat { repeat, steps } => Step::Repeat {
                times: repeat,
                steps,
            },
        }
    }
}

impl<'de> Deserialize<'de> for Argument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ArgumentVisitor)
    }
}

struct ArgumentVisitor;

impl Visitor<'_> for ArgumentVisitor {
    type Value = Argument;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a number or `$name` of a kept result")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Argument, E> {
        Ok(Argument::Integer(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Argument, E> {
        Ok(Argument::Integer(value.into()))
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<Argument, E> {
        Ok(Argument::Integer(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Argument, E> {
        Ok(Argument::Float(value))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Argument, E> {
        match text.strip_prefix('$') {
            Some(name) if scalar::is_name(name) => Ok(Argument::Kept(name.to_owned())),
            _ => Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)),
        }
    }
}

impl JsonSchema for Argument {
    fn schema_name() -> Cow<'static, str> {
        "Argument".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A number, or `$name` for a result that an earlier step kept.",
            "anyOf": [
                { "type": "number" },
                { "type": "string", "pattern": format!(r"^\${}$", scalar::NAME) },
            ],
        })
    }
}
