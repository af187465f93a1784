//! Text that comes from a module, fit to be shown.

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

const REPLACEMENT: &str = "\u{fffd}";

/// Controls, and what turns the direction of the text that follows, so that it reads like another.
fn is_obeyed(character: char) -> bool {
    character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
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
    fn lines_stay_lines() {
        let text = "thread panicked:\r\n\t\u{1b}[31mred\u{1b}[0m\rover\n\u{202e}drawkcab\n";
        let expected =
            "thread panicked:\n\t\u{fffd}[31mred\u{fffd}[0m\u{fffd}over\n\u{fffd}drawkcab\n";
        assert_eq!(printable_lines(text), expected);
    }
}
