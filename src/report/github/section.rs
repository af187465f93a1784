//! What is said of one trial that is red.

use super::bounded::excerpt;
use super::ground::Ground;
use super::markdown::{block, code, code_cell, text};
use super::trials::{Trial, What};
use super::{About, bounded};
use crate::module::{printable_lines, printable_row};
use crate::report::failure::{Commands, explanation, threshold_rows};
use crate::report::shell_word;
use crate::report::value::ScenarioReport;

/// Lines and columns of an explanation.
const LINES: usize = 120;
const COLUMNS: usize = 240;

/// Rows of a table of limits.
const LIMITS: usize = 40;

/// Sentence, limits, sites with what holds them, and what to type.
pub(super) fn section(trial: &Trial, about: &About, ground: &Ground) -> String {
    let explained = match trial.what {
        What::BrokenSuite(error) => block(&lines(error), "text"),
        What::Scenario(report) => {
            let commands = commands(trial, about, ground);
            let words = block(&lines(&explanation(report, &commands)), "text");
            format!("{}{words}", limits(report))
        }
    };
    format!("### {}\n\n{explained}\n", sentence(trial))
}

/// The name, and what it did not pass for.
pub(super) fn sentence(trial: &Trial) -> String {
    let sentence = trial.sentence();
    let rest = sentence.strip_prefix(&trial.name).unwrap_or(&sentence);
    format!("{}{}", code(&trial.name), text(rest))
}

fn lines(words: &str) -> String {
    let words = printable_lines(words);
    // Without a runner a page is printed, and a log is read for commands.
    let rows: Vec<_> = words.lines().map(printable_row).collect();
    excerpt(&rows.join("\n"), LINES, COLUMNS)
}

fn limits(report: &ScenarioReport) -> String {
    let rows = threshold_rows(report);
    if rows.is_empty() || report.fault.is_some() {
        return String::new();
    }
    let mut table = String::from("| metric | measured | limit | |\n|---|--:|--:|---|\n");
    for [metric, measured, limit, compared] in rows.iter().take(LIMITS) {
        let compared = match compared.as_str() {
            "ok" => "ok".to_string(),
            broken => format!("**{}**", text(broken)),
        };
        let (metric, measured, limit) = (code_cell(metric), text(measured), text(limit));
        table.push_str(&format!(
            "| {metric} | {measured} | {limit} | {compared} |\n"
        ));
    }
    if let Some(more) = rows.len().checked_sub(LIMITS).filter(|more| *more > 0) {
        table.push_str(&format!("\n{more} more limits, see the report.\n"));
    }
    table + "\n"
}

fn commands(trial: &Trial, about: &About, ground: &Ground) -> Commands {
    let suite = ground.suite(trial.suite);
    let path = suite.map(|suite| bounded::shortened(&suite.path, COLUMNS));
    let path = path.unwrap_or_else(|| format!("the suite {}", trial.suite));
    let again = match (&about.again, suite) {
        (Some(command), _) => format!("{command} {}", shell_word(&trial.name)),
        (None, Some(suite)) => {
            let [path, name] = [&suite.path, &trial.name].map(|it| shell_word(it));
            format!("memgate test {path} -- {name}")
        }
        (None, None) => format!("memgate test -- {}", shell_word(&trial.name)),
    };
    let (review, report) = match &about.run {
        Some(run) => (
            "cargo insta review, with the pending snapshots of this run (see the end)".to_string(),
            format!("report.html in the artifact {} of this run", run.artifact),
        ),
        None => (
            "cargo insta review".to_string(),
            "target/memgate/report.html".to_string(),
        ),
    };
    Commands {
        again,
        review,
        suite: path,
        report,
    }
}
