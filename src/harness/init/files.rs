//! Files that are made, and never made anew: what is there is somebody's work.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Made {
    /// It was not there.
    Written,
    /// It was there, and something was added to it.
    Extended,
    /// It was there, and is as it was.
    Left,
}

/// A file to be, below the folder in which init was called.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    pub(super) path: PathBuf,
    pub(super) text: String,
    /// What the file was, where it is one that is added to.
    pub(super) before: Option<String>,
}

/// A file could not be made.
#[derive(Debug, thiserror::Error)]
#[error("error: failed to write {}: {source}", path.display())]
pub(super) struct FileError {
    path: PathBuf,
    source: io::Error,
}

impl Planned {
    pub(super) fn new(path: impl Into<PathBuf>, text: String) -> Planned {
        Planned {
            path: path.into(),
            text,
            before: None,
        }
    }

    /// What will become of it.
    pub(super) fn fate(&self) -> Made {
        match &self.before {
            Some(before) if *before == self.text => Made::Left,
            Some(_) => Made::Extended,
            None if self.path.exists() => Made::Left,
            None => Made::Written,
        }
    }

    /// Makes it, whole or not at all.
    pub(super) fn make(&self) -> Result<Made, FileError> {
        let failed = |source| FileError {
            path: self.path.clone(),
            source,
        };
        let fate = self.fate();
        if fate == Made::Left {
            return Ok(fate);
        }
        let folder = match self.path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        fs::create_dir_all(folder).map_err(failed)?;
        let mut file = like_others().tempfile_in(folder).map_err(failed)?;
        file.write_all(self.text.as_bytes()).map_err(failed)?;
        let kept = match fate {
            Made::Extended => file.persist(&self.path),
            // Somebody may have been faster.
            _ => file.persist_noclobber(&self.path),
        };
        match kept {
            Ok(_) => Ok(fate),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(Made::Left),
            Err(error) => Err(failed(error.error)),
        }
    }
}

/// A temporary file is its owner's alone, unless it is said that it is not.
fn like_others() -> tempfile::Builder<'static, 'static> {
    #[allow(unused_mut, reason = "only where files have modes")]
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_left() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("suites/app.yaml");
        let planned = |text: &str| Planned::new(&path, text.to_string());
        assert_eq!(planned("a").make().expect("it is new"), Made::Written);
        assert_eq!(planned("b").make().expect("it is left"), Made::Left);
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "a");
        let extended = Planned {
            before: Some("a".to_string()),
            ..planned("a\nb")
        };
        assert_eq!(extended.make().expect("it is extended"), Made::Extended);
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "a\nb");
    }

    #[test]
    fn a_file_in_the_way_is_told() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("suites"), "").expect("the folder is there");
        let planned = Planned::new(folder.path().join("suites/app.yaml"), String::new());
        let error = planned.make().expect_err("a file is in the way");
        assert!(
            error.to_string().starts_with("error: failed to write "),
            "{error}"
        );
    }
}
