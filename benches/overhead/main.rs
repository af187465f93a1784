//! What the instrument costs: `cargo xtask bench` runs this, adds the native tools and prints the table.
//!
//! Each workload is called plain and measured in turns, in one run; what is printed is JSON, one object with all figures.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod memory;
mod paced;
mod plain;
mod rewriting;
mod spread;
mod workload;

use memgate::run::Engine;
use serde_json::{Value, json};

use self::workload::WORKLOADS;

fn main() -> wasmtime::Result<()> {
    let only: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    let wanted = |name: &str| only.is_empty() || only.iter().any(|only| only == name);
    let engine = Engine::new(None)?;
    let mut workloads = Vec::new();
    for workload in WORKLOADS.iter().filter(|workload| wanted(workload.name)) {
        workloads.push(serde_json::to_value(workload.measure(&engine)?)?);
    }
    let others = |name, measure: fn(&Engine) -> wasmtime::Result<Value>| {
        wanted(name).then(|| measure(&engine)).transpose()
    };
    let figures = json!({
        "workloads": workloads,
        "rewriting": others("rewriting", rewriting::measure)?,
        "host_memory": others("memory", memory::measure)?,
    });
    println!("{figures:#}");
    Ok(())
}
