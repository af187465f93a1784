//! The same programs natively: plain, under heaptrack and under DHAT.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};

use super::figures::{Cost, Spread};
use crate::native::{Compiler, Program, Tool};
use crate::project::scratch;

/// Runs by themselves and under each tool, in turns.
const ROUNDS: usize = 5;

/// What the tools cost, as far as they are installed.
#[derive(Default)]
pub(crate) struct Natives {
    costs: BTreeMap<String, Native>,
    /// A word on each that is not there.
    pub(crate) missing: Vec<String>,
}

/// One workload as a native program.
#[derive(Clone, Copy)]
pub(crate) struct Native {
    pub(crate) seconds: Spread,
    /// With heaptrack over without.
    pub(crate) heaptrack: Option<Spread>,
    /// With DHAT over without.
    pub(crate) dhat: Option<Spread>,
}

impl Natives {
    pub(crate) fn measure(workloads: &[Cost]) -> Result<Natives> {
        let mut natives = Natives::default();
        let Some(compiler) = Compiler::find() else {
            let word = "there is no C compiler: nothing was measured natively".to_string();
            natives.missing.push(word);
            return Ok(natives);
        };
        let tools = natives.installed_tools();
        let folder = scratch("bench")?;
        for workload in workloads {
            if let Some(program) = compiler.build(&workload.name, &folder)? {
                let native = measure(&program, workload.n, &tools)
                    .with_context(|| format!("failed to measure {} natively", workload.name))?;
                natives.costs.insert(workload.name.clone(), native);
            }
        }
        Ok(natives)
    }

    pub(crate) fn of(&self, workload: &str) -> Option<Native> {
        self.costs.get(workload).copied()
    }

    fn installed_tools(&mut self) -> Vec<Tool> {
        let (installed, missing): (Vec<Tool>, Vec<Tool>) = [Tool::Heaptrack, Tool::Dhat]
            .into_iter()
            .partition(|tool| tool.is_installed());
        let word = |tool: Tool| format!("{} is not installed: no figures of it", tool.name());
        self.missing.extend(missing.into_iter().map(word));
        installed
    }
}

fn measure(program: &Program, n: u32, tools: &[Tool]) -> Result<Native> {
    let mut plain_seconds = Vec::new();
    let mut ratios = vec![Vec::new(); tools.len()];
    for _ in 0..ROUNDS {
        let plain = program.run(None, n)?;
        plain_seconds.push(plain.seconds);
        for (tool, ratios) in tools.iter().zip(&mut ratios) {
            let measured = program.run(Some(*tool), n)?;
            ensure!(
                measured.checksum == plain.checksum,
                "it computes something else under {}",
                tool.name()
            );
            ratios.push(measured.seconds / plain.seconds);
        }
    }
    let ratio = |wanted| {
        let index = tools.iter().position(|tool| *tool == wanted)?;
        Some(Spread::of(ratios[index].clone()))
    };
    Ok(Native {
        seconds: Spread::of(plain_seconds),
        heaptrack: ratio(Tool::Heaptrack),
        dhat: ratio(Tool::Dhat),
    })
}
