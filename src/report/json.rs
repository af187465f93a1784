//! `report.json`: everything, for programs. Whole or not there, and one for all processes of a run.

use std::path::{Path, PathBuf};

use super::html;
use super::merge::sorted;
use super::output::{self, OutputError};
use super::run::{Run, refused};
use super::saved::FILE_NAME;
use super::value::{Report, SuiteReport};

/// The report of one run, in a folder of its own.
#[derive(Debug)]
pub struct ReportFile {
    folder: PathBuf,
    /// What is shared with other processes; none if this process is all of the run.
    run: Option<Run>,
}

impl ReportFile {
    /// The report in that folder. Under a runner with one process a trial, all of them name the same `run`, and each opens the
    /// report before it runs anything.
    ///
    /// # Errors
    ///
    /// When the processes of a run cannot share the folder.
    pub fn open(folder: &Path, run: Option<&str>) -> Result<ReportFile, OutputError> {
        let run = run.map(|id| Run::join(folder, id)).transpose();
        Ok(ReportFile {
            folder: folder.to_path_buf(),
            run: run.map_err(|source| refused(folder, source))?,
        })
    }

    /// Where it is.
    pub fn path(&self) -> PathBuf {
        self.folder.join(FILE_NAME)
    }

    /// Where the same is for people.
    pub fn page_path(&self) -> PathBuf {
        self.folder.join(html::FILE_NAME)
    }

    /// Saves what ran. What other processes of this run saved stays; what earlier runs left does not.
    ///
    /// When the last process of a run has saved, the report is that of the whole run. It may lag behind until then, whole all
    /// the same.
    ///
    /// # Errors
    ///
    /// When the folder cannot be written to.
    pub fn save(&self, suites: Vec<SuiteReport>) -> Result<(), OutputError> {
        let path = self.path();
        match &self.run {
            Some(run) => run.save(suites, &path),
            None => {
                let report = sorted(suites);
                output::write(&path, &report.to_json())?;
                html::save_beside(&path, &report)
            }
        }
    }
}

impl Report {
    /// The text of `report.json`: the same bytes for the same report.
    pub fn to_json(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("a report is a JSON value");
        bytes.push(b'\n');
        bytes
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::report::{Fault, FaultKind, VERSION, without_figures};

    fn suite(name: &str, scenarios: &[&str]) -> SuiteReport {
        let fault = Fault {
            kind: FaultKind::Trap,
            headline: String::new(),
            cause: String::new(),
            advice: None,
            stack: Vec::new(),
            stderr: String::new(),
        };
        let scenario = |name: &&str| without_figures(name, "a.wasm", fault.clone());
        SuiteReport {
            name: name.into(),
            error: scenarios.is_empty().then(|| "it is broken\n".to_owned()),
            scenarios: scenarios.iter().map(scenario).collect(),
        }
    }

    /// Saves by several processes, one after another, of the runs that are named; the report that is there in the end.
    #[track_caller]
    fn check(saves: &[(Option<&str>, &str, &[&str])], expected: &[(&str, &[&str])]) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (run, name, scenarios) in saves {
            let file = ReportFile::open(folder.path(), *run).expect("the folder is there");
            file.save(vec![suite(name, scenarios)])
                .expect("the folder is there");
        }
        let expected = expected
            .iter()
            .map(|(name, scenarios)| suite(name, scenarios));
        assert_eq!(report(folder.path()), whole(expected.collect()));
    }

    fn report(folder: &Path) -> String {
        fs::read_to_string(folder.join(FILE_NAME)).expect("it was saved")
    }

    /// As one process would have saved it.
    fn whole(suites: Vec<SuiteReport>) -> String {
        let report = Report {
            version: VERSION,
            suites,
        };
        String::from_utf8(report.to_json()).expect("it is JSON")
    }

    #[test]
    fn processes_of_one_run_share_a_report() {
        let run = Some("7");
        check(
            &[(run, "b", &["y"]), (run, "a", &["z"]), (run, "b", &["x"])],
            &[("a", &["z"]), ("b", &["x", "y"])],
        );
        check(
            &[(run, "b", &[]), (run, "../a", &["z"])],
            &[("../a", &["z"]), ("b", &[])],
        );
    }

    #[test]
    fn another_run_begins_anew() {
        check(
            &[(Some("7"), "a", &["x"]), (Some("8"), "b", &["y"])],
            &[("b", &["y"])],
        );
        check(
            &[
                (Some("7"), "a", &["x"]),
                (None, "b", &["y"]),
                (None, "c", &["z"]),
            ],
            &[("c", &["z"])],
        );
    }

    /// What a process saved while others of its run still ran is in the report once these are gone, one that fell included.
    #[test]
    fn whoever_leaves_last_completes_the_report() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let open = |run| ReportFile::open(folder.path(), Some(run)).expect("the folder is there");
        let [first, second, fallen, other] = ["7", "7", "7", "8"].map(open);
        // As long as it is large and new, it is not put together for each process.
        let large = " ".repeat(2 << 20);
        let path = folder.path().join(FILE_NAME);
        fs::write(&path, &large).expect("the folder is there");
        let file = fs::File::options().append(true).open(&path);
        let soon = SystemTime::now() + Duration::from_secs(60 * 60);
        file.and_then(|file| file.set_modified(soon))
            .expect("it is ours");

        first.save(vec![suite("a", &["x"])]).expect("it is saved");
        assert!(report(folder.path()) == large, "others run, and will do it");
        drop(fallen);
        second.save(vec![suite("a", &["y"])]).expect("it is saved");
        assert_eq!(report(folder.path()), whole(vec![suite("a", &["x", "y"])]));
        other.save(vec![suite("b", &["z"])]).expect("it is saved");
        assert_eq!(report(folder.path()), whole(vec![suite("b", &["z"])]));
    }
}
