//! The one comment on a pull request.

use std::str::FromStr;

use super::About;
use super::bounded::Bounded;
use super::figures::{differ, figures};
use super::ground::Ground;
use super::summary::{last_words, sections, title};
use super::trials::{Trial, trials};
use crate::judge::Verdict;
use crate::report::value::Report;

/// In bytes; GitHub refuses longer ones.
const LONGEST_COMMENT: usize = 64 * 1024;

/// Kept free for what comes last.
const LAST_WORDS: usize = 2048;

/// Rows of the table of what changed.
const ROWS: usize = 50;

/// What a comment begins with, so that it is found again: invisible on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    gate: String,
}

impl Marker {
    /// The marker at the start of that comment.
    pub fn of(body: &str) -> Option<Marker> {
        let gate = body.strip_prefix(START)?.split_once(END)?.0;
        gate.parse().ok()
    }

    /// The gate's name.
    pub fn gate(&self) -> &str {
        &self.gate
    }

    /// Whether a comment says nothing that is worth a new comment: it is for one that is there already.
    pub fn is_quiet(body: &str) -> bool {
        body.lines().nth(1) == Some(QUIET)
    }
}

const START: &str = "<!-- memgate gate=";
const END: &str = " -->";
const QUIET: &str = "<!-- memgate: nothing to tell -->";

impl FromStr for Marker {
    type Err = String;

    fn from_str(gate: &str) -> Result<Marker, String> {
        let is_plain =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        match !gate.is_empty()
            && gate.len() <= 100
            && gate.bytes().all(is_plain)
            && !gate.contains("--")
        {
            true => Ok(Marker {
                gate: gate.to_string(),
            }),
            false => Err("a gate's name has letters, digits, `_`, `-` and `.`".to_string()),
        }
    }
}

impl std::fmt::Display for Marker {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(formatter, "{START}{}{END}", self.gate)
    }
}

/// The body of the comment: the marker, what changed, and what is red.
pub fn comment(
    report: &Report,
    base: Option<&Report>,
    about: &About,
    ground: &Ground,
    marker: &Marker,
) -> String {
    let trials = trials(report);
    let is_passed = |trial: &Trial| trial.verdict() == Verdict::Pass;
    let is_green = !trials.is_empty() && trials.iter().all(is_passed);
    let is_quiet = is_green && !base.is_some_and(|base| differ(&trials, base));
    let mut body = Bounded::new(LONGEST_COMMENT);
    body.push(&format!("{marker}\n"), 0);
    if is_quiet {
        body.push(&format!("{QUIET}\n"), 0);
    }
    body.push("\n", 0);
    body.push(&title(&trials, about), 0);
    body.push(&figures(&trials, base, ROWS), LAST_WORDS);
    sections(&mut body, &trials, about, ground, LAST_WORDS);
    body.push(&last_words(&trials, about), 0);
    body.finish()
}
