//! Every block of YAML is a suite that loads, a part of one, or a workflow.

use std::fs;
use std::path::Path;

use libtest_mimic::Failed;
use memgate::suite;
use serde_yaml::{Mapping, Value};

use super::no_complaints;
use super::page::{Fence, Page};

/// Where a part of a scenario stands.
const AROUND_A_PART: &str =
    "module: ../app.wasm\nscenarios:\n  work:\n    cycles: 20\n    steps: [{ call: work }]\n";

pub(super) fn load_all(pages: &[Page]) -> Result<(), Failed> {
    let suites = pages.iter().flat_map(Page::fences);
    let suites = suites.filter(|fence| fence.language == "yaml");
    assert!(suites.count() > 10, "the book has suites");
    load_each(pages)
}

pub(super) fn load_each(pages: &[Page]) -> Result<(), Failed> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut complaints = Vec::new();
    for page in pages {
        for fence in page.fences().filter(|fence| fence.language == "yaml") {
            if let Err(complaint) = load(&fence, folder.path()) {
                complaints.push(format!("{}:{}: {complaint}", page.name(), fence.start + 1));
            }
        }
    }
    no_complaints(complaints)
}

fn load(fence: &Fence<'_>, folder: &Path) -> Result<(), String> {
    let text = fence.text();
    let parsed: Value = serde_yaml::from_str(&text).map_err(|error| error.to_string())?;
    let keys = match &parsed {
        // Comments only, for the top of a suite.
        Value::Null => return Ok(()),
        Value::Mapping(keys) => keys,
        // Steps of a workflow.
        Value::Sequence(steps)
            if steps
                .iter()
                .all(|step| step.get("uses").or(step.get("run")).is_some()) =>
        {
            return Ok(());
        }
        _ => return Err("it is no mapping".into()),
    };
    let suite = match () {
        () if keys.contains_key("scenarios") => text,
        // GitHub's; checked against its schema by .ci/run.
        () if keys.contains_key("jobs") || keys.contains_key("uses") => return Ok(()),
        () => around(&text, keys),
    };
    let path = folder.join("suite.yaml");
    fs::write(&path, &suite).expect("the folder is there");
    let named = |errors: suite::SuiteErrors| format!("{errors}\n\nin\n\n{suite}");
    suite::load(&path).map(drop).map_err(named)
}

/// A suite around a part of one: keys of a scenario, as deep as they stand there, or keys of the suite.
fn around(part: &str, keys: &Mapping) -> String {
    let is_of_a_suite = [
        "allocators",
        "build",
        "imports",
        "module",
        "probes",
        "sites",
    ];
    let named = |key: &&str| keys.contains_key(*key);
    if is_of_a_suite.iter().any(named) {
        let has_module = named(&"module") || named(&"build");
        let module = if has_module {
            ""
        } else {
            "module: ../app.wasm\n"
        };
        let scenarios = AROUND_A_PART.trim_start_matches("module: ../app.wasm\n");
        return format!("{module}{part}{scenarios}");
    }
    let is_deep = part
        .lines()
        .all(|line| line.is_empty() || line.starts_with("    "));
    let indent = if is_deep { "" } else { "    " };
    let part: String = part
        .lines()
        .map(|line| format!("{indent}{line}\n"))
        .collect();
    // What the part says itself is not said around it, nor what a command does not have.
    let is_command = part.contains("- run:");
    let around: String = AROUND_A_PART
        .lines()
        .chain(["    idle: { period: 1min }"])
        .filter(|line| {
            let key = line.trim_start().split(':').next().unwrap_or_default();
            let is_of_a_story = matches!(key, "cycles" | "idle");
            !line.starts_with("    ") || !(keys.contains_key(key) || is_command && is_of_a_story)
        })
        .map(|line| format!("{line}\n"))
        .collect();
    format!("{around}{part}")
}
