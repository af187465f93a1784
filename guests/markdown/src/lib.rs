//! A Markdown renderer: pulldown-cmark on a text that uses all of its extensions.

use std::sync::{Mutex, MutexGuard};

use pulldown_cmark::{Event, Options, Parser, html};

/// Lists in quotes in lists, tables, footnotes, links by reference.
const TEXT: &str = include_str!("../text.md");

/// What `open` keeps of the text, until `close`.
static OPEN: Mutex<Vec<Event<'static>>> = Mutex::new(Vec::new());

/// Renders the text to HTML, drops it, and gives its length.
#[unsafe(no_mangle)]
pub extern "C" fn render() -> usize {
    to_html(parser(TEXT)).len()
}

/// Renders a list in a quote in a list, and so on, `depth` levels deep.
#[unsafe(no_mangle)]
pub extern "C" fn render_nested(depth: usize) -> usize {
    let text: String = (0..depth).map(|level| line(depth, level)).collect();
    to_html(parser(&text)).len()
}

/// Parses the text and keeps what was parsed.
#[unsafe(no_mangle)]
pub extern "C" fn open() -> usize {
    let mut events = lock();
    *events = parser(TEXT).map(Event::into_static).collect();
    events.len()
}

/// Renders what `open` kept.
#[unsafe(no_mangle)]
pub extern "C" fn draw() -> usize {
    to_html(lock().iter().cloned()).len()
}

#[unsafe(no_mangle)]
pub extern "C" fn close() {
    *lock() = Vec::new();
}

fn parser(text: &str) -> Parser<'_> {
    Parser::new_ext(text, Options::all())
}

fn to_html<'a>(events: impl Iterator<Item = Event<'a>>) -> String {
    let mut page = String::new();
    html::push_html(&mut page, events);
    page
}

/// One line of `render_nested`: a quote in a list's item in a quote.
fn line(depth: usize, level: usize) -> String {
    let outer: String = (0..level)
        .map(|outer| if is_list(outer) { "   " } else { "> " })
        .collect();
    let marker = if is_list(level) { "1. " } else { "> " };
    format!("{outer}{marker}level **{level}** of *{depth}*\n")
}

fn is_list(level: usize) -> bool {
    level.is_multiple_of(2)
}

fn lock() -> MutexGuard<'static, Vec<Event<'static>>> {
    OPEN.lock().expect("a panic ends the instance")
}
