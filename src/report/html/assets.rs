//! The scripts and styles that are in every page, and the policy that admits them.

use std::sync::LazyLock;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

const DOCUMENT: &str = include_str!("page.html");

/// A chart library, whole and by version; `cargo xtask vendor` fetched it. Its licence goes where it goes.
const CHART: &str = include_str!("vendor/uPlot-1.6.32/uPlot.iife.min.js");
const CHART_LICENSE: &str = include_str!("vendor/uPlot-1.6.32/LICENSE");
const CHART_STYLE: &str = include_str!("vendor/uPlot-1.6.32/uPlot.min.css");
const STYLE: &str = include_str!("style.css");

/// The modules of the script, each after those that it imports from when the page begins.
const MODULES: [&str; 18] = [
    include_str!("dom.js"),
    include_str!("format.js"),
    include_str!("data.js"),
    include_str!("theme.js"),
    include_str!("drawings.js"),
    include_str!("stack.js"),
    include_str!("tree.js"),
    include_str!("icicle.js"),
    include_str!("table.js"),
    include_str!("chart.js"),
    include_str!("site.js"),
    include_str!("sites.js"),
    include_str!("changes.js"),
    include_str!("thresholds.js"),
    include_str!("holders.js"),
    include_str!("scenario.js"),
    include_str!("overview.js"),
    include_str!("main.js"),
];

/// The page but for its data, which goes between the two.
static SHELL: LazyLock<(String, String)> = LazyLock::new(shell);

/// The whole document around the elements that hold its data.
pub(super) fn document(data: &str) -> String {
    let (before, after) = &*SHELL;
    [before, data, after].concat()
}

fn shell() -> (String, String) {
    let style = [CHART_STYLE, STYLE].concat();
    let script = script();
    let policy = format!(
        "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'",
        source(&script),
        source(&style)
    );
    let filled = DOCUMENT
        .replace("{{policy}}", &policy)
        .replace("{{style}}", &style)
        .replace("{{script}}", &script);
    let (before, after) = filled
        .split_once("{{data}}")
        .expect("the document has a place for data");
    (before.to_string(), after.to_string())
}

/// An element's text, as a policy names it.
fn source(text: &str) -> String {
    format!(
        "'sha256-{}'",
        BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()))
    )
}

/// One script of all modules: a page from a disk cannot import. Their names differ, so that they can share a scope.
pub(super) fn script() -> String {
    let mut script = format!("/*\n{CHART_LICENSE}*/\n{CHART}");
    for line in MODULES.iter().flat_map(|module| module.lines()) {
        if line.starts_with("import ") {
            continue;
        }
        script.push('\n');
        script.push_str(line.strip_prefix("export ").unwrap_or(line));
    }
    script
}
