//! What a pull request is told: the summary of a step, annotations at lines, and one comment.
//!
//! Names in a report come from modules and suites, which a pull request may bring along. None of them reaches the page as
//! Markdown, HTML, a mention or a workflow command (`markdown`, `workflow`), and no length of theirs makes a page that GitHub
//! would cut or refuse (`bounded`).

mod annotations;
mod bounded;
mod comment;
mod figures;
mod ground;
mod markdown;
mod section;
mod summary;
#[cfg(test)]
mod tests;
mod trials;
mod workflow;

pub use self::annotations::{annotations, of_broken_gate};
pub use self::comment::{Marker, comment};
pub use self::ground::{Ground, Mistake, SuiteFile};
pub use self::summary::{LONGEST_SUMMARY, summary, without_report};
pub use self::workflow::Annotation;

/// What the pages tell of the run beside its report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The gate's name, where a pull request has several.
    pub gate: String,
    /// How one scenario is run again, up to its name; by `memgate test` and the suite's file if that is not known.
    pub again: Option<String>,
    /// Where the run can be looked at.
    pub run: Option<Run>,
    /// The commit that was measured.
    pub commit: Option<String>,
}

/// A run of a workflow, and what it keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its number.
    pub id: String,
    /// Its page.
    pub url: String,
    /// The repository, as `owner/name`.
    pub repository: String,
    /// The artifact that holds report and pending snapshots.
    pub artifact: String,
}
