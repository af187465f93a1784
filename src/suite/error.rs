//! What is wrong with a suite file, shown to the one who wrote it.

use std::fmt;
use std::path::{Path, PathBuf};

use super::fault::{Fault, Place, Position};
use super::yaml;

/// All that is wrong with one suite file.
///
/// Its `Display` shows every error with the line that it is about, so it is printed as it is, without a prefix.
#[derive(Debug)]
pub struct SuiteErrors {
    errors: Vec<SuiteError>,
}

/// One thing that is wrong with a suite file.
#[derive(Debug)]
pub struct SuiteError {
    path: PathBuf,
    message: String,
    notes: Vec<String>,
    excerpt: Option<Excerpt>,
}

/// The part of the file that an error is about.
#[derive(Debug)]
struct Excerpt {
    position: Position,
    /// The line up to the column.
    before: String,
    /// The line from the column on.
    rest: String,
    /// How many characters to underline.
    width: usize,
}

impl SuiteErrors {
    /// The errors, in the order of the file's lines.
    pub fn errors(&self) -> &[SuiteError] {
        &self.errors
    }

    /// An error about a file that has no text to show.
    pub(super) fn without_text(path: &Path, message: String, note: Option<&str>) -> Self {
        let notes = note.map(str::to_owned).into_iter().collect();
        let error = SuiteError {
            path: path.to_owned(),
            message,
            notes,
            excerpt: None,
        };
        SuiteErrors {
            errors: vec![error],
        }
    }

    /// Finds the places of all faults in the text.
    pub(super) fn new(path: &Path, text: &str, faults: Vec<Fault>) -> Self {
        let mut errors: Vec<SuiteError> = faults
            .into_iter()
            .map(|fault| SuiteError::new(path, text, fault))
            .collect();
        errors.sort_by_key(|error| (error.position().is_none(), error.position()));
        // What is wrong in a block that aliases repeat is wrong once.
        errors.dedup_by(|a, b| a.position() == b.position() && a.message == b.message);
        SuiteErrors { errors }
    }
}

impl std::error::Error for SuiteErrors {}

impl fmt::Display for SuiteErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        for (index, error) in self.errors.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n\n" };
            write!(formatter, "{separator}{error}")?;
        }
        Ok(())
    }
}

impl SuiteError {
    /// What is wrong, in one line.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The line and the column, both counted from 1; none where the file as a whole is wrong.
    pub fn line_and_column(&self) -> Option<(usize, usize)> {
        self.position()
            .map(|Position { line, column }| (line, column))
    }

    fn new(path: &Path, text: &str, fault: Fault) -> Self {
        let mut notes = fault.notes;
        let position = find(text, fault.place);
        let first = fault.first.and_then(|node| yaml::locate(text, node));
        let line = |position: Option<Position>| position.map(|position| position.line);
        if let Some(first) = line(first).filter(|first| Some(*first) != line(position)) {
            notes.insert(0, format!("the first is on line {first}"));
        }
        let excerpt = position.map(|position| Excerpt::new(text, position));
        SuiteError {
            path: path.to_owned(),
            message: fault.message,
            notes,
            excerpt,
        }
    }

    fn position(&self) -> Option<Position> {
        self.excerpt.as_ref().map(|excerpt| excerpt.position)
    }
}

fn find(text: &str, place: Place) -> Option<Position> {
    match place {
        Place::File => None,
        Place::Position(position) => Some(position),
        Place::Node(node) => yaml::locate(text, node),
    }
}

/// The look is rustc's: its readers know where to look.
impl fmt::Display for SuiteError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let path = self.path.display().to_string().replace('\\', "/");
        write!(formatter, "error: {}", self.message)?;
        let margin = match &self.excerpt {
            Some(Excerpt { position, .. }) => position.line.to_string().len(),
            None => 1,
        };
        let pad = " ".repeat(margin);
        write!(formatter, "\n{pad}--> {path}")?;
        if let Some(excerpt) = &self.excerpt {
            let Position { line, column } = excerpt.position;
            write!(formatter, ":{line}:{column}\n{pad} |")?;
            write!(formatter, "\n{line} | {}{}", excerpt.before, excerpt.rest)?;
            write!(formatter, "\n{pad} | {}", excerpt.underline())?;
        }
        self.notes.iter().try_for_each(|note| {
            let note = note.replace('\n', &format!("\n{pad}   "));
            write!(formatter, "\n{pad} = {note}")
        })
    }
}

impl Excerpt {
    fn new(text: &str, position: Position) -> Self {
        let line = text.lines().nth(position.line - 1).unwrap_or_default();
        let column = line.char_indices().nth(position.column - 1);
        let (before, rest) = line.split_at(column.map_or(line.len(), |(at, _)| at));
        let width = token_width(before, rest);
        Excerpt {
            position,
            before: last_of(before),
            rest: first_of(rest),
            width,
        }
    }

    fn underline(&self) -> String {
        // A tab is kept, so that the carets stand below what they mean however wide it is shown.
        let blank = |character: char| if character == '\t' { '\t' } else { ' ' };
        let indent: String = self.before.chars().map(blank).collect();
        indent + &"^".repeat(self.width.min(self.rest.chars().count()).max(1))
    }
}

/// Longer halves of a line are cut: nobody wrote them by hand.
const MAX_HALF: usize = 80;

fn first_of(rest: &str) -> String {
    match rest.char_indices().nth(MAX_HALF) {
        Some((at, _)) => format!("{}...", &rest[..at]),
        None => rest.to_owned(),
    }
}

fn last_of(before: &str) -> String {
    match before.char_indices().rev().nth(MAX_HALF) {
        Some((at, _)) => format!("...{}", &before[at..]),
        None => before.to_owned(),
    }
}

/// How many characters the key or the value takes that begins after `before`.
fn token_width(before: &str, rest: &str) -> usize {
    let end = match rest.chars().next() {
        Some(quote @ ('"' | '\'')) => rest[1..].find(quote).map(|end| end + 2),
        Some('{' | '[') => Some(1),
        _ => plain_end(before, rest),
    };
    let token = &rest[..end.unwrap_or(rest.len())];
    token.trim_end().chars().count().max(1)
}

/// Where an unquoted key or value ends: at `: `, at a comment, and inside of brackets at what separates there.
fn plain_end(before: &str, rest: &str) -> Option<usize> {
    let count = |brackets: [char; 2]| before.matches(brackets).count();
    let in_brackets = count(['{', '[']) > count(['}', ']']);
    let ends = |(at, character): (usize, char)| match character {
        ':' => rest[at + 1..].starts_with([' ', ',', '}']) || rest.len() == at + 1,
        ' ' => rest[at + 1..].starts_with('#'),
        ',' | ']' | '}' => in_brackets,
        _ => false,
    };
    rest.char_indices()
        .find(|&indexed| ends(indexed))
        .map(|(at, _)| at)
}
