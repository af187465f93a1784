//! Results of earlier runs, in place of running again what did not change.
//!
//! A result is a function of the module, the scenario and memgate itself, and the key of an entry is a hash over all of them.
//! What is kept is the report before its sites are reviewed: the review reads and writes snapshots, as insta's variables say,
//! and is done again each time. The accepted numbers, which a scenario is judged against before that, are in the key.

mod key;
mod store;

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

pub(super) use self::key::{Hash, hash, hash_file};
use self::key::{Key, build};
use self::store::Store;
use crate::report::ScenarioReport;
use crate::suite::{Date, Scenario, Suite, group_digits};

/// The variable that asks for it where no argument can: libtest's are not ours to add to.
const VARIABLE: &str = "MEMGATE_REUSE";

/// Whether the environment asks for results of earlier runs.
pub(super) fn asked_for() -> Result<bool, String> {
    wanted(std::env::var(VARIABLE).ok().as_deref())
}

/// An empty variable is none, as a workflow leaves it whose input was not given.
fn wanted(value: Option<&str>) -> Result<bool, String> {
    match value.unwrap_or_default() {
        "" | "0" | "false" => Ok(false),
        "1" | "true" => Ok(true),
        other => Err(format!(
            "error: unusable {VARIABLE}: {other:?}\naccepted: 1, true, 0, false"
        )),
    }
}

/// What earlier runs came to.
pub(super) struct Reuse {
    store: Store,
    /// This very build of memgate; none if its file cannot be read, and nothing is reused then.
    build: OnceLock<Option<Hash>>,
    reused: AtomicUsize,
    ran: AtomicUsize,
    /// Why something could not be kept, the first time.
    unkept: OnceLock<String>,
}

impl Reuse {
    /// Results that are kept below `output`.
    pub(super) fn new(output: &Path) -> Reuse {
        Reuse {
            store: Store::new(output.join("reuse")),
            build: OnceLock::new(),
            reused: AtomicUsize::new(0),
            ran: AtomicUsize::new(0),
            unkept: OnceLock::new(),
        }
    }

    /// What all that a result depends on comes to; none if some of it cannot be read, which only running it tells well.
    pub(super) fn key(
        &self,
        root: &Path,
        suite: &Suite,
        scenario: &Scenario,
        module: Hash,
        today: Date,
    ) -> Option<Key> {
        let build = self.build.get_or_init(|| build(self.store.folder()));
        Key::of(build.as_ref()?, root, suite, scenario, module, today)
    }

    /// What came of it before.
    pub(super) fn find(&self, key: &Key) -> Option<ScenarioReport> {
        let found = self.store.get(key)?;
        self.reused.fetch_add(1, Ordering::Relaxed);
        Some(found)
    }

    /// A scenario was run. With a key, what came of it is kept for later runs; where that fails, they run it again, and
    /// nothing is lost.
    pub(super) fn add(&self, key: Option<&Key>, report: &ScenarioReport) {
        self.ran.fetch_add(1, Ordering::Relaxed);
        if let Some(Err(error)) = key.map(|key| self.store.put(key, report)) {
            let _ = self.unkept.set(error.to_string());
        }
    }

    /// How much of the run was none: one line, and why if nothing could be kept.
    pub(super) fn told(&self) -> String {
        let (reused, ran) = (
            self.reused.load(Ordering::Relaxed),
            self.ran.load(Ordering::Relaxed),
        );
        let [of, reused, ran] =
            [reused + ran, reused, ran].map(|count| group_digits(&count.to_string()));
        let unkept = self.unkept.get();
        let unkept = unkept.map(|why| format!("\nwhat ran cannot be reused next time: {why}"));
        format!(
            "reused {reused} of {of} results; {ran} ran{}",
            unkept.unwrap_or_default()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_says_yes_or_no() {
        let check = |value, expected| assert_eq!(wanted(value), Ok(expected), "{value:?}");
        check(None, false);
        check(Some(""), false);
        check(Some("0"), false);
        check(Some("1"), true);
        check(Some("true"), true);
        assert!(wanted(Some("yes")).is_err());
    }
}
