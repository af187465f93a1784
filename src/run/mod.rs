//! Running a scenario: an engine, a virtual clock, a world of the gate's own, limits, and the story itself.

mod aside;
mod books;
mod clock;
mod ending;
mod engine;
mod error;
mod guest;
mod host;
mod host_heap;
mod imports;
mod lifetimes;
mod limits;
mod looks;
mod numbered;
mod observer;
mod order;
mod poll;
mod probes;
mod sights;
mod stack_tree;
mod story;
mod value;
mod wasi;
mod world;

#[cfg(test)]
pub(crate) mod tests;

use std::collections::BTreeSet;

pub use self::aside::Aside;
pub(crate) use self::books::link_books;
use self::clock::Clock;
pub use self::ending::Ending;
#[cfg(any(test, fuzzing))]
pub(crate) use self::ending::original_stack;
#[cfg(any(test, fuzzing))]
pub(crate) use self::engine::deterministic;
pub use self::engine::{Compiled, Engine};
use self::error::Halt;
pub use self::error::RunError;
use self::guest::Guest;
pub(crate) use self::guest::Provide;
#[cfg(test)]
pub(crate) use self::guest::State;
pub use self::host::{Host, HostError, HostedGuest, Imports, Value};
pub use self::host_heap::CountingAllocator;
pub(crate) use self::lifetimes::lifetimes;
use self::limits::{Deadline, Watchdog};
use self::looks::Heedless;
pub use self::looks::Stacks;
pub use self::numbered::{Allocated, Numbered};
pub use self::observer::{IDLE_PARTS, Log, MarkKind, Observer, Overwhelmed, View};
pub use self::probes::{ProbeError, Reading};
#[cfg(any(test, fuzzing))]
pub(crate) use self::sights::Sights;
use self::story::Story;
use self::world::World;
pub use self::world::{Listener, Stream};
use crate::suite::Scenario;

/// What came of a run, besides what the observer was told.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome<O> {
    /// The observer, which has seen the whole run.
    pub observer: O,
    /// How the guest's part ended.
    pub ending: Ending,
    /// The end of what the guest wrote to its standard error.
    pub errors: String,
    /// What the probes read, in the order of the marks.
    pub readings: Vec<Reading>,
    /// The code with which the command exited, if it did by itself.
    pub exit: Option<i32>,
    /// What the sites allocated that the module's compiler numbered, where the suite names them.
    pub numbered: Option<Numbered>,
}

/// Tells a scenario's story to a fresh instance of the module.
///
/// The observer learns of the heap while the guest runs. The result is the same on every machine, but for a scenario that
/// exceeds its time.
///
/// # Errors
///
/// When the suite, the module and the engine do not fit together; what the guest does is an [`Ending`] and no error.
pub fn run<O: Observer + Send + 'static>(
    engine: &Engine,
    compiled: &Compiled,
    scenario: &Scenario,
    observer: O,
) -> Result<Outcome<O>, RunError> {
    run_with(engine, compiled, scenario, observer, link_books)
}

/// As [`run`], with somebody who hears what the guest writes.
///
/// # Errors
///
/// As for [`run`].
pub fn run_heard<O: Observer + Send + 'static>(
    engine: &Engine,
    compiled: &Compiled,
    scenario: &Scenario,
    observer: O,
    listener: Option<Listener>,
) -> Result<Outcome<O>, RunError> {
    run_whole(engine, compiled, scenario, observer, link_books, listener)
}

/// The stacks at records of the log, by their numbers from 0: tells the story again, as far as the last of them.
///
/// A record that the run does not come to is left out.
///
/// # Errors
///
/// As for [`run`].
pub fn stacks_at(
    engine: &Engine,
    compiled: &Compiled,
    scenario: &Scenario,
    records: BTreeSet<u64>,
) -> Result<Stacks, RunError> {
    if records.is_empty() {
        return Ok(Stacks::new());
    }
    let deadline = Deadline::new(scenario.limits.timeout);
    let _watchdog = Watchdog::watch(&engine.0, deadline);
    let mut guest = prepare(compiled, scenario, Heedless, link_books, deadline, None)?;
    guest.look_at(records);
    tell(compiled, scenario, guest, deadline).map(|(_, stacks)| stacks)
}

/// As [`run`], with what the module imports besides WASI provided by `provide`.
pub(crate) fn run_with<O: Observer + Send + 'static>(
    engine: &Engine,
    compiled: &Compiled,
    scenario: &Scenario,
    observer: O,
    provide: Provide<O>,
) -> Result<Outcome<O>, RunError> {
    run_whole(engine, compiled, scenario, observer, provide, None)
}

fn run_whole<O: Observer + Send + 'static>(
    engine: &Engine,
    compiled: &Compiled,
    scenario: &Scenario,
    observer: O,
    provide: Provide<O>,
    listener: Option<Listener>,
) -> Result<Outcome<O>, RunError> {
    let deadline = Deadline::new(scenario.limits.timeout);
    let _watchdog = Watchdog::watch(&engine.0, deadline);
    let guest = prepare(compiled, scenario, observer, provide, deadline, listener)?;
    tell(compiled, scenario, guest, deadline).map(|(outcome, _)| outcome)
}

/// A guest in a world of its own.
fn prepare<O: Observer + Send + 'static>(
    compiled: &Compiled,
    scenario: &Scenario,
    observer: O,
    provide: Provide<O>,
    deadline: Deadline,
    listener: Option<Listener>,
) -> Result<Guest<O>, RunError> {
    let clock = Clock::default();
    let world = World::new(&compiled.name, scenario.command(), &clock, listener)?;
    let mut guest = Guest::new(
        compiled,
        world,
        scenario.limits.memory,
        deadline,
        clock,
        observer,
        provide,
    );
    guest.expect_probes(&scenario.probes);
    guest.expect_sites(scenario.sites.as_ref());
    guest.stub(&scenario.imports);
    Ok(guest)
}

fn tell<O: Observer + Send + 'static>(
    compiled: &Compiled,
    scenario: &Scenario,
    mut guest: Guest<O>,
    deadline: Deadline,
) -> Result<(Outcome<O>, Stacks), RunError> {
    let ending = match Story::new(&mut guest, scenario, deadline).tell() {
        Ok(ending) => ending,
        Err(Halt::Guest(error)) => Ending::of(&error, &compiled.instrumented, scenario.command()),
        Err(Halt::Error(error)) => return Err(error),
    };
    if ending != Ending::Completed {
        // The heap as it was; a guest that trapped can still be read.
        guest.mark(MarkKind::Final).ok();
    }
    let exit = guest.exit();
    let readings = guest.take_readings();
    let numbered = guest.take_numbered();
    let (observer, errors, stacks) = guest.finish();
    let outcome = Outcome {
        observer,
        ending,
        errors,
        readings,
        exit,
        numbered,
    };
    Ok((outcome, stacks))
}
