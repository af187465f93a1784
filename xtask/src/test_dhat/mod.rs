//! `cargo xtask test-dhat`: the same programs under memgate and natively under DHAT, which must count the same.

#![expect(clippy::print_stdout, reason = "the command's output")]

mod measured;
mod totals;

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;

use self::totals::Totals;
use crate::native::{Compiler, Tool};
use crate::project::scratch;

/// A workload, and how much of it is done: what DHAT is through with at once.
struct Workload {
    name: &'static str,
    n: u32,
}

/// Those whose blocks are of the same size for every machine.
const COMPARED: [Workload; 4] = [
    Workload {
        name: "malloc",
        n: 50_000,
    },
    Workload {
        name: "queens",
        n: 2,
    },
    Workload {
        name: "interpreter",
        n: 15,
    },
    Workload {
        name: "sha256",
        n: 1,
    },
];

/// Those whose blocks hold pointers, which are half as wide in WebAssembly.
const OF_ANOTHER_SIZE: [&str; 3] = ["trees", "json", "lru"];

/// Compare memgate's totals with those of valgrind's DHAT: 0 equal, 1 not
#[derive(Args)]
pub(crate) struct TestDhat {}

impl TestDhat {
    pub(crate) fn run(&self) -> Result<ExitCode> {
        if !Tool::Dhat.is_installed() {
            println!("skipped: valgrind is not installed");
            return Ok(ExitCode::SUCCESS);
        }
        let Some(compiler) = Compiler::find() else {
            println!("skipped: there is no C compiler");
            return Ok(ExitCode::SUCCESS);
        };
        let counted = count_natively(&compiler)?;
        let measured = measured::measure(&COMPARED)?;
        let mut differing = 0;
        for ((workload, counted), measured) in COMPARED.iter().zip(counted).zip(measured) {
            println!("{}", verdict(workload.name, &counted, &measured));
            differing += usize::from(counted != measured);
        }
        let others = OF_ANOTHER_SIZE.join(", ");
        println!(
            "not compared: {others}, whose blocks hold pointers, which are narrower in WebAssembly"
        );
        Ok(ExitCode::from(u8::from(differing > 0)))
    }
}

fn count_natively(compiler: &Compiler) -> Result<Vec<Totals>> {
    let folder = scratch("dhat/native")?;
    let count = |workload: &Workload| {
        let program = compiler
            .build(workload.name, &folder)?
            .context("it is not written in C")?;
        Totals::of_dhat(&program.run(Some(Tool::Dhat), workload.n)?.errors)
    };
    let count = |workload: &Workload| {
        count(workload).with_context(|| format!("failed to count {} by DHAT", workload.name))
    };
    COMPARED.iter().map(count).collect()
}

fn verdict(workload: &str, dhat: &Totals, memgate: &Totals) -> String {
    if dhat == memgate {
        format!("{workload}: equal, {memgate}")
    } else {
        format!("{workload}: DIFFERENT\n  DHAT     {dhat}\n  memgate  {memgate}")
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::native::WORKLOADS;
    use crate::project::root;

    #[test]
    fn every_workload_is_compared_or_said_not_to_be() {
        let mut named: Vec<&str> = COMPARED.iter().map(|workload| workload.name).collect();
        named.extend(OF_ANOTHER_SIZE);
        named.sort();
        let folder = fs::read_dir(root().join(WORKLOADS)).expect("the workloads are there");
        let mut written: Vec<String> = folder
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter_map(|file| Some(file.strip_suffix(".c")?.to_string()))
            .filter(|name| name != "native")
            .collect();
        written.sort();
        assert_eq!(named, written);
    }

    #[test]
    fn totals_that_differ_are_told_beside_each_other() {
        let totals = |total| Totals {
            total,
            ..Totals::default()
        };
        assert_eq!(
            verdict("malloc", &totals(3), &totals(2)),
            "malloc: DIFFERENT\n\
            \x20 DHAT     3 bytes in 0 blocks, peak 0 in 0, end 0 in 0\n\
            \x20 memgate  2 bytes in 0 blocks, peak 0 in 0, end 0 in 0"
        );
    }
}
