//! From a file's bytes to a suite, or to all that is wrong with it.

use std::io;
use std::path::Path;

use super::decode::decode;
use super::error::SuiteErrors;
use super::fault::{Fault, Place};
use super::file::SuiteFile;
use super::node::Kind;
use super::{Suite, file, scalar, suite_name, yaml};

/// Reads a suite, or tells all that is wrong with it. No other file is looked at: whether its module is there is not known yet.
///
/// # Errors
///
/// When the file cannot be read or is no suite: one error for each thing that is wrong, with the line, in the order of the file.
pub fn load(path: &Path) -> Result<Suite, SuiteErrors> {
    let name = suite_name(path);
    if !scalar::is_name(&name) {
        let message = format!("`{name}` cannot be the name of a suite, rename the file");
        return Err(SuiteErrors::without_text(
            path,
            message,
            Some(scalar::ACCEPTED_NAMES),
        ));
    }
    let text = text_of(path).map_err(|why| {
        SuiteErrors::without_text(path, format!("failed to read the suite: {why}"), None)
    })?;
    read(path, &text)
}

/// The suite that a file of that text would be; nothing need be there yet.
///
/// # Errors
///
/// All that is wrong with the text.
pub fn read(path: &Path, text: &str) -> Result<Suite, SuiteErrors> {
    match understand(text) {
        (Some(file), faults) if faults.is_empty() => Ok(file.into_suite(suite_name(path), path)),
        (_, faults) => Err(SuiteErrors::new(path, text, faults)),
    }
}

/// Suites are written by people.
const MAX_BYTES: usize = 256 * 1024;

fn text_of(path: &Path) -> Result<String, String> {
    let bytes = std::fs::read(path).map_err(|error| match error.kind() {
        _ if path.is_dir() => "it is a folder".to_owned(),
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => error.to_string(),
    })?;
    if bytes.len() > MAX_BYTES {
        return Err("it is larger than 256 KB".to_owned());
    }
    String::from_utf8(bytes).map_err(|error| {
        format!(
            "it is not UTF-8 from byte {} on",
            error.utf8_error().valid_up_to()
        )
    })
}

/// Everything between the text and the suite: the file as far as it could be understood, and what could not.
pub(super) fn understand(text: &str) -> (Option<SuiteFile>, Vec<Fault>) {
    let root = match yaml::parse(text) {
        Ok(root) => root,
        Err(fault) => return (None, vec![fault]),
    };
    if let Kind::Null = root.kind {
        let fault = Fault::new(Place::File, "the suite is empty");
        return (
            None,
            vec![fault.with_note("a suite has a `module` and `scenarios`")],
        );
    }
    let mut decoded = decode::<SuiteFile>(&root);
    file::explain_strays(&root, &mut decoded.faults);
    if let Some(file) = &mut decoded.value {
        let bounds = file.read_probe_bounds(&root, &mut decoded.left_out);
        decoded.faults.extend(bounds);
        decoded.faults.extend(file.check(&root, &decoded.left_out));
    }
    (decoded.value, decoded.faults)
}
