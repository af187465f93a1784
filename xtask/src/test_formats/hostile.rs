//! A report in which everything that a module or a suite may name has a name that means harm.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::Value;

const NAMES: [&str; 12] = [
    "</script><script>document.title='injected';alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"quoted\" & 'quoted' <b>",
    "two\nlines\r\nand\ttabs",
    "\u{1b}[2J\u{9b}31m\u{0}\u{7}",
    "a;b;c 100 5",
    "::error file=a,line=1::planted",
    "\u{202e}backwards\u{ffff}",
    "../../etc/passwd",
    "[root]",
    "]]>-->",
    "",
];

/// Saves that report; its figures are those of the other one.
pub(super) fn of(report: &Path, folder: &Path) -> Result<PathBuf> {
    let mut report: Value = serde_json::from_str(&fs::read_to_string(report)?)?;
    // Longer ones are cut, after which two of them may be alike.
    let long = "ß".repeat(700);
    let mut names = NAMES.into_iter().chain([long.as_str()]).cycle();
    rename(&mut report, &mut names);
    let hostile = folder.join("hostile.json");
    fs::write(&hostile, report.to_string())?;
    Ok(hostile)
}

/// Names stay apart, since what they were is part of what they become.
fn rename<'n>(value: &mut Value, names: &mut impl Iterator<Item = &'n str>) {
    match value {
        Value::Object(fields) => {
            let is_measure = fields.contains_key("judged") || fields.contains_key("time_ns");
            for (key, value) in fields {
                match (key.as_str(), value.as_str()) {
                    ("name" | "function" | "file" | "module" | "words", Some(text))
                        if !is_measure =>
                    {
                        *value = format!("{}{text}", names.next().unwrap_or_default()).into();
                    }
                    _ => rename(value, names),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| rename(value, names)),
        _ => {}
    }
}
