//! What commands print: all of it passes here, so that nobody's going away is an error.

use std::io::{self, Write};
use std::process::ExitCode;

use super::broken;

/// Prints what a command was asked for. A reader that had enough, as `head` has, ends nothing; a disk that is full does.
pub(crate) fn say(text: &str) -> ExitCode {
    say_with(text, 0)
}

/// The same, where what is said comes with an exit code of its own.
pub(crate) fn say_with(text: &str, code: u8) -> ExitCode {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            broken(&format!("failed to write to standard output: {error}"))
        }
        _ => ExitCode::from(code),
    }
}
