//! Packages of npm and PyPI that tests need, installed below `target/` and never into the checkout.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::project::root;

/// What `npm ci` makes of the lists in a folder of the checkout, in a folder below `target/`; made anew when the lists change.
pub(crate) fn npm(lists_in: &str, folder: &str) -> Result<PathBuf> {
    ensure!(
        succeeds("node", &["--version"]) && succeeds("npm", &["--version"]),
        "there is no node with npm on this machine: install Node.js 20 or newer"
    );
    let packages = root().join("target").join(folder);
    let lists = ["package.json", "package-lock.json"];
    let read = |folder: &Path| -> Vec<Option<Vec<u8>>> {
        let contents = |name: &&str| fs::read(folder.join(name)).ok();
        lists.iter().map(contents).collect()
    };
    // npm writes this file last.
    let is_complete = packages.join("node_modules/.package-lock.json").exists();
    if is_complete && read(&packages) == read(&root().join(lists_in)) {
        return Ok(packages);
    }
    fs::create_dir_all(&packages)?;
    for list in lists {
        fs::copy(root().join(lists_in).join(list), packages.join(list))?;
    }
    let status = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(&packages)
        .status()
        .context("failed to start npm")?;
    ensure!(
        status.success(),
        "npm could not install what {lists_in}/package-lock.json names: {status}"
    );
    Ok(packages)
}

/// A virtual environment of Python below `target/`, with these packages in it; returns the folder of its programs.
pub(crate) fn python(folder: &str, packages: &[&str]) -> Result<PathBuf> {
    let environment = root().join("target").join(folder);
    let programs = environment.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let installed = environment.join("installed");
    let wanted = packages.join("\n");
    if fs::read_to_string(&installed).is_ok_and(|there| there == wanted) {
        return Ok(programs);
    }
    let python = ["python3", "python"];
    let python = python
        .into_iter()
        .find(|name| succeeds(name, &["--version"]));
    let python =
        python.context("there is no Python on this machine: install Python 3.9 or newer")?;
    run(Command::new(python).args(["-m", "venv"]).arg(&environment))
        .context("Debian has this in its package python3-venv")?;
    run(Command::new(programs.join("pip"))
        .args(["install", "--quiet", "--disable-pip-version-check"])
        .args(packages))?;
    fs::write(installed, wanted)?;
    Ok(programs)
}

/// Installs a Debian package, where this is Debian and we may.
pub(crate) fn debian(package: &str) -> bool {
    let install = [
        "install",
        "--yes",
        "--quiet",
        "--no-install-recommends",
        package,
    ];
    Path::new("/etc/debian_version").exists()
        && succeeds("apt-get", &["update", "--quiet"])
        && succeeds("apt-get", &install)
}

pub(crate) fn succeeds(program: impl AsRef<OsStr>, arguments: &[&str]) -> bool {
    let status = Command::new(program)
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdout(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

/// Runs a command, and returns what it printed; where it fails, that is the error.
pub(crate) fn run(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("failed to start {command:?}"))?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(
        output.status.success(),
        "{command:?}: {}\n{printed}{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(printed)
}
