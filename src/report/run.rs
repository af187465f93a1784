//! A run of several processes, of which each leaves its part of the report.
//!
//! Under nextest each trial is a process, and none knows whether others will come. To write the whole report each time would
//! take time that grows with the square of their number. So each leaves its part in a folder of the run, and whoever ends while no
//! other process runs, and none begins, puts the report together. A lock tells: each process shares it for as long as it runs, and
//! the system takes it back from those that fall.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::html;
use super::output::{self, OutputError};
use super::parts::{Part, joined, parts};
use super::value::SuiteReport;

/// A report up to this size takes no time worth saving, so that it is put together each time.
const SMALL: u64 = 1 << 20;

/// How old a larger report may be for each of its bytes while processes of its run end: some forty times what it takes to put it
/// together, four seconds for a thousand scenarios. If the runner is stopped, this much is missing.
const LAG: Duration = Duration::from_nanos(100);

/// How long a runner may take from the end of one process to the beginning of the next. It costs less than a large report.
const PAUSE: Duration = Duration::from_millis(50);

/// How often it is looked meanwhile whether one has begun.
const LOOK: Duration = Duration::from_millis(5);

/// How long the parts of a run are kept that nobody adds to. A runner that starts one process at a time may rest in between.
const REST: Duration = Duration::from_secs(60 * 60);

/// A run, and this process as one of those that it consists of.
#[derive(Debug)]
pub(super) struct Run {
    parts: PathBuf,
    /// Shared by all processes of the run while they run.
    running: File,
    /// Held by the one process of the run that waits whether others come, and has not yet looked at the parts.
    caretaker: PathBuf,
    /// Held by whoever puts a report together, of whichever run.
    assembling: PathBuf,
}

impl Run {
    /// Takes part in the run of that name, whose report lies in `folder`.
    pub(super) fn join(folder: &Path, id: &str) -> io::Result<Run> {
        let runs = folder.join("runs");
        // The name is somebody else's, and may be no name of a folder.
        let run = runs.join(hex(id.as_bytes()));
        let parts = run.join("parts");
        if !parts.exists() {
            remove_rested(&runs);
        }
        fs::create_dir_all(&parts)?;
        let running = File::create(run.join("running.lock"))?;
        running.lock_shared()?;
        Ok(Run {
            parts,
            running,
            caretaker: run.join("caretaker.lock"),
            assembling: folder.join("report.lock"),
        })
    }

    /// Leaves the part of this process, and sees to the report being whole in the end.
    pub(super) fn save(&self, suites: Vec<SuiteReport>, report: &Path) -> Result<(), OutputError> {
        for part in parts(suites) {
            let name = hex(format!("{:?}", part.name()).as_bytes());
            output::write(&self.parts.join(name), part.text().as_bytes())?;
        }
        let failed = |source| refused(report, source);
        self.running.unlock().map_err(failed)?;
        match self.must_assemble(report).map_err(failed)? {
            Some(_assembling) => {
                let text = joined(self.all().map_err(failed)?);
                output::write(report, &text)?;
                let read = serde_json::from_slice(&text).map_err(|error| failed(error.into()))?;
                html::save_beside(report, &read)
            }
            None => Ok(()),
        }
    }

    /// The lock under which this process has to put the report together; none where another one is sure to do so later.
    ///
    /// Who leaves it to a caretaker has saved before that one looks whether somebody still runs, and at the parts after that. Who
    /// is found to run comes here later. So of all that end, one finds nobody, and every part.
    fn must_assemble(&self, report: &Path) -> io::Result<Option<File>> {
        let assembling = File::create(&self.assembling)?;
        if is_due(report) {
            assembling.lock()?;
            if is_due(report) {
                return Ok(Some(assembling));
            }
            assembling.unlock()?;
        }
        let caretaker = File::create(&self.caretaker)?;
        if !try_take(&caretaker)? {
            return Ok(None);
        }
        // Who writes now is about to end, and may be followed by another.
        assembling.lock()?;
        for _ in 0..PAUSE.as_millis() / LOOK.as_millis() {
            if !self.is_over()? {
                break;
            }
            thread::sleep(LOOK);
        }
        caretaker.unlock()?;
        Ok(self.is_over()?.then_some(assembling))
    }

    /// Whether no process of the run is running.
    fn is_over(&self) -> io::Result<bool> {
        let is_over = try_take(&self.running)?;
        if is_over {
            self.running.unlock()?;
        }
        Ok(is_over)
    }

    fn all(&self) -> io::Result<Vec<Part>> {
        let mut parts = Vec::new();
        for entry in fs::read_dir(&self.parts)? {
            let entry = entry?;
            // What is being written has another name.
            if !entry.file_name().to_string_lossy().starts_with('.') {
                parts.push(Part::parse(&fs::read_to_string(entry.path())?)?);
            }
        }
        Ok(parts)
    }
}

/// Whether a report that is put together later on has to be put together now as well.
fn is_due(report: &Path) -> bool {
    let Ok(metadata) = report.metadata() else {
        return true;
    };
    let age = metadata.modified().ok().and_then(|at| at.elapsed().ok());
    let lag = LAG.saturating_mul(u32::try_from(metadata.len()).unwrap_or(u32::MAX));
    metadata.len() < SMALL || age.is_some_and(|age| age > lag)
}

/// Takes a lock, unless somebody else has it.
fn try_take(lock: &File) -> io::Result<bool> {
    match lock.try_lock() {
        Ok(()) => Ok(true),
        Err(fs::TryLockError::WouldBlock) => Ok(false),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}

pub(super) fn refused(path: &Path, cause: io::Error) -> OutputError {
    OutputError::Refused {
        path: path.to_path_buf(),
        cause,
    }
}

/// Removes what runs have left that are over. What cannot be removed is left to the next one who tries.
fn remove_rested(runs: &Path) {
    let folders = fs::read_dir(runs).into_iter().flatten().flatten();
    for folder in folders.map(|entry| entry.path()) {
        let touched = folder.join("parts").metadata().and_then(|it| it.modified());
        let rest = touched.ok().and_then(|at| at.elapsed().ok());
        let is_running = File::open(folder.join("running.lock"))
            .is_ok_and(|lock| matches!(lock.try_lock(), Err(fs::TryLockError::WouldBlock)));
        if rest.is_some_and(|rest| rest > REST) && !is_running {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    /// Elsewhere a folder's time cannot be set.
    #[cfg(unix)]
    #[test]
    fn what_old_runs_left_goes() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let join = |id| Run::join(folder.path(), id).expect("the folder is there");
        let (over, recent, running) = (join("over"), join("recent"), join("running"));
        for run in [&over, &running] {
            let parts = File::open(&run.parts).expect("it is there");
            let long_ago = SystemTime::now() - 2 * REST;
            parts.set_modified(long_ago).expect("it is ours");
        }
        let [over, recent] = [over, recent].map(|run| run.parts.clone());
        join("next");
        assert_eq!(
            [&over, &recent, &running.parts].map(|parts| parts.exists()),
            [false, true, true]
        );
    }
}
