//! A folder of results, each a file that is named for its key: whole, or not there, or not believed.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use sha2::{Digest, Sha256};

use super::key::{Hash, Key};
use crate::report::{OutputError, ScenarioReport, write};

/// How much is kept: what was not used for longest goes first. A thousand results take some five megabytes.
const MOST_BYTES: u64 = 256 << 20;

pub(super) struct Store {
    folder: PathBuf,
}

impl Store {
    pub(super) fn new(folder: PathBuf) -> Store {
        Store { folder }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The result of that key. What is damaged counts as missing, and is replaced when the scenario has run.
    pub(super) fn get(&self, key: &Key) -> Option<ScenarioReport> {
        let path = self.path(key);
        let mut file = File::options().read(true).open(&path).ok()?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).ok()?;
        let report = decoded(key, &bytes)?;
        // For whoever makes room. It costs no entry if it fails.
        let _ = File::options()
            .append(true)
            .open(&path)
            .and_then(|file| file.set_modified(SystemTime::now()));
        Some(report)
    }

    pub(super) fn put(&self, key: &Key, report: &ScenarioReport) -> Result<(), OutputError> {
        let path = self.path(key);
        write(&path, &encoded(key, report))?;
        // Now and then: to look at all entries for each new one would take long.
        if key.0[0] == 0 {
            make_room(&self.folder, MOST_BYTES);
        }
        Ok(())
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.folder.join(key.name())
    }
}

/// A checksum over the key and what follows, then the report, compressed.
fn encoded(key: &Key, report: &ScenarioReport) -> Vec<u8> {
    let json = serde_json::to_vec(report).expect("a report is a JSON value");
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    let compressed = encoder.write_all(&json).and_then(|()| encoder.finish());
    let compressed = compressed.expect("memory takes everything");
    [&checksum(key, &compressed)[..], &compressed].concat()
}

fn decoded(key: &Key, bytes: &[u8]) -> Option<ScenarioReport> {
    let (known, compressed) = bytes.split_first_chunk::<32>()?;
    if *known != checksum(key, compressed) {
        return None;
    }
    let mut json = Vec::new();
    DeflateDecoder::new(compressed)
        .read_to_end(&mut json)
        .ok()?;
    serde_json::from_slice(&json).ok()
}

/// With the key, so that no entry is believed under another one's name.
fn checksum(key: &Key, compressed: &[u8]) -> Hash {
    let checksum = Sha256::new().chain_update(key.0);
    checksum.chain_update(compressed).finalize().into()
}

/// Removes what was not used for longest, until the rest fits. Other processes may do the same, or use what goes.
fn make_room(folder: &Path, most: u64) {
    let mut entries = entries(folder).unwrap_or_default();
    entries.sort_by(|(one, ..), (other, ..)| other.cmp(one));
    let mut sum = 0;
    for (_, size, path) in entries {
        sum += size;
        if sum > most {
            let _ = fs::remove_file(path);
        }
    }
}

/// When each file was used last, its size, and where it is.
fn entries(folder: &Path) -> io::Result<Vec<(SystemTime, u64, PathBuf)>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)?.flatten() {
        let Ok(metadata) = entry.metadata() else {
            continue;
        };
        if metadata.is_file() {
            entries.push((metadata.modified()?, metadata.len(), entry.path()));
        }
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::report::{Fault, without_figures};

    fn report(name: &str) -> ScenarioReport {
        let fault = Fault {
            kind: crate::report::FaultKind::Trap,
            headline: "it is only an example".into(),
            cause: String::new(),
            advice: None,
            stack: Vec::new(),
            stderr: String::new(),
        };
        let mut report = without_figures(name, "a.wasm", fault);
        report.events = 7;
        report
    }

    fn key(first: u8) -> Key {
        let mut hash = [1; 32];
        hash[0] = first;
        Key(hash)
    }

    #[test]
    fn what_was_kept_is_found_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = Store::new(folder.path().join("reuse"));
        assert_eq!(store.get(&key(1)), None);
        store.put(&key(1), &report("a")).expect("it can be kept");
        assert_eq!(store.get(&key(1)), Some(report("a")));
        assert_eq!(store.get(&key(2)), None);
    }

    #[test]
    fn what_is_damaged_is_not_believed() {
        let whole = encoded(&key(1), &report("a"));
        assert!(decoded(&key(1), &whole).is_some());
        assert_eq!(decoded(&key(2), &whole), None, "another entry's");
        for length in 0..whole.len() {
            assert_eq!(decoded(&key(1), &whole[..length]), None, "cut to {length}");
        }
        for position in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[position] ^= 0x10;
            assert_eq!(decoded(&key(1), &bytes), None, "changed at {position}");
        }
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let now = SystemTime::now();
        for (name, days) in [("old", 3), ("used", 1), ("older", 4), ("new", 2)] {
            let path = folder.path().join(name);
            fs::write(&path, [0; 100]).expect("the folder is there");
            let file = File::options().append(true).open(&path);
            let used = now - Duration::from_secs(days * 24 * 60 * 60);
            file.and_then(|file| file.set_modified(used))
                .expect("it is ours");
        }
        fs::create_dir(folder.path().join("builds")).expect("the folder is there");
        make_room(folder.path(), 250);
        let mut left: Vec<_> = fs::read_dir(folder.path())
            .expect("it is there")
            .map(|entry| entry.expect("it can be read").file_name())
            .collect();
        left.sort();
        assert_eq!(left, ["builds", "new", "used"]);
    }
}
