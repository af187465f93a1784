//! What a guest writes, passed on to whoever sits before the terminal.
//!
//! It all goes to the standard error, since the standard output is for the report.

use std::io::{IsTerminal, Write, stderr};
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use crate::module::printable_lines;
use crate::run::{Listener, Stream};

/// A line that is longer is passed on in parts.
const LONGEST_LINE: usize = 1 << 16;

/// Passes on what is written: as it is to a file or a pipe, rid of what a terminal would obey to a terminal.
pub(super) struct Heard(Arc<Mutex<Pending>>);

struct Pending {
    is_terminal: bool,
    /// The beginnings of lines: a character may still be incomplete.
    output: Vec<u8>,
    errors: Vec<u8>,
}

impl Heard {
    pub(super) fn new() -> Heard {
        Heard(Arc::new(Mutex::new(Pending {
            is_terminal: stderr().is_terminal(),
            output: Vec::new(),
            errors: Vec::new(),
        })))
    }

    pub(super) fn listener(&self) -> Listener {
        let pending = self.0.clone();
        Arc::new(move |stream, bytes| {
            let mut pending = pending.lock().unwrap_or_else(PoisonError::into_inner);
            let text = pending.take(stream, bytes);
            // Nobody may be left who reads it.
            stderr().write_all(&text).ok();
        })
    }

    /// Passes on what has no end of a line.
    pub(super) fn finish(&self) {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for mut rest in [
            mem::take(&mut pending.output),
            mem::take(&mut pending.errors),
        ] {
            if !rest.is_empty() {
                rest.push(b'\n');
                stderr().write_all(&shown(&rest)).ok();
            }
        }
    }
}

impl Pending {
    /// What can be passed on once that has been written, too.
    fn take(&mut self, stream: Stream, bytes: &[u8]) -> Vec<u8> {
        if !self.is_terminal {
            return bytes.to_vec();
        }
        let line = match stream {
            Stream::Output => &mut self.output,
            Stream::Errors => &mut self.errors,
        };
        line.extend(bytes);
        let end = match line.iter().rposition(|byte| *byte == b'\n') {
            Some(last) => last + 1,
            None if line.len() > LONGEST_LINE => line.len(),
            None => return Vec::new(),
        };
        let rest = line.split_off(end);
        shown(&mem::replace(line, rest))
    }
}

fn shown(bytes: &[u8]) -> Vec<u8> {
    printable_lines(&String::from_utf8_lossy(bytes)).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(is_terminal: bool, written: &[&[u8]], expected: &[&str]) {
        let mut pending = Pending {
            is_terminal,
            output: Vec::new(),
            errors: Vec::new(),
        };
        let taken = written
            .iter()
            .map(|bytes| pending.take(Stream::Output, bytes));
        let taken: Vec<String> = taken
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .collect();
        assert_eq!(taken, expected);
    }

    #[test]
    fn a_terminal_gets_whole_lines_that_say_nothing_to_it() {
        check(
            true,
            &[b"one\ntw\xc3", b"\xb6\n", b"\x1b[2J\n"],
            &["one\n", "tw\u{f6}\n", "\u{fffd}[2J\n"],
        );
    }

    #[test]
    fn a_pipe_gets_what_was_written() {
        check(false, &[b"tw", b"\x1b[2J"], &["tw", "\u{1b}[2J"]);
    }
}
