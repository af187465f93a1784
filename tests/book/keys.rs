//! The reference leaves nothing out: what it must name is taken from the schema, the sources and the command itself.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use libtest_mimic::Failed;
use memgate::report::{Format, Weight};
use serde_json::Value;

use super::page::Page;
use super::{no_complaints, root};

/// Every key of suites is in the YAML of the suite reference.
pub(super) fn of_suites() -> Result<(), Failed> {
    let page = reference("suite");
    let shown: String = page
        .fences()
        .filter(|fence| fence.language == "yaml")
        .map(|fence| fence.text())
        .collect();
    let mut keys = BTreeSet::new();
    find_properties(&schema(), &mut keys);
    assert!(keys.len() > 50, "the schema has properties");
    all_named(&keys, "reference/suite.md", |key| {
        shown.contains(&format!("{key}:"))
    })
}

/// Every metric of thresholds is in the table of metrics.
pub(super) fn of_thresholds() -> Result<(), Failed> {
    let page = reference("metrics").lines.join("\n");
    let mut keys = BTreeSet::new();
    find_properties(&schema()["definitions"]["Thresholds"], &mut keys);
    assert!(keys.len() > 10, "thresholds have properties");
    all_named(&keys, "reference/metrics.md", |key| {
        page.contains(&format!("`{key}"))
    })
}

/// Every form of a report, and everything that its sites are weighed by, is in a table.
pub(super) fn of_formats() -> Result<(), Failed> {
    let page = reference("formats").lines.join("\n");
    let formats = Format::ALL.map(|format| format.name().to_string());
    let weights = Weight::ALL.map(|weight| weight.name().to_string());
    let names = formats.into_iter().chain(weights).collect();
    all_named(&names, "reference/formats.md", |name| {
        page.contains(&format!("\n| `{name}` |"))
    })
}

/// Every input and output of the action is told.
pub(super) fn of_action() -> Result<(), Failed> {
    let page = Page::read(&root().join("book/src/how-to/ci.md"))
        .lines
        .join("\n");
    let action = fs::read_to_string(root().join("action.yml"))?;
    let action: serde_yaml::Value = serde_yaml::from_str(&action)?;
    let keys = ["inputs", "outputs"].map(|part| action[part].as_mapping().expect("it has some"));
    let keys = keys.into_iter().flat_map(|part| part.keys());
    let names = keys.filter_map(|key| key.as_str().map(str::to_string));
    all_named(&names.collect(), "how-to/ci.md", |name| {
        page.contains(&format!("`{name}`"))
    })
}

/// Every variable of memgate's own is told.
pub(super) fn of_environment() -> Result<(), Failed> {
    let page = reference("environment").lines.join("\n");
    let mut names = BTreeSet::new();
    find_variables(&root().join("src"), &mut names);
    assert!(!names.is_empty(), "there are variables");
    all_named(&names, "reference/environment.md", |name| {
        page.contains(&format!("`{name}`"))
    })
}

/// Every subcommand's help is played.
pub(super) fn of_commands() -> Result<(), Failed> {
    let page = reference("command-line").lines.join("\n");
    let output = Command::new(env!("CARGO_BIN_EXE_memgate"))
        .arg("--help")
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let listed = said.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands: BTreeSet<String> = listed
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
        .map(str::to_string)
        .collect();
    assert!(commands.contains("test"), "{said}");
    all_named(&commands, "reference/command-line.md", |command| {
        page.contains(&format!("$ memgate {command} --help\n"))
    })
}

fn all_named(
    names: &BTreeSet<String>,
    page: &str,
    is_named: impl Fn(&str) -> bool,
) -> Result<(), Failed> {
    let missing = names.iter().filter(|name| !is_named(name));
    no_complaints(
        missing
            .map(|name| format!("{page} does not name {name}"))
            .collect(),
    )
}

fn reference(name: &str) -> Page {
    Page::read(&root().join(format!("book/src/reference/{name}.md")))
}

fn schema() -> Value {
    let schema = fs::read(root().join("suite.schema.json")).expect("it is there");
    serde_json::from_slice(&schema).expect("it is JSON")
}

fn find_properties(schema: &Value, keys: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::Object(properties)) = map.get("properties") {
                keys.extend(properties.keys().cloned());
            }
            map.values().for_each(|value| find_properties(value, keys));
        }
        Value::Array(values) => values.iter().for_each(|value| find_properties(value, keys)),
        _ => {}
    }
}

/// Words such as `"MEMGATE_TODAY"` in what ships.
fn find_variables(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("the sources are there") {
        let path = entry.expect("they can be read").path();
        // What is in there are tests.
        if path.ends_with("src/proof") {
            continue;
        }
        if path.is_dir() {
            find_variables(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("sources are text");
            let quoted = text.split('"').filter(|word| {
                word.strip_prefix("MEMGATE_").is_some_and(|rest| {
                    rest.bytes()
                        .all(|letter| letter.is_ascii_uppercase() || letter == b'_')
                })
            });
            names.extend(quoted.map(str::to_string));
        }
    }
}
