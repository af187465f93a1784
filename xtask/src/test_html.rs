//! `cargo xtask test-html`: the HTML report in a real browser.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::browser::Browser;
use crate::packages::run;
use crate::project::{Gate, root, scratch};

/// Open HTML reports in a headless Chromium: click, search, sort, zoom, and see that nothing is injected and nothing leaves.
#[derive(Args)]
pub(crate) struct TestHtml {
    /// Make docs/images/report.png anew instead
    #[arg(long)]
    screenshot: bool,
}

/// The suite whose report is looked at: a feed that leaks, and its clean twin.
const PLANTED: &str = "tests/planted/suites/feed.yaml";
const CLEAN: &str = "suites/feed.yaml";

const SCREENSHOT: &str = "docs/images/report.png";

/// What a picture in the README may weigh.
const LARGEST_SCREENSHOT: u64 = 200 * 1024;

impl TestHtml {
    pub(crate) fn run(self) -> Result<()> {
        let browser = Browser::ready()?;
        let folder = scratch("html")?;
        let planted = gated(PLANTED, &folder.join("planted"))?;
        if self.screenshot {
            return screenshot(&browser, &planted);
        }
        let clean = gated(CLEAN, &folder.join("clean"))?;
        browser.run("write-reports.mjs", &[&folder])?;
        render(&planted, &folder.join("against.html"), Some(&clean))?;
        for name in ["hostile", "large", "wide"] {
            let report = folder.join(name).with_extension("json");
            render(&report, &report.with_extension("html"), None)?;
        }
        fs::copy(planted.join("report.html"), folder.join("feed.html"))?;
        browser.run("html.mjs", &[folder])
    }
}

/// Runs a suite in a folder of its own, where the sites of the clean twin were accepted; where its report is.
fn gated(suite: &str, folder: &Path) -> Result<PathBuf> {
    let accepted = "snapshots/feed__scroll.snap";
    fs::create_dir_all(folder.join("snapshots"))?;
    fs::copy(root().join(accepted), folder.join(accepted))?;
    let status = Command::new(Gate::build()?.command)
        .arg("test")
        .arg(root().join(suite))
        .current_dir(folder)
        .env_remove("CARGO_TARGET_DIR")
        .env("INSTA_UPDATE", "no")
        .output()
        .context("failed to run memgate")?
        .status;
    ensure!(status.code() != Some(2), "the gate broke in {suite}");
    Ok(folder.join("target/memgate"))
}

fn screenshot(browser: &Browser, run: &Path) -> Result<()> {
    let picture = root().join(SCREENSHOT);
    fs::create_dir_all(picture.parent().expect("it lies in a folder"))?;
    browser.run("screenshot.mjs", &[&run.join("report.html"), &picture])?;
    let size = fs::metadata(&picture)?.len();
    ensure!(
        size <= LARGEST_SCREENSHOT,
        "{SCREENSHOT} has {size} bytes, and may have {LARGEST_SCREENSHOT}"
    );
    Ok(())
}

/// Makes the page of a saved report.
fn render(report: &Path, page: &Path, against: Option<&Path>) -> Result<()> {
    let mut command = Command::new(Gate::build()?.command);
    command.arg("report").arg(report);
    command.args(["--format", "html", "-o"]).arg(page);
    if let Some(against) = against {
        command.arg("--against").arg(against);
    }
    run(&mut command).map(drop)
}
