//! `cargo xtask test-tools`: a crate of somebody else's, and the runners that people have.
//!
//! A scratch crate depends on memgate by path and gates a guest. It is met through `cargo test`, `cargo nextest` and
//! `cargo insta`, whose trials, exit codes and pending snapshots must be those that the README promises.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::packages;
use crate::project::Gate;

/// Meet the gate through cargo test, cargo nextest and cargo insta.
#[derive(Args)]
pub(crate) struct TestTools {}

impl TestTools {
    pub(crate) fn run(self) -> Result<()> {
        let scratch = Scratch::new()?;
        scratch.nothing_is_accepted_yet()?;
        scratch.insta_lists_and_accepts()?;
        scratch.nextest_runs_the_same_trials()?;
        scratch.nextest_takes_results_of_earlier_runs()?;
        let command = Gate::build()?.command;
        scratch.shards_leave_the_report_of_one_machine(&command)?;
        scratch.an_archive_runs_in_another_checkout()?;
        scratch.a_leak_is_red_in_every_runner()?;
        scratch.nextest_writes_junit()?;
        Ok(())
    }
}

/// The crate, in a folder of its own below `target/`, so that what was built is used again.
struct Scratch {
    root: PathBuf,
    folder: PathBuf,
}

const TRIALS: [&str; 2] = ["leak-o2::at-once", "leak-o2::hundred"];

impl Scratch {
    fn new() -> Result<Scratch> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("..")
            .canonicalize()?;
        let folder = root.join("target/scratch");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(folder.join("tests"))?;
        fs::create_dir_all(folder.join("suites"))?;
        fs::create_dir_all(folder.join("src"))?;
        let scratch = Scratch { root, folder };
        scratch.write("Cargo.toml", &scratch.manifest()?)?;
        scratch.write("src/lib.rs", "")?;
        scratch.write(
            "tests/memory.rs",
            "fn main() -> std::process::ExitCode {\n    memgate::harness()\n}\n",
        )?;
        fs::copy(
            scratch.root.join("Cargo.lock"),
            scratch.folder.join("Cargo.lock"),
        )?;
        scratch.guest("clean-o2")?;
        Ok(scratch)
    }

    /// With the profiles of this workspace, and with its dependencies for tests, which widen the features of others: so wasmtime
    /// is the one that is built already.
    fn manifest(&self) -> Result<String> {
        let own = fs::read_to_string(self.root.join("Cargo.toml"))?;
        let profiles = own.find("[profile.").map_or("", |start| &own[start..]);
        let for_tests = own.split("[dev-dependencies]\n").nth(1);
        let for_tests = for_tests.and_then(|rest| rest.split("\n[").next());
        let for_tests = for_tests.context("this workspace has dependencies for tests")?;
        let memgate = self.root.display().to_string().replace('\\', "/");
        Ok(format!(
            "[workspace]\n\n[package]\nname = \"scratch\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dev-dependencies]\nmemgate = {{ path = \"{memgate}\" }}\n{for_tests}\n\
             [[test]]\nname = \"memory\"\nharness = false\n\n{profiles}"
        ))
    }

    /// Gates one of the two twins: a clean guest and one that leaks, of one name.
    fn guest(&self, name: &str) -> Result<()> {
        fs::copy(
            self.root.join(format!("guests/leak/{name}.wasm")),
            self.folder.join("guest.wasm"),
        )?;
        let suite = fs::read_to_string(self.root.join("suites/leak-o2.yaml"))?;
        self.write(
            "suites/leak-o2.yaml",
            &suite.replace("../guests/leak/clean-o2.wasm", "../guest.wasm"),
        )
    }

    fn nothing_is_accepted_yet(&self) -> Result<()> {
        let output = self.cargo(&["test", "--test", "memory"])?;
        expect(
            &output,
            false,
            &["has no accepted sites yet", "cargo insta review"],
        )?;
        ensure!(
            self.folder
                .join("snapshots/leak-o2__hundred.snap.new")
                .exists(),
            "no pending snapshot was left"
        );
        Ok(())
    }

    fn insta_lists_and_accepts(&self) -> Result<()> {
        let pending = self.cargo(&["insta", "pending-snapshots"])?;
        expect(
            &pending,
            true,
            &["leak-o2__at-once.snap", "leak-o2__hundred.snap"],
        )?;
        expect(&self.cargo(&["insta", "accept"])?, true, &[])?;
        expect(
            &self.cargo(&["test", "--test", "memory"])?,
            true,
            &["2 passed"],
        )?;
        expect(
            &self.cargo(&["insta", "test", "--test", "memory"])?,
            true,
            &[],
        )
    }

    fn nextest_runs_the_same_trials(&self) -> Result<()> {
        expect(&self.cargo(&["nextest", "list"])?, true, &TRIALS)?;
        expect(
            &self.cargo(&["nextest", "run"])?,
            true,
            &["2 tests run: 2 passed"],
        )?;
        let report = fs::read_to_string(self.report())?;
        let names = ["\"at-once\"", "\"hundred\""];
        ensure!(
            names.iter().all(|name| report.contains(name)),
            "one report holds the trials of all processes"
        );
        Ok(())
    }

    fn nextest_takes_results_of_earlier_runs(&self) -> Result<()> {
        fs::remove_dir_all(self.root.join("target/memgate/reuse")).or_else(unless_missing)?;
        for told in ["reused 0 of 1 results", "reused 1 of 1 results"] {
            let arguments = ["nextest", "run", "--success-output", "immediate"];
            let output = self
                .command(&arguments)
                .env("MEMGATE_REUSE", "1")
                .output()?;
            expect(&output, true, &["2 tests run: 2 passed", told])?;
        }
        Ok(())
    }

    /// Some of seven shards have nothing to run, and leave no report.
    fn shards_leave_the_report_of_one_machine(&self, command: &Path) -> Result<()> {
        expect(&self.cargo(&["nextest", "run"])?, true, &[])?;
        let whole = fs::read(self.report())?;
        for (kind, count) in [("slice", 2), ("hash", 2), ("slice", 7)] {
            let mut reports = Vec::new();
            for number in 1..=count {
                fs::remove_file(self.report()).or_else(unless_missing)?;
                let partition = format!("{kind}:{number}/{count}");
                let arguments = ["nextest", "run", "--no-tests", "pass", "--partition"];
                let output = self.cargo(&[&arguments[..], &[&partition]].concat())?;
                expect(&output, true, &[])?;
                if self.report().exists() {
                    let shard = self.folder.join(format!("shard-{number}.json"));
                    fs::rename(self.report(), &shard)?;
                    reports.push(shard);
                }
            }
            reports.reverse();
            let merged = self.folder.join("merged.json");
            let output = Command::new(command)
                .args(["report", "merge"])
                .args(&reports)
                .arg("-o")
                .arg(&merged)
                .output()?;
            expect(&output, true, &["2 scenarios of"])?;
            ensure!(
                fs::read(&merged)? == whole,
                "{count} shards by {kind} leave another report than one machine"
            );
        }
        Ok(())
    }

    /// What one machine built is run by another, where the checkout lies elsewhere and nothing is built.
    fn an_archive_runs_in_another_checkout(&self) -> Result<()> {
        let whole = {
            expect(&self.cargo(&["nextest", "run"])?, true, &[])?;
            fs::read(self.report())?
        };
        let archive = self.root.join("target/scratch.tar.zst");
        let file = archive.display().to_string();
        expect(
            &self.cargo(&["nextest", "archive", "--archive-file", &file])?,
            true,
            &[],
        )?;
        let elsewhere = self.root.join("target/scratch-elsewhere");
        fs::remove_dir_all(&elsewhere).or_else(unless_missing)?;
        // Whoever looks for the folder in which it was built finds nothing.
        fs::rename(&self.folder, &elsewhere)?;
        let remap = elsewhere.display().to_string();
        let run = self
            .command(&[
                "nextest",
                "run",
                "--archive-file",
                &file,
                "--workspace-remap",
                &remap,
            ])
            .current_dir(&elsewhere)
            .env_remove("CARGO_TARGET_DIR")
            .env("INSTA_WORKSPACE_ROOT", &elsewhere)
            .output();
        let report = fs::read(elsewhere.join("target/memgate/report.json"));
        fs::rename(&elsewhere, &self.folder)?;
        expect(&run?, true, &["2 tests run: 2 passed"])?;
        ensure!(
            report.context("no report lies in the other checkout")? == whole,
            "the other checkout leaves another report"
        );
        Ok(())
    }

    /// Where the test binary leaves it: beside what cargo built.
    fn report(&self) -> PathBuf {
        self.root.join("target/memgate/report.json")
    }

    /// Thresholds fail by themselves, whatever becomes of the snapshots.
    fn a_leak_is_red_in_every_runner(&self) -> Result<()> {
        self.guest("leak-o2")?;
        let red = [
            "grew by 500 KB where nothing may stay",
            "leak_one  guests/leak/leak.c:10",
        ];
        expect(&self.cargo(&["test", "--test", "memory"])?, false, &red)?;
        expect(&self.cargo(&["nextest", "run"])?, false, &red)?;
        expect(
            &self.cargo(&["insta", "test", "--test", "memory"])?,
            false,
            &red,
        )?;
        expect(&self.cargo(&["insta", "reject"])?, true, &[])
    }

    /// With the profile that book/src/reference/formats.md shows; the leaking guest is still there.
    fn nextest_writes_junit(&self) -> Result<()> {
        let page = fs::read_to_string(self.root.join("book/src/reference/formats.md"))?;
        let profile = page
            .split_once("```toml\n")
            .and_then(|(_, rest)| rest.split_once("```"));
        let (profile, _) = profile.context("book/src/reference/formats.md shows no profile")?;
        fs::create_dir_all(self.folder.join(".config"))?;
        self.write(".config/nextest.toml", profile)?;
        let run = self.cargo(&["nextest", "run", "--profile", "ci"])?;
        expect(&run, false, &["2 tests run: 0 passed, 2 failed"])?;
        let programs = packages::python("junit-tools", &["junitparser==5.0.3"])?;
        let read = "import sys, junitparser\n\
                    for suite in junitparser.JUnitXml.fromfile(sys.argv[1]):\n \
                    for case in suite: print(case.name, len(case.result), case.system_out)\n";
        let python = Command::new(programs.join("python"))
            .args(["-c", read])
            .arg(self.folder.join("target/nextest/ci/junit.xml"))
            .output()?;
        let failure = "leak-o2::hundred grew by 500 KB where nothing may stay";
        let cases = TRIALS.map(|trial| format!("{trial} 1 "));
        expect(&python, true, &[cases[0].as_str(), &cases[1], failure])
    }

    fn cargo(&self, arguments: &[&str]) -> Result<Output> {
        self.command(arguments)
            .output()
            .with_context(|| format!("failed to run cargo {}", arguments.join(" ")))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("cargo");
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.root.join("target"))
            // As at home, and not as on a continuous integration server, where insta leaves no pending snapshots.
            .env_remove("CI")
            .env_remove("MEMGATE_COMMAND")
            .env_remove("MEMGATE_REUSE")
            .env_remove("INSTA_UPDATE");
        command
    }

    fn write(&self, name: &str, text: &str) -> Result<()> {
        Ok(fs::write(self.folder.join(name), text)?)
    }
}

fn unless_missing(error: io::Error) -> io::Result<()> {
    match error.kind() {
        io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    }
}

fn expect(output: &Output, success: bool, words: &[&str]) -> Result<()> {
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    ensure!(
        output.status.success() == success,
        "{} was not to be expected:\n{said}",
        output.status
    );
    for word in words {
        ensure!(
            said.contains(word),
            "`{word}` is not in what was said:\n{said}"
        );
    }
    Ok(())
}
