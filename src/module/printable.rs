//! Text that comes from anybody, fit to be shown: on a terminal, and in the log of a continuous integration.

use std::borrow::Cow;

/// Longer names are cut: they come from anybody.
pub(crate) const LONGEST_NAME: usize = 4096;

/// Text that comes from a module is cut, and rid of what a terminal would obey.
pub(crate) fn printable<'t>(name: impl Into<Cow<'t, str>>) -> Cow<'t, str> {
    let name = name.into();
    if name.len() <= LONGEST_NAME && !name.contains(is_obeyed) {
        return name;
    }
    let end = name.floor_char_boundary(LONGEST_NAME);
    let mut printable = name[..end].replace(is_obeyed, REPLACEMENT);
    if end < name.len() {
        printable.push('…');
    }
    Cow::Owned(printable)
}

/// The same of text in lines, which is not cut.
pub(crate) fn printable_lines(text: &str) -> String {
    let is_layout = |character| matches!(character, '\n' | '\t');
    let lines = text.replace("\r\n", "\n");
    lines.replace(
        |character| is_obeyed(character) && !is_layout(character),
        REPLACEMENT,
    )
}

/// One row of what is printed, whatever it holds. Beside what a terminal would obey, it is rid of what GitHub's runner would:
/// the rows of a log that begin with `::`, and `##[` anywhere, are commands to it.
pub(crate) fn printable_row(row: &str) -> Cow<'_, str> {
    let is_shown = |character| character == '\t' || !is_obeyed(character);
    let blank = row.len() - row.trim_start().len();
    let is_command = row[blank..].starts_with("::");
    if row.chars().all(is_shown) && !is_command && !row.contains("##[") {
        return Cow::Borrowed(row);
    }
    let mut shown = row.replace(|character| !is_shown(character), REPLACEMENT);
    shown = shown.replace("##[", &format!("##{REPLACEMENT}["));
    if is_command {
        shown.replace_range(blank..blank + 1, REPLACEMENT);
    }
    Cow::Owned(shown)
}

const REPLACEMENT: &str = "\u{fffd}";

/// Controls, what ends a line, and what turns the direction of the text around it, so that it reads like another.
fn is_obeyed(character: char) -> bool {
    let turns = matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    turns || character.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: &str) {
        assert_eq!(printable(name), expected);
    }

    #[test]
    fn names_do_not_speak_to_the_terminal() {
        check("feed::<Größe>", "feed::<Größe>");
        check("\u{1b}[2Jgone", "\u{fffd}[2Jgone");
        check("two\nlines", "two\u{fffd}lines");
        check("\u{9b}31m", "\u{fffd}31m");
        check(
            "a\u{202e}b\u{202a}c\u{2066}d\u{2069}",
            "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}",
        );
    }

    #[test]
    fn long_names_are_cut() {
        check(&"a".repeat(LONGEST_NAME), &"a".repeat(LONGEST_NAME));
        let cut = format!("{}…", "a".repeat(LONGEST_NAME - 1));
        check(&format!("{}ßz", "a".repeat(LONGEST_NAME - 1)), &cut);
    }

    #[test]
    fn rows_command_neither_terminals_nor_runners() {
        for (row, expected) in [
            ("    std::vector<int>\t::at", "    std::vector<int>\t::at"),
            ("    ::error::gone", "    \u{fffd}:error::gone"),
            ("a ##[add-mask]b", "a ##\u{fffd}[add-mask]b"),
            ("one\n::two\u{2028}", "one\u{fffd}::two\u{fffd}"),
            (
                "\u{3000}::stop-commands::x",
                "\u{3000}\u{fffd}:stop-commands::x",
            ),
        ] {
            assert_eq!(printable_row(row), expected);
        }
    }

    #[test]
    fn lines_stay_lines() {
        let text = "thread panicked:\r\n\t\u{1b}[31mred\u{1b}[0m\rover\n\u{202e}drawkcab\n";
        let expected =
            "thread panicked:\n\t\u{fffd}[31mred\u{fffd}[0m\u{fffd}over\n\u{fffd}drawkcab\n";
        assert_eq!(printable_lines(text), expected);
    }
}
