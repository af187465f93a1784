//! Why decoding stops: serde's errors, in words for someone who writes YAML.

use std::fmt;

use serde::de::{Error, Expected, Unexpected};

use super::examples;
use super::fault::{Fault, Place, unknown_word};
use super::node::{Node, NodeId};

/// Why decoding stopped, and how it gets on.
#[derive(Debug)]
pub(super) struct Stop {
    /// What is wrong. Its place is the whole file until something on the way out knows better.
    pub(super) fault: Box<Fault>,
    /// The key that is missing, if that is what is wrong.
    pub(super) missing: Option<&'static str>,
    /// The innermost entry around the place, to be left out the next time.
    pub(super) leave_out: Option<NodeId>,
    /// What is missing was there, but wrong, and is reported already.
    pub(super) follows_from_another: bool,
}

impl Stop {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Fault::new(Place::File, message).into()
    }

    pub(super) fn has_place(&self) -> bool {
        self.fault.place != Place::File
    }

    /// Gives the error its place, unless something further inside did.
    pub(super) fn at(mut self, node: NodeId) -> Self {
        if !self.has_place() {
            self.fault.place = Place::Node(node);
        }
        self
    }

    pub(super) fn in_entry(mut self, entry: &Node) -> Self {
        self.leave_out.get_or_insert(entry.id);
        self
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Stop {
            fault: Box::new(fault),
            missing: None,
            leave_out: None,
            follows_from_another: false,
        }
    }
}

impl std::error::Error for Stop {}

impl fmt::Display for Stop {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.fault.message)
    }
}

impl Error for Stop {
    /// The first line is the message, the others are its notes: that is how the types' own parsers say both.
    fn custom<T: fmt::Display>(message: T) -> Self {
        let text = message.to_string();
        let mut lines = text.lines();
        let fault = Fault::new(Place::File, lines.next().unwrap_or_default());
        lines.fold(fault, Fault::with_note).into()
    }

    /// What is expected may have notes as well, after its first line.
    fn invalid_type(unexpected: Unexpected, expected: &dyn Expected) -> Self {
        let expected = plain(expected);
        let mut lines = expected.lines();
        let expected = lines.next().unwrap_or_default();
        let message = format!("expected {expected}, found {}", found(unexpected));
        let fault = lines.fold(Fault::new(Place::File, message), Fault::with_note);
        match quoted(unexpected).filter(|_| expected == TEXT) {
            Some(text) => fault.with_note(format!("quote it: {text}")).into(),
            None => fault.into(),
        }
    }

    fn invalid_value(unexpected: Unexpected, expected: &dyn Expected) -> Self {
        Stop::new(format!(
            "expected {}, found {}",
            plain(expected),
            found(unexpected)
        ))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        unknown("word", variant, expected).into()
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let fault = unknown("key", field, expected);
        match field {
            "<<" => fault.with_note(NO_MERGE_KEYS).into(),
            _ => fault.into(),
        }
    }

    fn missing_field(field: &'static str) -> Self {
        let fault = Fault::new(Place::File, format!("the key `{field}` is missing"));
        let notes = examples::of_missing(field).iter().copied();
        Stop {
            missing: Some(field),
            ..notes.fold(fault, Fault::with_note).into()
        }
    }
}

const NO_MERGE_KEYS: &str = "merge keys are not read: share whole values, by `&name` and `*name`";

/// A word that is not among the accepted ones.
pub(super) fn unknown(what: &str, word: &str, accepted: &[&str]) -> Fault {
    Fault::new(Place::File, unknown_word(what, word, accepted)).with_accepted(accepted)
}

const TEXT: &str = "a text";

/// What serde's own types expect, in the words of someone who writes YAML.
fn plain(expected: &dyn Expected) -> String {
    let expected = expected.to_string();
    let words = match expected.as_str() {
        "a string" | "path string" => TEXT,
        "a sequence" => "a list",
        "a map" => "a mapping of keys to values",
        "i32" => "a whole number",
        "u32" | "u64" | "usize" => "a whole number, not negative",
        _ => return expected,
    };
    words.to_owned()
}

fn found(unexpected: Unexpected) -> String {
    match unexpected {
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Unsigned(value) => format!("the number {value}"),
        Unexpected::Signed(value) => format!("the number {value}"),
        Unexpected::Float(value) => format!("the number {value}"),
        Unexpected::Str(value) => format!("`{value}`"),
        Unexpected::Unit => "nothing".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "a mapping".to_owned(),
        other => other.to_string(),
    }
}

/// What a scalar that YAML takes for something else looks like as a text.
fn quoted(unexpected: Unexpected) -> Option<String> {
    match unexpected {
        Unexpected::Bool(value) => Some(format!("\"{value}\"")),
        Unexpected::Unsigned(value) => Some(format!("\"{value}\"")),
        Unexpected::Signed(value) => Some(format!("\"{value}\"")),
        Unexpected::Float(value) => Some(format!("\"{value}\"")),
        _ => None,
    }
}
