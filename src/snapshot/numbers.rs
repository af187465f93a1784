//! The accepted numbers that relative limits follow: a snapshot of their own, beside that of the sites.
//!
//! One line a metric, to the last digit, and a seal that tells an edit: a limit that anybody can move by typing is none.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use insta::Snapshot;

use super::quiet::{rendered, text};
use super::update::{Update, pending, variable};
use super::{Info, SnapshotError, diff};
use crate::judge::Accepted;
use crate::report::SnapshotChange;
use crate::suite::{Metric, SEAL, Unit, UnknownMetric, group_digits};

/// Accepted numbers that cannot be trusted.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {cause}")]
pub struct NumbersError {
    /// Below the folder that holds `snapshots/`.
    pub file: String,
    cause: String,
}

/// What became of numbers that are not those that were accepted.
#[derive(Clone, Debug, PartialEq)]
pub enum Kept {
    /// insta was told to take them, so that they are what is accepted now.
    Accepted,
    /// They are left for review, or not, as insta's variables say.
    ForReview(SnapshotChange),
    /// The same, and insta was told not to fail for it.
    Passed,
}

/// The numbers that were accepted of a scenario; none if there is no file of them.
///
/// # Errors
///
/// When there is a file that memgate did not write like that.
pub fn accepted_numbers(
    root: &Path,
    suite: &str,
    scenario: &str,
) -> Result<Option<Accepted>, NumbersError> {
    let name = name(suite, scenario);
    let file = format!("snapshots/{name}.snap");
    let path = root.join(&file);
    if !path.exists() {
        return Ok(None);
    }
    let read = || {
        let snapshot = Snapshot::from_file(&path)
            .map_err(|_| "this is no snapshot, or one with a merge conflict in it".to_string())?;
        parse(suite, scenario, &text(&snapshot))
    };
    read()
        .map(Some)
        .map_err(|cause| NumbersError { file, cause })
}

/// Leaves numbers for review, or accepts them, as insta's variables say. `before` is what was accepted so far.
///
/// # Errors
///
/// When the snapshot cannot be written.
pub fn keep_numbers(
    root: &Path,
    suite: &Path,
    info: &Info,
    before: Option<&Accepted>,
    numbers: &Accepted,
) -> Result<Kept, SnapshotError> {
    let name = name(&info.suite, &info.scenario);
    let path = root.join("snapshots").join(format!("{name}.snap"));
    let failed = |cause: String| SnapshotError {
        path: path.clone(),
        cause,
    };
    let body = body(&info.suite, &info.scenario, numbers);
    let current = rendered(root, suite, &name, info, &body).map_err(failed)?;
    let update = Update::wanted(before.is_none(), variable);
    update
        .write(&current, &path, &pending(root, &path, variable))
        .map_err(|error| failed(error.to_string()))?;
    if update == Update::InPlace {
        return Ok(Kept::Accepted);
    }
    if update.is_accepted() {
        return Ok(Kept::Passed);
    }
    let before = before.map(lines).unwrap_or_default();
    Ok(Kept::ForReview(SnapshotChange {
        is_new: before.is_empty(),
        diff: diff(&before, &lines(numbers)),
    }))
}

fn name(suite: &str, scenario: &str) -> String {
    // No suite and no scenario has an `@` in its name.
    format!("{suite}__{scenario}@numbers")
}

fn body(suite: &str, scenario: &str, numbers: &Accepted) -> String {
    let lines = lines(numbers);
    let seal = seal(suite, scenario, &lines);
    format!("{lines}{SEAL}: {seal}\n")
}

fn lines(numbers: &Accepted) -> String {
    let mut text = String::new();
    for (metric, value) in &numbers.0 {
        // Shortest digits that read back as the same number.
        let digits = group_digits(&value.to_string());
        writeln!(text, "{metric}: {digits} {}", metric.unit().symbol())
            .expect("writing to a string");
    }
    text
}

fn parse(suite: &str, scenario: &str, text: &str) -> Result<Accepted, String> {
    let mut numbers = BTreeMap::new();
    let mut found_seal = None;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match line.split_once(": ") {
            Some((SEAL, seal)) if found_seal.is_none() => found_seal = Some(seal.trim()),
            Some((name, value)) if found_seal.is_none() => {
                let (metric, value) = parse_number(name, value)?;
                if numbers.insert(metric, value).is_some() {
                    return Err(format!("`{name}` is there twice"));
                }
            }
            _ => return Err(format!("memgate does not write the line `{line}`")),
        }
    }
    let numbers = Accepted(numbers);
    match found_seal {
        None => Err(format!("the last line, `{SEAL}: ...`, is missing")),
        Some(found) if found != seal(suite, scenario, &lines(&numbers)) => {
            Err("the seal does not fit: somebody edited the numbers, or took them from another scenario".to_string())
        }
        Some(_) => Ok(numbers),
    }
}

fn parse_number(name: &str, text: &str) -> Result<(Metric, f64), String> {
    let found = text.split_once(' ').map(|(_, unit)| unit);
    let metric = match (name.parse(), found.and_then(Unit::of_symbol)) {
        (Ok(metric), _) => metric,
        // Probes have names of the suite's own; what was one and is none any more is out of date, and no harm.
        (Err(_), Some(unit)) if !name.contains('.') => Metric::Probe(name.to_owned(), unit),
        (Err(error), _) => return Err(UnknownMetric::to_string(&error)),
    };
    let unit = metric.unit().symbol();
    let Some((digits, found)) = text.split_once(' ') else {
        return Err(format!("`{name}: {text}` has no unit, which is {unit}"));
    };
    if found != unit {
        return Err(format!("`{name}` is counted in {unit}, not in `{found}`"));
    }
    let value: Option<f64> = digits.replace(',', "").parse().ok();
    let value = value.filter(|value| value.is_finite());
    let value = value.ok_or_else(|| format!("`{digits}` is no number"))?;
    Ok((metric, value))
}

/// FNV-1a of all that the numbers belong to. It tells an edit, it does not withstand one that is meant.
fn seal(suite: &str, scenario: &str, lines: &str) -> String {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let sealed = format!("{suite}::{scenario}\n{lines}");
    let hash = sealed.bytes().fold(OFFSET, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(PRIME)
    });
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers() -> Accepted {
        Accepted(BTreeMap::from([
            (Metric::Delta, -1234.0),
            (Metric::IdleRate, 1.0 / 3.0),
            (Metric::Peak, 1_234_567.0),
            (Metric::PeakBlocks, 12.0),
            (Metric::Fragmentation, 0.125),
        ]))
    }

    #[test]
    fn numbers_are_read_back_to_the_last_digit() {
        let text = body("feed", "scroll", &numbers());
        insta::assert_snapshot!(text, @r"
        delta: -1,234 B
        idle_rate: 0.3333333333333333 B/s
        peak: 1,234,567 B
        peak_blocks: 12 blocks
        fragmentation: 0.125 ratio
        seal: 0351d7e64814c454
        ");
        assert_eq!(parse("feed", "scroll", &text), Ok(numbers()));
    }

    #[track_caller]
    fn check(from: &str, to: &str, expected: &str) {
        let text = body("feed", "scroll", &numbers()).replace(from, to);
        assert_eq!(parse("feed", "scroll", &text), Err(expected.to_string()));
    }

    #[test]
    fn what_memgate_did_not_write_is_refused() {
        let edited = "the seal does not fit: somebody edited the numbers, or took them from another scenario";
        check("1,234,567", "1,334,567", edited);
        check("peak: ", "total: ", edited);
        check("delta: -1,234 B\n", "", edited);
        check("seal: ", "seal: 0", edited);
        check("peak: ", "idle.peek: ", "`idle.peek` is no metric");
        check(
            "12 blocks",
            "12 B",
            "`peak_blocks` is counted in blocks, not in `B`",
        );
        check(
            "12 blocks",
            "12",
            "`peak_blocks: 12` has no unit, which is blocks",
        );
        check("12 blocks", "twelve blocks", "`twelve` is no number");
        check(
            "peak_blocks: 12 blocks",
            "peak: 12 B",
            "`peak` is there twice",
        );
        check(
            "peak:",
            "=======\npeak:",
            "memgate does not write the line `=======`",
        );
        let text = body("feed", "scroll", &numbers());
        let without = text.split_once("seal").expect("it is sealed").0;
        assert!(parse("feed", "scroll", without).is_err());
        assert!(parse("feed", "other", &text).is_err());
    }
}
