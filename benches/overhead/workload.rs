//! The workloads, and what one of them costs when it is measured.

use std::path::Path;
use std::time::Duration;

use memgate::instrument::instrument;
use memgate::module::Module;
use memgate::run::{self, Ending, Engine};
use memgate::suite::{Argument, Call, Limits, Scenario, Step};
use serde::Serialize;

use crate::paced::Paced;
use crate::plain::Plain;
use crate::spread::Spread;

/// Pairs of calls, plain and measured.
const ROUNDS: u32 = 25;

/// A program in `benches/workloads`, and how much of it is one call: some tens of milliseconds.
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    pub(crate) n: u32,
}

#[rustfmt::skip]
pub(crate) const WORKLOADS: [Workload; 8] = [
    Workload { name: "malloc", n: 500_000 },
    Workload { name: "trees", n: 150 },
    Workload { name: "json", n: 150 },
    Workload { name: "queens", n: 20 },
    Workload { name: "lru", n: 500_000 },
    Workload { name: "strings", n: 1500 },
    Workload { name: "interpreter", n: 22 },
    Workload { name: "sha256", n: 3 },
];

/// What a workload costs.
#[derive(Debug, Serialize)]
pub(crate) struct Cost {
    name: &'static str,
    /// How much of it is one call.
    n: u32,
    plain_seconds: Spread,
    measured_over_plain: Spread,
    /// Of one call.
    events: u64,
    contexts: u64,
    /// Of one call.
    log_bytes: u64,
    /// Events beyond the plain call's own time.
    nanoseconds_per_event: f64,
}

impl Workload {
    pub(crate) fn module(&self) -> wasmtime::Result<Module> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("benches/workloads")
            .join(self.name)
            .with_extension("wasm");
        Ok(Module::load(&path)?)
    }

    pub(crate) fn measure(&self, engine: &Engine) -> wasmtime::Result<Cost> {
        let module = self.module()?;
        let plain = Plain::start(engine, &module)?;
        let compiled = engine.compile(self.name, instrument(&module)?)?;
        let paced = Paced::new(plain, self.n);
        let outcome = run::run(
            engine,
            &compiled,
            &scenario(self.name, self.n, 1, ROUNDS),
            paced,
        )?;
        assert_eq!(outcome.ending, Ending::Completed, "{}", self.name);
        Ok(self.cost(outcome.observer))
    }

    fn cost(&self, paced: Paced) -> Cost {
        let calls = u64::from(ROUNDS + 1);
        let diagnostics = paced.fold.into_inner().finish().diagnostics;
        let ratios = paced
            .cycles
            .iter()
            .map(|(plain, measured)| measured / plain);
        let plain = Spread::of(paced.cycles.iter().map(|(plain, _)| *plain).collect());
        let measured_over_plain = Spread::of(ratios.collect());
        let events = diagnostics.events / calls;
        Cost {
            name: self.name,
            n: self.n,
            plain_seconds: plain,
            measured_over_plain,
            events,
            contexts: paced.log.contexts,
            log_bytes: paced.log_bytes / calls,
            nanoseconds_per_event: (measured_over_plain.median - 1.0) * plain.median * 1e9
                / events as f64,
        }
    }
}

/// Calls `run(n)` again and again.
pub(crate) fn scenario(name: &str, n: u32, warmup: u32, cycles: u32) -> Scenario {
    let call = Call {
        export: "run".into(),
        args: vec![Argument::Integer(n.into())],
        keep: None,
    };
    Scenario {
        warmup,
        cycles,
        limits: Limits {
            timeout: Duration::from_secs(600),
            ..Limits::default()
        },
        ..Scenario::of_steps(name, vec![Step::Call(call)])
    }
}
