//! Lines and paragraphs of eighty columns.

/// Columns of a terminal that nobody has made wider.
pub(in crate::report) const WIDTH: usize = 80;

/// Columns of the words before a paragraph, such as `again`.
pub(in crate::report) const TITLE: usize = 9;

/// A paragraph with its title in front, at most as wide as a terminal.
pub(in crate::report) fn titled(text: &mut String, title: &str, words: &str) {
    paragraph(
        text,
        &format!("  {title:<TITLE$}"),
        &" ".repeat(TITLE + 2),
        words,
    );
}

/// Words between margins; a word that is too long stays whole.
pub(in crate::report) fn paragraph(text: &mut String, first: &str, indent: &str, words: &str) {
    let mut row = first.to_string();
    let mut is_empty = true;
    for word in words.split_whitespace() {
        if !is_empty && row.chars().count() + word.chars().count() + 1 > WIDTH {
            line(text, &row);
            row = indent.to_string();
            is_empty = true;
        }
        if !is_empty {
            row.push(' ');
        }
        row.push_str(word);
        is_empty = false;
    }
    line(text, &row);
}

pub(in crate::report) fn line(text: &mut String, row: &str) {
    text.push_str(row.trim_end());
    text.push('\n');
}

/// `1 frame`, `2 frames`
pub(in crate::report) fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
