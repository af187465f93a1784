//! The module as it ships, under the same engine as the measured one.

use memgate::module::Module;
use memgate::run::Engine;
use wasmtime::error::Context;
use wasmtime::{Instance, Store, TypedFunc};

/// An instance of a workload that nobody measures.
pub(crate) struct Plain {
    store: Store<()>,
    run: TypedFunc<u32, u32>,
}

impl Plain {
    pub(crate) fn start(engine: &Engine, module: &Module) -> wasmtime::Result<Plain> {
        let engine = engine.as_wasmtime();
        let compiled = wasmtime::Module::new(engine, module.bytes())?;
        let mut store = Store::new(engine, ());
        // No clock ticks here, and the measured guest's is ticked by nobody but its own time limit.
        store.set_epoch_deadline(u64::MAX / 2);
        let instance =
            Instance::new(&mut store, &compiled, &[]).context("workloads import nothing")?;
        if let Ok(initialize) = instance.get_typed_func::<(), ()>(&mut store, "_initialize") {
            initialize.call(&mut store, ())?;
        }
        let run = instance.get_typed_func(&mut store, "run")?;
        Ok(Plain { store, run })
    }

    pub(crate) fn run(&mut self, n: u32) -> wasmtime::Result<u32> {
        self.run.call(&mut self.store, n)
    }
}
