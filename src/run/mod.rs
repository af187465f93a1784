//! Running a scenario: an engine, a virtual clock, a world of the gate's own, limits, and the story itself.

mod clock;
mod ending;
mod engine;
mod error;
mod guest;
mod limits;
mod observer;
mod poll;
mod sights;
mod story;
mod value;
mod wasi;
mod world;

#[cfg(test)]
mod tests;

use self::clock::Clock;
pub use self::ending::Ending;
#[cfg(any(test, fuzzing))]
pub(crate) use self::ending::original_stack;
#[cfg(any(test, fuzzing))]
pub(crate) use self::engine::deterministic;
pub use self::engine::{Compiled, Engine};
use self::error::Halt;
pub use self::error::RunError;
#[cfg(test)]
pub(crate) use self::guest::State;
use self::guest::{Guest, Provide};
use self::limits::Watchdog;
pub use self::observer::{Log, MarkKind, Observer, Overwhelmed};
#[cfg(any(test, fuzzing))]
pub(crate) use self::sights::{Recursing, Sights};
use self::story::Story;
use self::world::World;
use crate::suite::Scenario;

/// What came of a run, besides what the observer was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome<O> {
    /// The observer, which has seen the whole run.
    pub observer: O,
    /// How the guest's part ended.
    pub ending: Ending,
    /// The end of what the guest wrote to its standard error.
    pub errors: String,
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
    run_with(engine, compiled, scenario, observer, guest::link_books)
}

/// As [`run`], with what the module imports besides WASI provided by `provide`.
pub(crate) fn run_with<O: Observer + Send + 'static>(
    engine: &Engine,
    compiled: &Compiled,
    scenario: &Scenario,
    observer: O,
    provide: Provide<O>,
) -> Result<Outcome<O>, RunError> {
    let clock = Clock::default();
    let world = World::new(&compiled.name, scenario.command(), &clock)?;
    let mut guest = Guest::new(
        engine,
        compiled,
        world,
        &scenario.limits,
        clock,
        observer,
        provide,
    );
    let watchdog = Watchdog::watch(&engine.0, scenario.limits.timeout);
    let ending = match Story::new(&mut guest, scenario).tell() {
        Ok(ending) => ending,
        Err(Halt::Guest(error)) => Ending::of(&error, &compiled.instrumented, scenario.command()),
        Err(Halt::Error(error)) => return Err(error),
    };
    if ending != Ending::Completed {
        // The heap as it was; a guest that trapped can still be read.
        guest.mark(MarkKind::Final).ok();
    }
    drop(watchdog);
    let (observer, errors) = guest.finish();
    Ok(Outcome {
        observer,
        ending,
        errors,
    })
}
