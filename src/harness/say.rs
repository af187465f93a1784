//! What commands print: all of it passes here, so that none of it is what a terminal would obey, and nobody's going away is an
//! error.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use crate::module::printable_row;
use crate::report::{FaultKind, text_rows};

/// Prints what a command was asked for. Its styles are shown where they are wanted: on a terminal, and by the usual variables.
///
/// A reader that had enough, as `head` has, ends nothing; a disk that is full does.
pub(crate) fn say(text: &str) -> ExitCode {
    say_with(text, 0)
}

/// The same, where what is said comes with an exit code of its own.
pub(crate) fn say_with(text: &str, code: u8) -> ExitCode {
    let mut out = anstream::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            broken(&format!("failed to write to standard output: {error}"))
        }
        _ => ExitCode::from(code),
    }
}

/// Says that there is no verdict, and why.
pub(crate) fn broken(cause: &str) -> ExitCode {
    note(cause);
    ExitCode::from(2)
}

/// The same, with what tells more.
pub(crate) fn broken_by(kind: FaultKind, cause: &str) -> ExitCode {
    broken(&format!(
        "{cause}\n  explain  memgate explain {}",
        kind.name()
    ))
}

/// Says what is no part of what was asked for, where it does not get in the way of that.
pub(crate) fn note(text: &str) -> ExitCode {
    let is_shown = io::stderr().is_terminal();
    let rows = |row| match is_shown {
        true => wrapped(row),
        // Whatever reads it breaks rows as it likes.
        false => vec![String::from(row)],
    };
    for row in text.lines().flat_map(rows) {
        // There is nobody to tell it to if this fails, and the exit code tells what matters.
        let _ = writeln!(anstream::stderr(), "{}", printable_row(&row));
    }
    ExitCode::SUCCESS
}

/// A sentence in rows of a terminal; what is laid out by hand, such as an excerpt, as it is.
fn wrapped(row: &str) -> Vec<String> {
    if !row.starts_with(char::is_alphabetic) {
        return vec![row.to_string()];
    }
    let mut rows = text_rows(row, 0, 2);
    rows.iter_mut()
        .skip(1)
        .for_each(|row| row.insert_str(0, "  "));
    rows
}
