//! Instance lifetimes: the story is told again and again, and the host must be left as it was.

use std::path::Path;

use super::modules::Prepared;
use super::{faults, kinds};
use crate::heap::{Fold, Recording};
use crate::module::Module;
use crate::report::{Fault, FaultKind};
use crate::run::{
    CountingAllocator, Ending, Engine, Outcome, Provide, RunError, lifetimes, link_books,
};
use crate::suite::{Lifecycle, Scenario};

/// Tells the story to as many instances as the suite wants, and keeps in the recording what the host holds after each.
///
/// The recording is that of a run before; every instance must do the same. What is compiled is kept in the folder `cache`.
pub(super) fn live(
    cache: &Path,
    prepared: &Prepared,
    scenario: &Scenario,
    recording: &mut Recording,
) -> Result<(), Fault> {
    live_with(Some(cache), prepared, scenario, recording, link_books)
}

/// As [`live`], with what the module imports besides WASI provided by `provide`.
fn live_with(
    cache: Option<&Path>,
    Prepared {
        module,
        compiled,
        roots,
        ..
    }: &Prepared,
    scenario: &Scenario,
    recording: &mut Recording,
    provide: Provide<Fold>,
) -> Result<(), Fault> {
    let Some(Lifecycle { instances }) = scenario.lifecycle else {
        return Ok(());
    };
    let engine = Engine::on_heap(cache).map_err(cannot_be_told)?;
    let compiled = engine.compile_again(compiled).map_err(cannot_be_told)?;
    let mut told = 0;
    let mut other = None;
    let seen = |outcome: Outcome<Fold>| {
        told += 1;
        let ending = outcome.ending;
        let mut again = outcome.observer.finish();
        again.complete(outcome.readings, outcome.numbered.as_ref());
        if ending != Ending::Completed || again != *recording {
            other = Some((ending, outcome.errors));
        }
        other.is_none()
    };
    let known = roots.roots.clone().filter(|_| scenario.sites.is_none());
    let held = lifetimes(
        &engine,
        &compiled,
        scenario,
        instances,
        || Fold::of(known.clone()),
        seen,
        provide,
    );
    let held = held.map_err(cannot_be_told)?;
    if let Some((ending, errors)) = other {
        return Err(differs(told, instances, &ending, module, errors));
    }
    if CountingAllocator::is_installed() {
        recording.held_by_host = held;
    }
    Ok(())
}

/// A note where the story was told again and again, and nobody counted.
pub(super) fn not_counted(scenario: &Scenario, recording: &Recording) -> Option<String> {
    let is_counted = scenario.lifecycle.is_none() || !recording.held_by_host.is_empty();
    (!is_counted).then(|| {
        format!(
            "`host_retained` was not measured: {}",
            faults::COUNT_THE_HEAP
        )
    })
}

/// The gate broke before a second instance could be made.
fn cannot_be_told(error: RunError) -> Fault {
    faults::broken(
        kinds::of_run(&error),
        "the scenario cannot be told to further instances",
        error,
    )
}

/// An instance did not do what the first one did.
fn differs(number: u32, of: u32, ending: &Ending, module: &Module, errors: String) -> Fault {
    match ending {
        // Which of them it is depends on the machine.
        Ending::TimedOut { .. } => Fault {
            advice: Some(
                "the limit is for all instances together: raise `timeout` in the `limits` of the scenario, or let fewer `instances` live"
                    .to_string(),
            ),
            ..faults::unfinished(ending, module, errors)
        },
        Ending::Completed => faults::broken(
            FaultKind::NotReproducible,
            "instances of one module did not do the same",
            format!(
                "The scenario's first run and instance {number} of {of} were told the same story and left different recordings. \
                 Nothing that they can see was different, so that this is a fault of memgate's own."
            ),
        ),
        ending => {
            let fault = faults::unfinished(ending, module, errors);
            Fault {
                headline: format!("{}, in instance {number} of {of}", fault.headline),
                ..fault
            }
        }
    }
}

#[cfg(test)]
mod tests;
