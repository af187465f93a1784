//! A reader that goes away, as `head` does once it has its lines, changes nothing but what it hears: every trial runs, and the
//! verdict and the report are those of the whole run.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

use libtest_mimic::{Arguments, Conclusion, Trial};

/// Runs trials as libtest-mimic does, which panics where its output is closed. Then they are run by it once more, with output
/// that goes nowhere: a trial that ran before has to know that by itself.
///
/// # Errors
///
/// Where the output cannot be written for another reason, such as a disk that is full: nobody would know of a verdict.
pub(super) fn run(
    arguments: &Arguments,
    trials: impl Fn() -> Vec<Trial>,
) -> Result<Conclusion, &'static str> {
    let heard = without_noise(|| libtest_mimic::run(arguments, trials()));
    heard.or_else(|payload| {
        if is_full_disk(&*payload) {
            return Err("error: failed to write to standard output: no space is left");
        }
        if !is_closed_pipe(&*payload) {
            panic::resume_unwind(payload);
        }
        let nowhere = if cfg!(windows) { "NUL" } else { "/dev/null" };
        let unheard = Arguments {
            logfile: Some(nowhere.to_string()),
            ..arguments.clone()
        };
        Ok(libtest_mimic::run(&unheard, trials()))
    })
}

/// Catches a panic; of one that is about the output nothing is said.
fn without_noise<T>(run: impl FnOnce() -> T) -> Result<T, Box<dyn Any + Send>> {
    let before = Arc::new(panic::take_hook());
    let told = before.clone();
    panic::set_hook(Box::new(move |info| {
        if !is_closed_pipe(info.payload()) && !is_full_disk(info.payload()) {
            told(info);
        }
    }));
    let outcome = panic::catch_unwind(AssertUnwindSafe(run));
    panic::set_hook(Box::new(move |info| before(info)));
    outcome
}

/// Whether somebody unwrapped the error of a write to a pipe that nobody reads.
fn is_closed_pipe(payload: &(dyn Any + Send)) -> bool {
    is_about(payload, "kind: BrokenPipe")
}

/// Whether somebody unwrapped the error of a write to a disk that has no room.
fn is_full_disk(payload: &(dyn Any + Send)) -> bool {
    is_about(payload, "kind: StorageFull")
}

fn is_about(payload: &(dyn Any + Send), kind: &str) -> bool {
    let message = payload.downcast_ref::<String>();
    message.is_some_and(|message| message.contains(kind))
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn a_closed_pipe_is_told_from_other_faults() {
        let of_system = format!("{:?}", io::Error::from_raw_os_error(32));
        for (text, expected) in [
            (of_system, cfg!(unix)),
            ("a trial failed".to_string(), false),
        ] {
            let payload: Box<dyn Any + Send> = Box::new(text.clone());
            assert_eq!(is_closed_pipe(&*payload), expected, "{text}");
        }
    }
}
