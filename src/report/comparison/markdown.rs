//! A difference as Markdown, for pull requests and chats. Names come from anybody, so that nothing in them may mean anything there.

use super::{SITES, Sides, amounts, row, word};
use crate::module::printable;
use crate::report::difference::{Difference, SiteDifference};
use crate::report::names::{own_frames, short_name};

/// Frames that are shown of a site.
const FRAMES: usize = 3;

/// How two builds differ under one story.
pub fn comparison_table(name: &str, sides: &Sides, difference: &Difference) -> String {
    let mut text = format!(
        "#### {} differs\n\na is {}, b is {}\n\n",
        code(name),
        code(&sides.a),
        code(&sides.b)
    );
    if !difference.metrics.is_empty() {
        text.push_str("| metric | a | b | more |\n|---|---:|---:|---:|\n");
    }
    for [metric, a, b, more] in difference.metrics.iter().map(row) {
        text.push_str(&format!("| {} | {a} | {b} | {more} |\n", code(&metric)));
    }
    if !difference.sites.is_empty() {
        text.push_str("\n| site | by | where |\n|---|---|---|\n");
    }
    let shown = difference.sites.iter().take(SITES);
    shown.for_each(|site| text.push_str(&site_row(site)));
    match difference.sites.len().saturating_sub(SITES) {
        0 => {}
        more => text.push_str(&format!("\nand {more} more\n")),
    }
    text + "\n"
}

/// Text that is shown as it is.
pub fn verbatim(text: &str) -> String {
    let lines = text.trim_end().lines();
    let lines: Vec<String> = lines.map(escaped).collect();
    format!("<pre>{}</pre>\n\n", lines.join("&#10;"))
}

fn site_row(site: &SiteDifference) -> String {
    let frames = own_frames(&site.stack);
    let told = frames.iter().take(FRAMES).map(|frame| {
        let line = frame
            .line
            .map(|line| format!(":{line}"))
            .unwrap_or_default();
        let file = frame.file.as_ref().map(|file| format!(" {file}{line}"));
        code(&(short_name(&frame.function) + &file.unwrap_or_default()))
    });
    let told: Vec<String> = told.collect();
    let told = match told.is_empty() {
        true => "called by the host".to_string(),
        false => told.join("<br>from "),
    };
    format!("| {} | {} | {told} |\n", word(site.change), amounts(site))
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

/// Everything but letters, digits and what is plain in any place becomes an entity, which is a character and no syntax.
fn escaped(text: &str) -> String {
    let is_plain =
        |it: char| it.is_alphanumeric() || matches!(it, ' ' | '.' | ',' | '/' | ';' | '-');
    let shown = printable(text);
    let mut escaped = String::with_capacity(shown.len());
    for character in shown.chars() {
        match is_plain(character) {
            true => escaped.push(character),
            false => escaped.push_str(&format!("&#{};", u32::from(character))),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_mean_nothing_in_markdown() {
        let hostile = "`|@me<script>](http://x)\n\u{1b}[2J";
        let said = code(hostile);
        let inside = said
            .trim_start_matches("<code>")
            .trim_end_matches("</code>");
        let is_harmless = |it: char| it.is_alphanumeric() || "&#;/\u{fffd}".contains(it);
        assert!(inside.chars().all(is_harmless), "{said}");
        assert!(said.contains("&#64;me&#60;script&#62;"), "{said}");
    }
}
