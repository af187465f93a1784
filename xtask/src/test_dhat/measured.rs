//! The gate's side: a suite for each workload, run as a user would.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::Workload;
use super::totals::Totals;
use crate::native::WORKLOADS;
use crate::project::{Gate, root, scratch};

pub(super) fn measure(workloads: &[Workload]) -> Result<Vec<Totals>> {
    let folder = scratch("dhat/memgate")?;
    for workload in workloads {
        let file = folder.join(workload.name).with_extension("yaml");
        fs::write(file, suite(workload))?;
    }
    let report = run(&folder)?;
    let suites = report["suites"].as_array().context("a report has suites")?;
    let read = |workload: &Workload| {
        let suite = suites.iter().find(|suite| suite["name"] == workload.name);
        let scenario = suite.map(|suite| &suite["scenarios"][0]);
        let scenario = scenario.with_context(|| format!("no report on {}", workload.name))?;
        ensure!(
            scenario["fault"].is_null(),
            "{} was not measured: {}",
            workload.name,
            scenario["fault"]
        );
        Totals::of_metrics(&scenario["metrics"])
    };
    workloads.iter().map(read).collect()
}

fn suite(Workload { name, n }: &Workload) -> String {
    let module = root().join(WORKLOADS).join(name).with_extension("wasm");
    let steps = format!("[{{ call: run, args: [{n}] }}]");
    // JSON's strings are YAML's, whatever is in the path.
    let module = Value::from(module.to_string_lossy());
    format!("module: {module}\nscenarios:\n  once: {{ cycles: 1, steps: {steps} }}\n")
}

/// Runs the suites in a folder, and returns the report. Whether the sites were accepted is of no interest here.
fn run(folder: &Path) -> Result<Value> {
    let output = Command::new(Gate::build()?.command)
        .args(["test", "."])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder)
        .output()
        .context("failed to run memgate")?;
    let report = fs::read(folder.join("memgate/report.json")).with_context(|| {
        let said = String::from_utf8_lossy(&output.stderr);
        format!("memgate left no report\n{said}")
    })?;
    Ok(serde_json::from_slice(&report)?)
}
