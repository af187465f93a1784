//! A headless Chromium, and the node that drives it from the scripts in `tests/browser/`.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

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
        ensure!(
            succeeds("node", &["--version"]) && succeeds("npm", &["--version"]),
            "there is no node with npm on this machine: install Node.js 20 or newer"
        );
        Ok(Browser {
            chromium: chromium()?,
            packages: install_packages()?,
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
        if install(package)
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

/// Installs a Debian package, where this is Debian and we may.
fn install(package: &str) -> bool {
    Path::new("/etc/debian_version").exists()
        && succeeds("apt-get", &["update", "--quiet"])
        && succeeds(
            "apt-get",
            &[
                "install",
                "--yes",
                "--quiet",
                "--no-install-recommends",
                package,
            ],
        )
}

/// What `npm ci` makes of the lists in `tests/browser/`, made anew when these change.
fn install_packages() -> Result<PathBuf> {
    let packages = root().join("target/browser");
    let lists = ["package.json", "package-lock.json"];
    let read = |folder: &Path| -> Vec<Option<Vec<u8>>> {
        let contents = |name: &&str| fs::read(folder.join(name)).ok();
        lists.iter().map(contents).collect()
    };
    // npm writes this file last.
    let is_complete = packages.join("node_modules/.package-lock.json").exists();
    if is_complete && read(&packages) == read(&root().join(SCRIPTS)) {
        return Ok(packages);
    }
    fs::create_dir_all(&packages)?;
    for list in lists {
        fs::copy(root().join(SCRIPTS).join(list), packages.join(list))?;
    }
    let status = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(&packages)
        .status()
        .context("failed to start npm")?;
    ensure!(
        status.success(),
        "npm could not install what {SCRIPTS}/package-lock.json names: {status}"
    );
    Ok(packages)
}

fn on_path(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders)
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}

fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let status = Command::new(program)
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdout(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}
