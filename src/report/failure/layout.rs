//! Lines and paragraphs of eighty columns, some of their words in a style.
//!
//! All text passes [`spans`], which is what makes it fit to be shown: names of modules, suites and files come from anybody. The
//! only escapes in a text are those of the styles, and without them it reads the same.

use anstyle::{AnsiColor, Style};

use crate::module::printable_row;

/// Columns of a terminal that nobody has made wider.
pub(in crate::report) const WIDTH: usize = 80;

/// Columns of the words before a paragraph, such as `again`.
pub(in crate::report) const TITLE: usize = 9;

pub(in crate::report) const PLAIN: Style = Style::new();
/// The one sentence that says what is wrong.
pub(in crate::report) const HEADLINE: Style = BAD.bold();
/// What names the words beside it or below it.
pub(in crate::report) const DIM: Style = Style::new().dimmed();
pub(in crate::report) const GOOD: Style = AnsiColor::Green.on_default();
pub(in crate::report) const BAD: Style = AnsiColor::Red.on_default();

/// The text that is left of one with styles.
pub fn without_styles(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

/// A paragraph with its title in front, at most as wide as a terminal.
pub(in crate::report) fn titled(text: &mut String, title: &str, words: &str) {
    let indent = " ".repeat(TITLE + 2);
    for (index, row) in rows(words, TITLE + 2, TITLE + 2).iter().enumerate() {
        match index {
            0 => titled_whole(text, title, row),
            _ => line(text, &format!("{indent}{row}")),
        }
    }
}

/// A line with its title in front that is as long as it is, so that it can be copied.
pub(in crate::report) fn titled_whole(text: &mut String, title: &str, words: &str) {
    spans(
        text,
        &[(DIM, &format!("  {title:<TITLE$}")), (PLAIN, words)],
    );
}

/// The sentence that a text begins with, in as many rows as it takes.
pub(in crate::report) fn headline(text: &mut String, words: &str) {
    for (index, row) in rows(words, 0, 2).iter().enumerate() {
        let indent = if index == 0 { "" } else { "  " };
        spans(text, &[(PLAIN, indent), (HEADLINE, row)]);
    }
}

/// Words between margins; a word that is too long stays whole.
pub(in crate::report) fn paragraph(text: &mut String, first: &str, indent: &str, words: &str) {
    let widths = [first, indent].map(|margin| margin.chars().count());
    for (index, row) in rows(words, widths[0], widths[1]).iter().enumerate() {
        let margin = if index == 0 { first } else { indent };
        line(text, &format!("{margin}{row}"));
    }
}

pub(in crate::report) fn line(text: &mut String, row: &str) {
    spans(text, &[(PLAIN, row)]);
}

/// One line, of words in styles.
pub(in crate::report) fn spans(text: &mut String, spans: &[(Style, &str)]) {
    let whole: String = spans.iter().map(|(_, words)| *words).collect();
    let mut left = whole.trim_end().len();
    let mut styled = String::new();
    let mut is_first = true;
    for (style, words) in spans {
        let words = &words[..words.len().min(left)];
        left -= words.len();
        // What a runner would obey depends on where a row begins.
        let shown = match is_first {
            true => printable_row(words).into_owned(),
            false => printable_row(&format!(".{words}"))[1..].to_string(),
        };
        is_first &= words.trim().is_empty();
        let (blank, words) = shown.split_at(shown.len() - shown.trim_start().len());
        styled.push_str(blank);
        match *style == PLAIN || words.is_empty() {
            true => styled.push_str(words),
            false => styled.push_str(&format!("{style}{words}{style:#}")),
        }
    }
    text.push_str(&styled);
    text.push('\n');
}

/// Words in rows that begin so many columns from the left.
pub(crate) fn rows(words: &str, first: usize, others: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    let mut margin = first;
    for word in words.split_whitespace() {
        let row = rows.last_mut().expect("there is always a row");
        let width = margin + row.chars().count();
        if !row.is_empty() && width + 1 + word.chars().count() > WIDTH {
            rows.push(word.to_string());
            margin = others;
            continue;
        }
        if !row.is_empty() {
            row.push(' ');
        }
        row.push_str(word);
    }
    rows
}

/// `1 frame`, `2 frames`
pub(crate) fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_are_all_that_is_lost_with_them() {
        let mut styled = String::new();
        headline(&mut styled, "grew by 2 KB");
        titled(&mut styled, "again", "memgate test");
        spans(&mut styled, &[(PLAIN, "  0 B   "), (GOOD, "ok  ")]);
        assert_eq!(
            styled,
            "\u{1b}[1m\u{1b}[31mgrew by 2 KB\u{1b}[0m\n  \u{1b}[2magain    \u{1b}[0mmemgate test\n  0 B   \u{1b}[32mok\u{1b}[0m\n"
        );
        assert_eq!(
            without_styles(&styled),
            "grew by 2 KB\n  again    memgate test\n  0 B   ok\n"
        );
    }

    #[test]
    fn nobody_else_has_styles() {
        let mut text = String::new();
        line(&mut text, "a\u{1b}[31mred\u{202e}\nb");
        spans(&mut text, &[(PLAIN, "  "), (BAD, "::error::gone")]);
        spans(&mut text, &[(DIM, "from "), (PLAIN, "::operator new")]);
        assert_eq!(
            without_styles(&text),
            "a\u{fffd}[31mred\u{fffd}\u{fffd}b\n  \u{fffd}:error::gone\nfrom ::operator new\n"
        );
    }

    #[test]
    fn rows_are_as_wide_as_a_terminal() {
        let mut text = String::new();
        titled(&mut text, "do", &"word ".repeat(20));
        let text = without_styles(&text);
        let widths: Vec<usize> = text.lines().map(|row| row.chars().count()).collect();
        assert_eq!(widths, [80, 40]);
    }
}
