//! Command lines that a reader copies.

use std::borrow::Cow;

/// A word as a shell takes it, whatever it holds: what is copied must not do anything else.
pub(crate) fn word(word: &str) -> Cow<'_, str> {
    let is_plain = |letter: char| letter.is_alphanumeric() || "_-./:@%+=,\u{fffd}".contains(letter);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => Cow::Borrowed(word),
        false => Cow::Owned(format!("'{}'", word.replace('\'', r"'\''"))),
    }
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn words_are_words_to_a_shell() {
        for (text, expected) in [
            ("feed::scroll", "feed::scroll"),
            ("tests/größe.yaml", "tests/größe.yaml"),
            ("my suites/a.yaml", "'my suites/a.yaml'"),
            ("a; rm -r $(pwd)", "'a; rm -r $(pwd)'"),
            ("it's", r"'it'\''s'"),
            ("", "''"),
        ] {
            assert_eq!(word(text), expected);
        }
    }
}
