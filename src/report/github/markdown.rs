//! Other people's text on a page of GitHub's, where it means nothing but itself.

use super::bounded::shortened;
use crate::module::printable;

/// Longer names say no more.
const LONGEST_NAME: usize = 200;

/// A name as code: nothing in it is Markdown, a link or a mention.
pub(super) fn code(name: &str) -> String {
    let name = shortened(&printable(name), LONGEST_NAME);
    let fence = "`".repeat(longest_run(&name) + 1);
    // One space on each side is taken off again, so that a name may begin with what ends it.
    let pad = match name.starts_with('`') || name.ends_with('`') || name.trim().is_empty() {
        true => " ",
        false => "",
    };
    format!("{fence}{pad}{name}{pad}{fence}")
}

/// The same in a table, where a bar would end the cell even inside of code.
pub(super) fn code_cell(name: &str) -> String {
    code(name).replace('|', "\\|")
}

/// Words among which there may be names, as plain text.
pub(super) fn text(words: &str) -> String {
    let words = shortened(&printable(words), 2 * LONGEST_NAME);
    let mut plain = String::new();
    for character in words.chars() {
        match character {
            '&' => plain.push_str("&amp;"),
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            // GitHub looks for mentions, references and addresses in what Markdown has left, so escaping does not hide them.
            '@' | '#' => plain.extend([character, NOTHING]),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => plain.extend(['\\', character]),
            _ => plain.push(character),
        }
    }
    plain
        .replace("://", &format!(":{NOTHING}//"))
        .replace("www.", &format!("www{NOTHING}."))
}

/// Lines as they are, in a block that they cannot end.
pub(super) fn block(lines: &str, language: &str) -> String {
    let fence = "`".repeat(longest_run(lines).max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", lines.trim_end())
}

/// A character without width, between what would be taken together.
const NOTHING: char = '\u{200b}';

fn longest_run(text: &str) -> usize {
    let runs = text.split(|character| character != '`');
    runs.map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_cannot_be_left() {
        check_code("feed::scroll", "`feed::scroll`");
        check_code("a`b``c", "```a`b``c```");
        check_code("`", "`` ` ``");
        check_code("a\n::error::b", "`a\u{fffd}::error::b`");
        check_code("", "`  `");
        assert_eq!(code_cell("a|b"), "`a\\|b`");
        assert!(code(&"x".repeat(10_000)).len() < 300);
    }

    #[track_caller]
    fn check_code(name: &str, expected: &str) {
        assert_eq!(code(name), expected);
    }

    #[test]
    fn text_means_nothing_but_itself() {
        check_text("grew by 2.9 MB, 50% of 1/2", "grew by 2.9 MB, 50% of 1/2");
        check_text("<img src=x>", "&lt;img src=x&gt;");
        check_text("**[a](b)**", "\\*\\*\\[a\\](b)\\*\\*");
        check_text("@octocat #1", "@\u{200b}octocat #\u{200b}1");
        check_text("https://x.y", "https:\u{200b}//x.y");
        check_text("www.x.y", "www\u{200b}.x.y");
        check_text("a|b", "a\\|b");
    }

    #[track_caller]
    fn check_text(words: &str, expected: &str) {
        assert_eq!(text(words), expected);
    }

    #[test]
    fn blocks_cannot_be_left() {
        assert_eq!(block("a\n", ""), "```\na\n```\n");
        assert_eq!(block("````\n# b", "sh"), "`````sh\n````\n# b\n`````\n");
    }
}
