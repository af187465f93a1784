//! Files that are whole or not there, and readable by whom files usually are.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// There is a folder of that name.
    #[error("failed to write {path}: it is a folder\nname a file in it")]
    IsAFolder {
        /// The folder.
        path: PathBuf,
    },
    /// The system refused.
    #[error("failed to write {path}: {cause}\n{}", advice(cause))]
    Refused {
        /// What was to be written.
        path: PathBuf,
        /// The system's own words.
        cause: io::Error,
    },
}

fn advice(cause: &io::Error) -> &'static str {
    match cause.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "name another place, or make its folder one that may be written to"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make room there, or name another place; what was there before is as it was"
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "a part of the path is a file: name another place"
        }
        _ => "name a place that can be written to",
    }
}

/// Writes a file, whole or not at all: who reads it meanwhile sees what was there before. Folders on the way are made.
///
/// What is no ordinary file, such as a pipe or `/dev/stdout`, is written to and not replaced; a link stays one.
///
/// # Errors
///
/// When the system refuses, the disk is full, or there is a folder of that name.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), OutputError> {
    if path.is_dir() {
        return Err(OutputError::IsAFolder {
            path: path.to_path_buf(),
        });
    }
    try_write(path, bytes).map_err(|cause| OutputError::Refused {
        path: path.to_path_buf(),
        cause,
    })
}

fn try_write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // What a link leads to, if it is there.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    if path.exists() && !path.is_file() {
        return fs::OpenOptions::new()
            .write(true)
            .open(path)?
            .write_all(bytes);
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    let mut file = temporary(folder)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}

/// A file that goes away unless it is renamed; with the permissions of any new file, which temporary files do not have.
fn temporary(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".memgate-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("the folder is there");
        let name = |entry: io::Result<fs::DirEntry>| {
            let name = entry.expect("it can be read").file_name();
            name.into_string().expect("a name of ours")
        };
        let mut names: Vec<String> = entries.map(name).collect();
        names.sort();
        names
    }

    #[test]
    fn files_are_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("deep/er/report.json");
        write(&path, b"one, which is longer").expect("it can be written");
        write(&path, b"two").expect("it can be written");
        assert_eq!(fs::read(&path).expect("it is there"), b"two");
        assert_eq!(names(&folder.path().join("deep/er")), ["report.json"]);
    }

    /// What is said of a place that cannot be written to, without the system's own words; nothing is left there.
    fn check(path: &Path, expected: &str) {
        let error = write(path, b"text").expect_err("it cannot be written");
        let text = error.to_string();
        let advice = text.lines().last().unwrap_or_default();
        assert_eq!(advice, expected, "{text}");
        assert!(text.contains(&path.display().to_string()), "{text}");
    }

    #[test]
    fn what_cannot_be_written_is_told_with_what_to_do() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("file");
        fs::write(&file, "before").expect("the folder is there");
        check(folder.path(), "name a file in it");
        check(
            &file.join("report.json"),
            "a part of the path is a file: name another place",
        );
        assert_eq!(names(folder.path()), ["file"]);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_are_those_of_any_new_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [ours, any] = ["ours", "any"].map(|name| folder.path().join(name));
        write(&ours, b"").expect("it can be written");
        fs::write(&any, b"").expect("it can be written");
        let mode = |path: &Path| {
            fs::metadata(path)
                .expect("it is there")
                .permissions()
                .mode()
        };
        assert_eq!(mode(&ours), mode(&any));
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_links() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [file, link] = ["file", "link"].map(|name| folder.path().join(name));
        fs::write(&file, b"before").expect("the folder is there");
        std::os::unix::fs::symlink(&file, &link).expect("links can be made");
        write(&link, b"after").expect("it can be written");
        assert_eq!(fs::read(&file).expect("it is there"), b"after");
        assert!(link.is_symlink());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn devices_are_written_to_and_not_replaced() {
        write(Path::new("/dev/null"), b"text").expect("it takes everything");
        assert!(!Path::new("/dev/null").is_file());
        check(
            Path::new("/dev/full"),
            "make room there, or name another place; what was there before is as it was",
        );
    }
}
