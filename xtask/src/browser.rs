//! A headless Chromium, and the node that drives it from the scripts in `tests/browser/`.

use std::env;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::packages::{debian, npm};
use crate::project::root;

/// Where the scripts are, and the lists of what npm installs for them.
const SCRIPTS: &str = "tests/browser";

/// The programs that are a Chromium, the one first that is least to start.
const CHROMIUMS: [&str; 6] = [
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
];

/// The Debian packages that hold one, in the order in which they are tried.
const PACKAGES: [&str; 2] = ["chromium-headless-shell", "chromium"];

/// What it takes to run a script in a browser.
pub(crate) struct Browser {
    chromium: PathBuf,
    /// Below `target/`: where npm put its packages.
    packages: PathBuf,
}

impl Browser {
    /// Finds a Chromium, or installs Debian's, and has npm put what the scripts need below `target/`.
    ///
    /// A machine on which that cannot be done is an error that says what to install: a test that needs a browser is never
    /// skipped.
    pub(crate) fn ready() -> Result<Browser> {
        let packages = npm(SCRIPTS, "browser")?;
        Ok(Browser {
            chromium: chromium()?,
            packages,
        })
    }

    /// Runs a script of `tests/browser/` with these arguments; the current folder is not the checkout, so paths are absolute.
    pub(crate) fn run(&self, script: &str, arguments: &[impl AsRef<OsStr>]) -> Result<()> {
        let status = Command::new("node")
            .arg(root().join(SCRIPTS).join(script))
            .args(arguments)
            .current_dir(&self.packages)
            .env("CHROME", &self.chromium)
            .status()
            .context("failed to start node")?;
        ensure!(status.success(), "{script} failed: {status}");
        Ok(())
    }
}

/// The Chromium that `CHROME` names, or else one that is on the path, or else Debian's.
fn chromium() -> Result<PathBuf> {
    if let Some(named) = env::var_os("CHROME") {
        let named = PathBuf::from(named);
        ensure!(
            named.is_file(),
            "CHROME names {}, which is no file",
            named.display()
        );
        return Ok(named);
    }
    if let Some(found) = CHROMIUMS.iter().find_map(|name| on_path(name)) {
        return Ok(found);
    }
    for package in PACKAGES {
        if debian(package)
            && let Some(found) = on_path(package)
        {
            return Ok(found);
        }
    }
    bail!(
        "there is no Chromium on this machine, and none could be installed: install one of {}, or name one in the variable \
         CHROME",
        CHROMIUMS.join(", ")
    )
}

fn on_path(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders)
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}
