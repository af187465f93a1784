//! The list and the modules that are checked in belong together.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Debug, Guest};

/// Where the homes and the scratch folders of those who build begin.
const HOST_FOLDERS: [&str; 6] = ["/home/", "/opt/", "/root/", "/tmp/", "/Users/", "C:\\Users"];

#[test]
fn every_guest_is_there() {
    let root = root();
    let mut names = BTreeSet::new();
    for guest in guests() {
        for path in guest.sources.iter().chain([&guest.module]) {
            assert!(root.join(path).is_file(), "{} is not there", path.display());
        }
        assert!(
            names.insert(guest.name()),
            "{} is there twice",
            guest.name()
        );
    }
}

#[test]
fn every_module_below_guests_is_listed() {
    let listed: Vec<PathBuf> = guests().into_iter().map(|guest| guest.module).collect();
    for folder in entries(&root().join("guests")).filter(|path| path.is_dir()) {
        for file in
            entries(&folder).filter(|path| path.extension().is_some_and(|end| end == "wasm"))
        {
            let module = file
                .strip_prefix(root())
                .expect("it lies in the repository");
            assert!(
                listed.iter().any(|path| path == module),
                "{} is not listed",
                module.display()
            );
        }
    }
}

#[test]
fn modules_name_sources_but_nobodys_folders() {
    for guest in guests()
        .into_iter()
        .filter(|guest| guest.debug != Debug::None)
    {
        let module = fs::read(root().join(&guest.module)).expect("the module is there");
        let text = String::from_utf8_lossy(&module);
        for folder in HOST_FOLDERS {
            assert!(!text.contains(folder), "{} names {folder}", guest.name());
        }
    }
}

fn guests() -> Vec<Guest> {
    Guest::list(&root()).expect("the list is sound")
}

fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().expect("xtask lies in the repository").into()
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    entries.map(|entry| entry.expect("the folder can be read").path())
}
