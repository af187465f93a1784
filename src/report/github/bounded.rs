//! Text that has an end, since GitHub cuts or refuses what is longer.

/// A text that takes what has room in it.
pub(super) struct Bounded {
    text: String,
    /// In bytes.
    longest: usize,
}

impl Bounded {
    pub(super) fn new(longest: usize) -> Bounded {
        Bounded {
            text: String::new(),
            longest,
        }
    }

    /// Adds a part, whole or not at all; whether it had room beside what is yet to come.
    pub(super) fn push(&mut self, part: &str, reserved: usize) -> bool {
        let has_room = self.text.len() + part.len() + reserved <= self.longest;
        if has_room {
            self.text.push_str(part);
        }
        has_room
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// At most that many lines of at most that many characters, and how many more there are.
pub(super) fn excerpt(text: &str, lines: usize, columns: usize) -> String {
    let all = text.trim_end().lines().count();
    let mut short = String::new();
    for line in text.trim_end().lines().take(lines) {
        short.push_str(&shortened(line, columns));
        short.push('\n');
    }
    if all > lines {
        short.push_str(&format!(
            "... and {} more lines, see the report\n",
            all - lines
        ));
    }
    short
}

/// At most that many characters.
pub(super) fn shortened(text: &str, columns: usize) -> String {
    match text.char_indices().nth(columns) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_whole_or_not_there() {
        let mut text = Bounded::new(8);
        assert!(text.push("abc", 0));
        assert!(!text.push("defghi", 0));
        assert!(!text.push("def", 3), "what comes last has its room");
        assert!(text.push("defgh", 0));
        assert_eq!(text.finish(), "abcdefgh");
    }

    #[test]
    fn what_is_left_out_is_counted() {
        assert_eq!(excerpt("a\nb\nc\n", 3, 9), "a\nb\nc\n");
        assert_eq!(
            excerpt("a\nb\nc", 1, 9),
            "a\n... and 2 more lines, see the report\n"
        );
        assert_eq!(excerpt("ßßßß", 1, 3), "ßßß…\n");
    }
}
