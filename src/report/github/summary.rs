//! The summary of a step: everything that is red, worst first, on a page that GitHub shows.

use super::About;
use super::bounded::Bounded;
use super::figures::figures;
use super::ground::Ground;
use super::markdown::{block, code, text};
use super::section::{section, sentence};
use super::trials::{Trial, What, counts, trials};
use crate::judge::Verdict;
use crate::report::value::Report;

/// In bytes: what GitHub takes of a step, all of its writing together. A longer one is not cut but lost.
pub const LONGEST_SUMMARY: usize = 1024 * 1024;

/// Kept free for what comes last.
const LAST_WORDS: usize = 4096;

/// Rows of the table of what changed.
const ROWS: usize = 200;

/// The page of a run, no longer than that many bytes.
pub fn summary(
    report: &Report,
    base: Option<&Report>,
    about: &About,
    ground: &Ground,
    longest: usize,
) -> String {
    let trials = trials(report);
    let mut page = Bounded::new(longest);
    page.push(&title(&trials, about), 0);
    page.push(&figures(&trials, base, ROWS), LAST_WORDS);
    sections(&mut page, &trials, about, ground, LAST_WORDS);
    page.push(&last_words(&trials, about), 0);
    page.finish()
}

/// The page of a run that left no report.
pub fn without_report(cause: &str, about: &About) -> String {
    format!(
        "## {}: the gate broke\n\n{}This says nothing about leaks: no verdict was reached.\n",
        code(&about.gate),
        block(&super::bounded::excerpt(cause, 100, 1000), "text") + "\n",
    )
}

pub(super) fn title(trials: &[Trial], about: &About) -> String {
    let commit = about.commit.as_deref().map(|commit| {
        let short = commit.get(..10).unwrap_or(commit);
        format!(" at {}", text(short))
    });
    let mut title = format!(
        "## {}: {}{}\n\n",
        code(&about.gate),
        counts(trials),
        commit.unwrap_or_default()
    );
    if trials.is_empty() {
        title.push_str("A run in which nothing was measured is no pass.\n\n");
    }
    title
}

/// What is red, worst first; what has no room is one line, and what has no room for that is counted.
pub(super) fn sections(
    page: &mut Bounded,
    trials: &[Trial],
    about: &About,
    ground: &Ground,
    reserved: usize,
) {
    let red: Vec<&Trial> = trials
        .iter()
        .filter(|trial| trial.verdict() != Verdict::Pass)
        .collect();
    let mut is_full = false;
    let mut left_out = 0_usize;
    for trial in &red {
        is_full = is_full || !page.push(&section(trial, about, ground), reserved + LINE);
        if is_full && !page.push(&format!("- {}\n", sentence(trial)), reserved) {
            left_out += 1;
        }
    }
    if left_out > 0 {
        page.push(
            &format!("\n{left_out} more are red and have no room here, see the report.\n"),
            reserved.saturating_sub(LINE),
        );
    }
}

/// Room for the line that counts what is left out.
const LINE: usize = 256;

/// What to type, where the run keeps what is to be accepted.
pub(super) fn last_words(trials: &[Trial], about: &About) -> String {
    let Some(run) = &about.run else {
        return String::new();
    };
    let waits = |trial: &Trial| match trial.what {
        What::Scenario(report) => report.snapshot.is_some() || report.numbers.is_some(),
        What::BrokenSuite(_) => false,
    };
    let mut words = String::new();
    if trials.iter().any(waits) {
        let commands = format!(
            "gh run download {} --repo {} --name {} --dir .\ncargo insta review",
            run.id, run.repository, run.artifact
        );
        words.push_str(
            "\nIf the sites or numbers are meant, review and accept them in your checkout:\n\n",
        );
        words.push_str(&block(&commands, "sh"));
    }
    words.push_str(&format!(
        "\n[The run, its log and its artifacts]({})\n",
        run.url
    ));
    words
}
