//! Words to be copied into a shell.

use crate::module::printable;

/// The word as a POSIX shell has to see it: as it is where nothing in it means anything, else in quotes.
pub(crate) fn shell_word(word: &str) -> String {
    let word = printable(word);
    let is_plain = |letter: char| letter.is_alphanumeric() || "_-./:=,+@%\u{fffd}".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, expected: &str) {
        assert_eq!(shell_word(word), expected);
    }

    #[test]
    fn a_word_stays_one_word() {
        check("../app-2.wasm", "../app-2.wasm");
        check("", "''");
        check("my app.wasm", "'my app.wasm'");
        check("edit(1, 1)", "'edit(1, 1)'");
        check("tests/größe.yaml", "tests/größe.yaml");
        check("feed::scroll", "feed::scroll");
        check("$(reboot)'; x", r"'$(reboot)'\''; x'");
        check("a\u{1b}[2J\nb", "'a\u{fffd}[2J\u{fffd}b'");
    }
}
