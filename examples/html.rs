//! Makes the HTML report of a saved run, with another run beside it: `html REPORT OUT [AGAINST]`.

use std::path::PathBuf;

use anyhow::{Context, Result};
use memgate::report;

fn main() -> Result<()> {
    let mut paths = std::env::args_os().skip(1).map(PathBuf::from);
    let usage = "usage: html REPORT OUT [AGAINST]";
    let run = report::load(&paths.next().context(usage)?)?;
    let out = paths.next().context(usage)?;
    let against = paths.next().map(|path| report::load(&path)).transpose()?;
    std::fs::write(&out, report::html::page(&run, against.as_ref()))
        .with_context(|| format!("failed to write {}", out.display()))
}
