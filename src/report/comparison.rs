//! What is said of two runs of one story: the metrics side by side, and the sites that differ.

mod markdown;

pub use self::markdown::{comparison_table, verbatim};
use super::difference::{Change, Difference, MetricDifference, SiteDifference};
use super::failure::frames::frame_lines;
use super::failure::layout::{DIM, PLAIN, WIDTH, counted, headline, line, paragraph, spans};
use super::names::own_frames;
use super::value::{Counted, Fault};
use crate::suite::{Unit, format_bytes};

/// Sites that are shown; the rest is counted.
const SITES: usize = 10;

/// Columns before a site.
const INDENT: usize = 11;

/// The two runs, as a reader calls them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sides {
    /// The first run.
    pub a: String,
    /// The second run.
    pub b: String,
}

/// How two builds differ under one story.
pub fn comparison(name: &str, sides: &Sides, difference: &Difference) -> String {
    let Sides { a, b } = sides;
    let mut text = String::new();
    if difference.is_empty() {
        line(
            &mut text,
            &format!("{name}: no difference between {a} and {b}"),
        );
        return text;
    }
    headline(&mut text, &format!("{name} differs: a is {a}, b is {b}"));
    text.push('\n');
    figures(&mut text, difference);
    text
}

/// What two runs of one build came to. `unequal` are the parts of their reports that are not equal, which is a fault of memgate's own.
pub fn null_test(name: &str, difference: &Difference, unequal: &[String]) -> String {
    let mut text = String::new();
    if unequal.is_empty() {
        line(&mut text, &format!("{name}: no difference"));
        return text;
    }
    let parts = unequal.join(", ");
    let what = format!("{name}: the gate broke: two runs of it differ, in {parts}");
    headline(&mut text, &what);
    text.push('\n');
    figures(&mut text, difference);
    let whose = "a and b are two runs of the same module in the same story. That they differ is a fault of memgate's own, and says \
                 nothing about the module.";
    paragraph(&mut text, "  ", "  ", whose);
    text.push('\n');
    text
}

/// A scenario that only one of two reports has.
pub fn missing(name: &str, in_this: &str, not_in_that: &str) -> String {
    let mut text = String::new();
    let headline = format!("{name} is in {in_this}, and not in {not_in_that}");
    paragraph(&mut text, "", "  ", &headline);
    text.push('\n');
    text
}

/// Two runs of which one came to nothing.
pub fn no_comparison(name: &str, fault: &Fault) -> String {
    let mut text = String::new();
    headline(&mut text, &format!("{name}: {}", fault.headline));
    text.push('\n');
    for cause in fault.cause.lines() {
        paragraph(&mut text, "  ", "  ", cause);
    }
    text.push('\n');
    paragraph(&mut text, "  ", "  ", "There is nothing to compare.");
    text.push('\n');
    text
}

fn figures(text: &mut String, difference: &Difference) {
    metrics(text, &difference.metrics);
    for site in difference.sites.iter().take(SITES) {
        write_site(text, site);
    }
    match difference.sites.len().saturating_sub(SITES) {
        0 => {}
        more => line(
            text,
            &format!("  and {}, see --format json\n", counted(more, "more site")),
        ),
    }
}

fn metrics(text: &mut String, metrics: &[MetricDifference]) {
    if metrics.is_empty() {
        return;
    }
    let title = ["", "a", "b", ""].map(str::to_string);
    let rows: Vec<[String; 4]> = [title].into_iter().chain(metrics.iter().map(row)).collect();
    let columns = |text: &String| text.chars().count().min(WIDTH);
    let width = |column: usize| {
        rows.iter()
            .map(|row| columns(&row[column]))
            .max()
            .unwrap_or(0)
    };
    let [name, a, b] = [width(0), width(1), width(2)];
    for row in &rows {
        let [first, second, third, fourth] = row;
        line(
            text,
            &format!("  {first:<name$}   {second:<a$}   {third:<b$}   {fourth}"),
        );
    }
    text.push('\n');
}

fn row(metric: &MetricDifference) -> [String; 4] {
    let unit = Unit::of_symbol(&metric.unit).unwrap_or(Unit::Ratio);
    let both = metric.a.zip(metric.b);
    let read_the_same = both.is_some_and(|(a, b)| unit.format(a) == unit.format(b));
    let shown = |value: f64| match read_the_same {
        true => unit.format_exact(value),
        false => unit.format(value),
    };
    let value = |value: Option<f64>| value.map_or("none".to_string(), shown);
    let more = both.map(|(a, b)| signed(b - a, shown(b - a)));
    [
        metric.name.clone(),
        value(metric.a),
        value(metric.b),
        more.unwrap_or_default(),
    ]
}

fn write_site(text: &mut String, site: &SiteDifference) {
    let change = word(site.change);
    let width = INDENT - 2;
    let change = format!("  {change:<width$}");
    spans(text, &[(DIM, &change), (PLAIN, &amounts(site))]);
    let frames = own_frames(&site.stack);
    for frame in frame_lines(&frames, WIDTH - INDENT) {
        line(text, &format!("{:INDENT$}{frame}", ""));
    }
    text.push('\n');
}

fn word(change: Change) -> &'static str {
    match change {
        Change::Added => "added",
        Change::Grown => "grown",
        Change::Shrunk => "shrunk",
        Change::Gone => "gone",
    }
}

/// "+43 KB in +200 blocks kept, +50 KB in +210 blocks allocated"
fn amounts(site: &SiteDifference) -> String {
    let more = site.more();
    let figures = [(more.kept, "kept"), (more.total, "allocated")];
    let figures = figures
        .into_iter()
        .filter(|(more, _)| *more != Counted::default());
    let amounts: Vec<String> = figures
        .map(|(Counted { bytes, blocks }, what)| {
            let bytes = signed(bytes as f64, format_bytes(bytes as f64));
            let blocks = signed(blocks as f64, Unit::Blocks.format(blocks as f64));
            format!("{bytes} in {blocks} {what}")
        })
        .collect();
    amounts.join(", ")
}

/// Text of a difference, which says so where it is positive, too.
fn signed(value: f64, text: String) -> String {
    if value > 0.0 {
        format!("+{text}")
    } else {
        text
    }
}
