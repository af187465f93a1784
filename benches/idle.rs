//! What idle time costs: `cargo bench --profile dev --bench idle` (or without the profile, which builds wasmtime once more).
//!
//! An idle hour at 60 Hz is told to the guest `tick`, whose `on_frame` does next to nothing, and the same calls are made to the
//! plain module under wasmtime. The two take turns in one run; the difference is what a tick costs besides the guest's own code.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::path::Path;
use std::time::{Duration, Instant};

use memgate::heap::Fold;
use memgate::instrument::instrument;
use memgate::module::Module;
use memgate::run::{self, Compiled, Engine};
use memgate::suite::{Call, Idle, Limits, Scenario, Tick};
use wasmtime::error::Context;

const ROUNDS: usize = 15;
const HOUR: Duration = Duration::from_secs(3600);
const FRAME: Duration = Duration::from_millis(16);
const FRAMES: u32 = (HOUR.as_millis() / FRAME.as_millis()) as u32;

fn main() -> wasmtime::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("guests/tick/tick.wasm");
    let engine = Engine::new(None)?;
    let compiled = engine.compile("tick", instrument(&Module::load(&path)?)?)?;
    let (ticking, silent) = (scenario(Some(FRAME)), scenario(None));
    let mut plain = Plain::load(&path)?;

    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let plain = seconds(|| plain.hour())?;
        let measured = seconds(|| hour(&engine, &compiled, &ticking))?;
        let silent = seconds(|| hour(&engine, &compiled, &silent))?;
        rounds.push([
            plain,
            measured,
            silent,
            (measured - silent - plain) / f64::from(FRAMES),
        ]);
    }
    let median = |figure: usize| {
        let mut values: Vec<f64> = rounds.iter().map(|round| round[figure]).collect();
        values.sort_by(f64::total_cmp);
        (values[ROUNDS / 2], values[0], values[ROUNDS - 1])
    };
    println!("an idle hour, {FRAMES} ticks, median of {ROUNDS} rounds (least to most)");
    for (figure, (name, scale, unit)) in [
        ("the guest's own code, plain", 1e3, "ms"),
        ("the scenario, with ticks", 1e3, "ms"),
        ("the scenario, without ticks", 1e3, "ms"),
        ("a tick besides the guest's own code", 1e9, "ns"),
    ]
    .into_iter()
    .enumerate()
    {
        let (median, least, most) = median(figure);
        println!(
            "{name:<38} {:>9.2} {unit} ({:.2} to {:.2})",
            median * scale,
            least * scale,
            most * scale
        );
    }
    Ok(())
}

fn seconds(work: impl FnOnce() -> wasmtime::Result<()>) -> wasmtime::Result<f64> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed().as_secs_f64())
}

fn hour(engine: &Engine, compiled: &Compiled, scenario: &Scenario) -> wasmtime::Result<()> {
    run::run(engine, compiled, scenario, Fold::default())?;
    Ok(())
}

fn scenario(every: Option<Duration>) -> Scenario {
    let call = Call {
        export: "on_frame".into(),
        args: Vec::new(),
        keep: None,
    };
    Scenario {
        idle: Some(Idle {
            settle: Duration::ZERO,
            period: HOUR,
            tick: every.map(|every| Tick { call, every }),
        }),
        limits: Limits {
            timeout: HOUR,
            ..Limits::default()
        },
        ..Scenario::of_steps("idle", Vec::new())
    }
}

/// The module as it ships, under the engine as it comes.
struct Plain {
    store: wasmtime::Store<()>,
    on_frame: wasmtime::TypedFunc<(), ()>,
}

impl Plain {
    fn load(path: &Path) -> wasmtime::Result<Plain> {
        let engine = wasmtime::Engine::default();
        let module = wasmtime::Module::from_file(&engine, path)?;
        let mut store = wasmtime::Store::new(&engine, ());
        let instance = wasmtime::Instance::new(&mut store, &module, &[])
            .context("the guest `tick` imports nothing")?;
        let on_frame = instance.get_typed_func(&mut store, "on_frame")?;
        Ok(Plain { store, on_frame })
    }

    fn hour(&mut self) -> wasmtime::Result<()> {
        (0..FRAMES).try_for_each(|_| self.on_frame.call(&mut self.store, ()))
    }
}
