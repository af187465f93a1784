//! One story, told to one fresh instance after another: what the host holds once each of them is gone.

use super::engine::{Compiled, Engine};
use super::error::RunError;
use super::guest::Provide;
use super::host_heap::held;
use super::limits::{Deadline, Watchdog};
use super::observer::Observer;
use super::{Outcome, prepare, tell};
use crate::suite::Scenario;

/// Tells a scenario's story to as many fresh instances, and drops each before the next is made. The scenario's time is for all
/// of them together.
///
/// `observer` makes what listens to an instance, `seen` takes what came of it and says whether another one is to follow; what it
/// keeps counts as the host's. The result is what this thread holds after each instance, in bytes, of which only the differences mean
/// something. Nothing is handed to another thread on the way, so that these are exact; of linear memories, if the engine is
/// one of [`Engine::on_heap`].
///
/// `provide` provides what the module imports besides WASI.
///
/// # Errors
///
/// As for [`run`](super::run).
pub(crate) fn lifetimes<O: Observer + Send + 'static>(
    engine: &Engine,
    compiled: &Compiled,
    scenario: &Scenario,
    instances: u32,
    observer: impl Fn() -> O,
    mut seen: impl FnMut(Outcome<O>) -> bool,
    provide: Provide<O>,
) -> Result<Vec<i64>, RunError> {
    let deadline = Deadline::new(scenario.limits.timeout);
    // One for all: a thread allocates where it is started and frees where it ends.
    let _watchdog = Watchdog::watch(&engine.0, deadline);
    // With room for all of them, since what it takes on the way would be counted.
    let mut series = Vec::with_capacity(instances as usize);
    for _ in 0..instances {
        let guest = prepare(compiled, scenario, observer(), provide, deadline, None)?;
        let (outcome, _) = tell(compiled, scenario, guest, deadline)?;
        let goes_on = seen(outcome);
        series.push(held());
        if !goes_on {
            break;
        }
    }
    Ok(series)
}
