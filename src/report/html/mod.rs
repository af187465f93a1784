//! `report.html`: one file for people who look longer, which loads nothing from anywhere.
//!
//! Figures go into the page as data, never as markup: the overview as JSON, each scenario packed by itself, so that what is not
//! opened costs nothing. The scripts beside this file turn them into elements, with text as text. A policy in the page admits
//! those scripts and styles by their hashes and nothing else, so that a name which became markup after all could not do
//! anything either.

mod assets;
mod data;
mod pairs;

use std::path::Path;

use super::output::{self, OutputError};
use super::value::Report;

/// The file's name in the folder of a run.
pub(super) const FILE_NAME: &str = "report.html";

/// The page of a run, with another run beside it if there is one: the same bytes for the same reports.
///
/// Scenarios of the two are told to be the same by their names, sites by what they read like, as in [`super::difference`]. What only the
/// other run has is left out, but for sites of scenarios that both have.
pub(super) fn page(report: &Report, against: Option<&Report>) -> String {
    let data = data::elements(report, against);
    assets::document(&data)
}

/// Leaves the page of a run beside its saved report.
pub(super) fn save_beside(path: &Path, report: &Report) -> Result<(), OutputError> {
    let page = page(report, None);
    output::write(&path.with_file_name(FILE_NAME), page.as_bytes())
}

#[cfg(test)]
mod tests;
