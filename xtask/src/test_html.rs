//! `cargo xtask test-html`: the HTML report in a real browser.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::browser::Browser;
use crate::project::{Gate, cargo, executable, root, scratch};

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
        let renderer = Renderer::build()?;
        renderer.render(&planted, &folder.join("against.html"), Some(&clean))?;
        for name in ["hostile", "large", "wide"] {
            let report = folder.join(name).with_extension("json");
            renderer.render(&report, &report.with_extension("html"), None)?;
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

/// The example that makes pages of saved reports.
struct Renderer(PathBuf);

impl Renderer {
    fn build() -> Result<Renderer> {
        let messages = cargo(&[
            "build",
            "--package",
            "memgate",
            "--example",
            "html",
            "--message-format=json-render-diagnostics",
        ])?;
        let built = messages
            .lines()
            .find_map(|message| executable(message, "example", "html"));
        Ok(Renderer(built.context("cargo named no executable of it")?))
    }

    fn render(&self, report: &Path, page: &Path, against: Option<&Path>) -> Result<()> {
        let output = Command::new(&self.0)
            .args([report, page])
            .args(against)
            .output()
            .context("failed to render a report")?;
        ensure!(
            output.status.success(),
            "failed to render {}: {}",
            report.display(),
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(())
    }
}
