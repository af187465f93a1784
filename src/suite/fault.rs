//! What is wrong in a suite file, while its place is still a node.

use super::node::NodeId;

/// One thing that is wrong.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) place: Place,
    /// What is wrong, in one line.
    pub(super) message: String,
    /// Why, and what would be right: one line each, but for long lists of words.
    pub(super) notes: Vec<String>,
    /// The node that this one contradicts, where it repeats or excludes an earlier one.
    pub(super) first: Option<NodeId>,
}

/// Lists of words are broken before they are longer.
const MAX_WIDTH: usize = 90;

/// Where it is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// The file as a whole.
    File,
    /// A line and a column, both counted from 1.
    Position(Position),
    /// A node of the tree.
    Node(NodeId),
}

/// A line and a column of the text, both counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Fault {
    pub(super) fn new(place: Place, message: impl Into<String>) -> Self {
        Fault {
            place,
            message: message.into(),
            notes: Vec::new(),
            first: None,
        }
    }

    /// A fault at a node.
    pub(super) fn at(node: NodeId, message: impl Into<String>) -> Self {
        Fault::new(Place::Node(node), message)
    }

    pub(super) fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Says which words would have been right there.
    pub(super) fn with_accepted<T: AsRef<str>>(self, words: &[T]) -> Self {
        self.with_words("accepted", words)
    }

    /// Says which words are right there that are of a kind, in lines that need not be scrolled.
    pub(super) fn with_words<T: AsRef<str>>(self, kind: &str, words: &[T]) -> Self {
        let mut note = format!("{kind}:");
        let mut width = note.len();
        for (index, word) in words.iter().map(AsRef::as_ref).enumerate() {
            let separator = if index == 0 { "" } else { "," };
            let is_full = width + word.len() > MAX_WIDTH;
            width = if is_full { 0 } else { width } + word.len() + 2;
            let space = if is_full { '\n' } else { ' ' };
            note.push_str(separator);
            note.push(space);
            note.push_str(word);
        }
        self.with_note(note)
    }

    pub(super) fn with_first(mut self, first: NodeId) -> Self {
        self.first = Some(first);
        self
    }
}

/// "unknown key `treshholds`, did you mean `thresholds`?"
pub(super) fn unknown_word(what: &str, word: &str, accepted: &[&str]) -> String {
    match closest(word, accepted) {
        Some(close) => format!("unknown {what} `{word}`, did you mean `{close}`?"),
        None => format!("unknown {what} `{word}`"),
    }
}

/// The accepted word that was probably meant.
pub(super) fn closest<'a>(word: &str, accepted: &[&'a str]) -> Option<&'a str> {
    /// Below this share of common letters a suggestion is a guess.
    const SIMILARITY: f32 = 0.7;
    let same_but_for_case = accepted
        .iter()
        .find(|other| other.eq_ignore_ascii_case(word));
    same_but_for_case.copied().or_else(|| {
        similar::get_close_matches(word, accepted, 1, SIMILARITY)
            .first()
            .copied()
    })
}
