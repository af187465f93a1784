//! Folders of the host that a command finds in its own: copies, so that what it writes is gone with it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use crate::suite::Content;

/// Deeper than folders are, but for those that contain themselves.
const MAX_DEPTH: usize = 64;

/// A file or folder of the host, and where the guest finds it: `HOST::GUEST`, or one path for both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mapped {
    host: PathBuf,
    guest: String,
}

impl FromStr for Mapped {
    type Err = String;

    fn from_str(text: &str) -> Result<Mapped, String> {
        let (host, guest) = text.split_once("::").unwrap_or((text, text));
        let mut parts = Vec::new();
        for component in Path::new(guest).components() {
            match component {
                Component::Normal(part) => parts.push(part.to_string_lossy().into_owned()),
                Component::CurDir | Component::RootDir => {}
                Component::ParentDir | Component::Prefix(_) => {
                    return Err(format!(
                        "`{guest}` lies outside of the guest's folder: say where it is to be, as in `{host}::data`"
                    ));
                }
            }
        }
        Ok(Mapped {
            host: PathBuf::from(host),
            guest: parts.join("/"),
        })
    }
}

/// The files below those folders, by the paths that the guest has for them.
pub(super) fn contents(folders: &[Mapped]) -> Result<BTreeMap<String, Content>, String> {
    let mut files = BTreeMap::new();
    for Mapped { host, guest } in folders {
        add(host, guest, 0, &mut files)
            .map_err(|cause| format!("error: failed to read {}: {cause}", host.display()))?;
    }
    Ok(files)
}

fn add(
    host: &Path,
    guest: &str,
    depth: usize,
    files: &mut BTreeMap<String, Content>,
) -> Result<(), String> {
    let told = |error: std::io::Error| error.to_string();
    if !fs::metadata(host).map_err(told)?.is_dir() {
        let path = match guest {
            "" => name(host)?,
            guest => guest.to_string(),
        };
        files.insert(path, Content::File(host.to_path_buf()));
        return Ok(());
    }
    if depth == MAX_DEPTH {
        return Err(format!("folders lie deeper than {MAX_DEPTH} in each other"));
    }
    for entry in fs::read_dir(host).map_err(told)? {
        let path = entry.map_err(told)?.path();
        let name = name(&path)?;
        let below = match guest {
            "" => name,
            guest => format!("{guest}/{name}"),
        };
        add(&path, &below, depth + 1, files)?;
    }
    Ok(())
}

fn name(path: &Path) -> Result<String, String> {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| format!("{} has no name in UTF-8", path.display()))?;
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, host: &str, guest: &str) {
        let expected = Mapped {
            host: PathBuf::from(host),
            guest: guest.to_string(),
        };
        assert_eq!(text.parse(), Ok(expected));
    }

    #[test]
    fn one_path_is_for_both() {
        check(".", ".", "");
        check("data/in", "data/in", "data/in");
        check("../data::/in", "../data", "in");
        assert!("../data".parse::<Mapped>().is_err());
        assert!("data::../in".parse::<Mapped>().is_err());
    }

    #[test]
    fn files_are_found_in_folders() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("b")).expect("it is new");
        for file in ["a.txt", "b/c.txt"] {
            fs::write(folder.path().join(file), file).expect("the folder is there");
        }
        let found = |guest: &str| {
            let host = folder.path().to_path_buf();
            let guest = guest.to_string();
            let files = contents(&[Mapped { host, guest }]).expect("it can be read");
            files.into_keys().collect::<Vec<_>>()
        };
        assert_eq!(found(""), ["a.txt", "b/c.txt"]);
        assert_eq!(found("in"), ["in/a.txt", "in/b/c.txt"]);
    }
}
