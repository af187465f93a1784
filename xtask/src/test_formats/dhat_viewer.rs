//! The viewer that comes with valgrind.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::packages::debian;

const FOLDERS: [&str; 4] = [
    "/usr/libexec/valgrind",
    "/usr/lib/valgrind",
    "/usr/local/libexec/valgrind",
    "/opt/homebrew/opt/valgrind/libexec/valgrind",
];

/// Finds `dh_view.html`, or installs Debian's valgrind.
pub(super) fn find() -> Result<PathBuf> {
    let installed = || {
        let files = FOLDERS.map(|folder| PathBuf::from(folder).join("dh_view.html"));
        files.into_iter().find(|file| file.is_file())
    };
    installed()
        .or_else(|| debian("valgrind").then(installed).flatten())
        .context("there is no dh_view.html on this machine, and it could not be installed: install valgrind 3.17 or newer")
}
