//! The topics, and their texts: one file each, in a folder for each kind.

use std::collections::BTreeSet;

use anstyle::Style;

use crate::report::text_rows;
use crate::suite::{Metric, Unit};

/// Something that is explained.
pub(super) struct Topic {
    /// The name that it is asked for by.
    name: String,
    text: &'static str,
}

/// A folder of texts.
struct Folder {
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "a test holds it against the folder")
    )]
    name: &'static str,
    /// What is in it, as a list has it.
    title: &'static str,
    /// The names of the files, and what is in them.
    files: &'static [(&'static str, &'static str)],
}

macro_rules! folder {
    ($folder:literal, $title:literal: $($file:literal)*) => {
        Folder {
            name: $folder,
            title: $title,
            files: &[$(($file, include_str!(concat!($folder, "/", $file, ".md")))),*],
        }
    };
}

/// What is between the name of a group of metrics and the name in it.
const GROUP: char = '.';

const METRICS: Folder = folder!("metrics", "Metrics, which thresholds bound":
    "delta" "idle_rate" "idle_churn" "growth" "total" "total_blocks" "peak" "peak_blocks" "end" "end_blocks" "leaked"
    "leaked_blocks" "memory" "memory_growth" "fragmentation" "double_frees" "stranger_frees" "host_retained" "lost" "start"
    "cycles" "settle" "idle" "teardown" "sites" "probes");

const WORDS: Folder = folder!("words", "Words of a failure's text":
    "leak" "unbounded-growth" "bounded-cache" "one-time" "working-set" "churn" "unknown" "definitely-lost" "indirectly-lost"
    "possibly-lost" "still-reachable" "allowed" "exceeded" "expired" "stale" "accepted" "site" "marks" "verdict");

const ERRORS: Folder = folder!("errors", "Errors: why there is no verdict":
    "no-suite" "no-scenario" "suite" "build-failed" "module-unreadable" "module-empty" "module-truncated" "module-too-large"
    "not-wasm" "component" "wasm-version" "module-invalid" "legacy-exceptions" "shared-memory" "no-allocator"
    "named-allocator" "already-instrumented" "code-unreadable" "compile-failed" "engine-failed" "instantiate-failed"
    "unknown-import" "wrong-imports" "unknown-export" "argument-count" "wrong-arguments" "nothing-to-keep" "not-a-command"
    "mark-not-reached" "guest-files" "compiler-sites" "counters-stopped" "probe" "trap" "stack-overflow" "guest-exit"
    "out-of-memory" "timeout" "nothing-allocated" "metric-not-measured" "host-heap-not-counted" "allowance-too-broad"
    "numbers-not-trusted" "snapshot-unwritable" "not-reproducible" "report-unwritable" "report-unreadable");

const FOLDERS: [Folder; 3] = [METRICS, WORDS, ERRORS];

impl Topic {
    /// What goes by that name: a metric of a group is told by its group, and the words of a text may be asked for as they are.
    pub(super) fn find(name: &str) -> Option<Topic> {
        let name = name.trim().to_lowercase();
        let group = name.split(GROUP).next().unwrap_or_default();
        let is_metric = name.parse::<Metric>().is_ok();
        let file = match is_metric {
            true => group.to_string(),
            false => name.replace([' ', '_'], "-"),
        };
        let mut files = FOLDERS.iter().flat_map(|folder| folder.files);
        let is_wanted = |known: &str| known == file || known == name;
        let (known, text) = files.find(|(known, _)| is_wanted(known))?;
        let name = if is_metric { name } else { known.to_string() };
        Some(Topic { name, text })
    }

    /// The text, with its name above it; of a metric, with its unit and its definition as reports have them.
    pub(super) fn page(&self) -> String {
        let Topic { name, text } = self;
        let title = Style::new().bold();
        let mut page = format!("{title}{name}{title:#}\n\n");
        if let Ok(metric) = name.parse::<Metric>() {
            let definition = format!("{} In {}.", metric.definition(), words(metric.unit()));
            for row in text_rows(&definition, 0, 0) {
                page.push_str(&row);
                page.push('\n');
            }
            page.push('\n');
        }
        page + text
    }
}

/// All topics, by their kinds.
pub(super) fn listed() -> String {
    let mut list = String::new();
    let title = Style::new().bold();
    for Folder {
        title: what, files, ..
    } in &FOLDERS
    {
        list.push_str(&format!("{title}{what}{title:#}\n"));
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        for row in text_rows(&names.join(", "), 2, 2) {
            list.push_str(&format!("  {row}\n"));
        }
        list.push('\n');
    }
    list + "`memgate explain NAME` tells of one.\n"
}

/// The topic that was probably meant.
pub(super) fn closest(wanted: &str) -> Option<String> {
    /// Below this share of common letters a suggestion is a guess.
    const SIMILARITY: f32 = 0.6;
    let names: Vec<String> = names().into_iter().collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let close = similar::get_close_matches(wanted.to_lowercase().as_str(), &names, 1, SIMILARITY);
    close.first().map(|name| (*name).to_string())
}

/// All that a topic can be asked for by.
fn names() -> BTreeSet<String> {
    let metrics = Metric::all().map(|metric| metric.name().into_owned());
    let files = FOLDERS.iter().flat_map(|folder| folder.files);
    files
        .map(|(name, _)| (*name).to_string())
        .chain(metrics)
        .collect()
}

fn words(unit: Unit) -> &'static str {
    match unit {
        Unit::Bytes => "bytes",
        Unit::Blocks => "blocks",
        Unit::Frees => "frees",
        Unit::BytesPerSecond => "bytes per second of virtual time",
        Unit::BytesPerCycle => "bytes per cycle",
        Unit::Ratio => "parts of one, from 0 to 1",
        Unit::Count => "whatever it counts",
    }
}

#[cfg(test)]
mod tests;
