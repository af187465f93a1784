//! A reader that goes away, as `head` does once it has its lines, changes nothing but what it hears: every trial runs, and the
//! verdict and the report are those of the whole run.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

use libtest_mimic::{Arguments, Conclusion, Trial};

/// Runs trials as libtest-mimic does, which panics where its output is closed. Then they are run by it once more, with output
/// that goes nowhere: a trial that ran before has to know that by itself.
pub(super) fn run(arguments: &Arguments, trials: impl Fn() -> Vec<Trial>) -> Conclusion {
    let heard = without_noise(|| libtest_mimic::run(arguments, trials()));
    heard.unwrap_or_else(|payload| {
        if !is_closed_pipe(&*payload) {
            panic::resume_unwind(payload);
        }
        let nowhere = if cfg!(windows) { "NUL" } else { "/dev/null" };
        let unheard = Arguments {
            logfile: Some(nowhere.to_string()),
            ..arguments.clone()
        };
        libtest_mimic::run(&unheard, trials())
    })
}

/// Catches a panic; of one that is about a closed pipe nothing is said.
fn without_noise<T>(run: impl FnOnce() -> T) -> Result<T, Box<dyn Any + Send>> {
    let before = Arc::new(panic::take_hook());
    let told = before.clone();
    panic::set_hook(Box::new(move |info| {
        if !is_closed_pipe(info.payload()) {
            told(info);
        }
    }));
    let outcome = panic::catch_unwind(AssertUnwindSafe(run));
    panic::set_hook(Box::new(move |info| before(info)));
    outcome
}

/// Whether somebody unwrapped the error of a write to a pipe that nobody reads.
fn is_closed_pipe(payload: &(dyn Any + Send)) -> bool {
    let message = payload.downcast_ref::<String>();
    message.is_some_and(|message| message.contains("kind: BrokenPipe"))
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
