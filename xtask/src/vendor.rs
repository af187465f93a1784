//! `cargo xtask vendor`: what the HTML report has of other people's, fetched anew and held against what is checked in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::Value;

use crate::project::{root, scratch};

/// Fetch the vendored libraries of the HTML report anew, and see that they are what is checked in.
#[derive(Args)]
pub(crate) struct Vendor {
    /// Write the files instead of comparing them
    #[arg(long)]
    update: bool,
}

/// Where they are kept, each in a folder `NAME-VERSION`.
const FOLDER: &str = "src/report/html/vendor";

/// A package of npm, and what is kept of it.
struct Package {
    name: &'static str,
    folder: &'static str,
    version: &'static str,
    /// Of the whole archive, as npm's lock files have it.
    integrity: &'static str,
    files: &'static [&'static str],
}

const PACKAGES: [Package; 1] = [Package {
    name: "uplot",
    folder: "uPlot",
    version: "1.6.32",
    integrity: "sha512-KIMVnG68zvu5XXUbC4LQEPnhwOxBuLyW1AHtpm6IKTXImkbLgkMy+jabjLgSLMasNuGGzQm/ep3tOkyTxpiQIw==",
    files: &["LICENSE", "dist/uPlot.iife.min.js", "dist/uPlot.min.css"],
}];

impl Vendor {
    pub(crate) fn run(self) -> Result<()> {
        let folder = scratch("vendor")?;
        PACKAGES
            .iter()
            .try_for_each(|package| package.fetch(&folder, self.update))
    }
}

impl Package {
    fn fetch(&self, folder: &Path, update: bool) -> Result<()> {
        let unpacked = self.unpack(folder)?;
        let kept = root()
            .join(FOLDER)
            .join(format!("{}-{}", self.folder, self.version));
        for file in self.files {
            let name = file.rsplit('/').next().expect("a path has a last part");
            let fetched = fs::read(unpacked.join(file))
                .with_context(|| format!("{} {} has no {file}", self.name, self.version))?;
            let kept = kept.join(name);
            if update {
                fs::create_dir_all(kept.parent().expect("it lies in a folder"))?;
                fs::write(&kept, fetched)?;
            } else {
                ensure!(
                    fs::read(&kept).ok() == Some(fetched),
                    "{} is not the file of {} {}: write it anew with `cargo xtask vendor --update`",
                    kept.display(),
                    self.name,
                    self.version
                );
            }
        }
        Ok(())
    }

    /// Has npm fetch the archive, whose content must be the one that is known.
    fn unpack(&self, folder: &Path) -> Result<PathBuf> {
        let package = format!("{}@{}", self.name, self.version);
        let output = Command::new("npm")
            .args(["pack", "--json", &package])
            .current_dir(folder)
            .stderr(Stdio::inherit())
            .output()
            .context("failed to start npm: install Node.js 20 or newer")?;
        ensure!(output.status.success(), "npm could not fetch {package}");
        let told: Value = serde_json::from_slice(&output.stdout).context("npm speaks JSON")?;
        // Older ones list packages, newer ones name them.
        let told = told.get(0).or(told.get(self.name)).unwrap_or(&told);
        ensure!(
            told["integrity"] == self.integrity,
            "{package} is not what it was: {} instead of {}",
            told["integrity"],
            self.integrity
        );
        let archive = told["filename"].as_str().context("npm names the archive")?;
        let status = Command::new("tar")
            .args(["xzf", archive])
            .current_dir(folder)
            .status()
            .context("failed to start tar")?;
        ensure!(status.success(), "{archive} cannot be unpacked");
        Ok(folder.join("package"))
    }
}
