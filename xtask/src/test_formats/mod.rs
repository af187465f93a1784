//! `cargo xtask test-formats`: each form that reports take, opened by the program that it is for.
//!
//! The planted leaks are run, since they have findings, and written in every form: as they are, and once more with names that
//! mean harm. What the programs read is compared with the report.

mod dhat_viewer;
mod hostile;
mod readers;
mod sums;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::{Value, json};

use self::readers::Readers;
use crate::browser::Browser;
use crate::packages::run;
use crate::project::{Gate, root, scratch};

/// Open each form of a report with the program that it is for: valgrind's viewer, pprof, speedscope, a browser, validators.
#[derive(Args)]
pub(crate) struct TestFormats {}

/// The forms, each with how its files are named.
const FORMS: [(&str, &str); 9] = [
    ("json", ".json"),
    ("dhat", ".dhat.json"),
    ("pprof", ".pb.gz"),
    ("speedscope", ".speedscope.json"),
    ("folded", ".folded"),
    ("svg", ".svg"),
    ("sarif", ".sarif"),
    ("bencher", ".bencher.json"),
    ("benchmark-action", ".benchmark.json"),
];

impl TestFormats {
    pub(crate) fn run(self) -> Result<()> {
        let readers = Readers::ready()?;
        let browser = Browser::ready()?;
        let folder = scratch("formats")?;
        let memgate = Gate::build()?.command;
        let planted = planted(&memgate, &folder)?;
        let hostile = hostile::of(&planted, &folder)?;
        for (name, report) in [("planted", planted), ("hostile", hostile)] {
            let written = folder.join(name);
            write_all(&memgate, &report, &written)?;
            let report: Value = serde_json::from_str(&fs::read_to_string(&report)?)?;
            let expected = sums::of(&report);
            readers.read(&written, &report, &expected)?;
            let job = written.join("job.json");
            let job_text = json!({
                "folder": written,
                "dhatViewer": dhat_viewer::find()?,
                "speedscope": readers.speedscope(),
                "scenarios": expected,
            });
            fs::write(&job, job_text.to_string())?;
            browser.run("formats.mjs", &[&job])?;
        }
        Ok(())
    }
}

/// The report of a run of the planted leaks.
fn planted(memgate: &Path, folder: &Path) -> Result<PathBuf> {
    let output = Command::new(memgate)
        .args(["test", "tests/planted/suites"])
        .current_dir(root())
        .env("CARGO_TARGET_DIR", folder)
        .env("INSTA_UPDATE", "no")
        .env_remove("NEXTEST_RUN_ID")
        .output()
        .context("failed to start memgate")?;
    ensure!(
        output.status.code() == Some(1),
        "the planted leaks are found: {}",
        String::from_utf8_lossy(&output.stdout)
    );
    Ok(folder.join("memgate/report.json"))
}

/// In every form, into a folder, as people write them.
fn write_all(memgate: &Path, report: &Path, folder: &Path) -> Result<()> {
    for (form, _) in FORMS {
        run(Command::new(memgate)
            .arg("report")
            .arg(report)
            .args(["--format", form, "--weight", "end", "--output"])
            // It ends in a slash, since it is not there yet.
            .arg(folder.join("")))?;
    }
    Ok(())
}
