//! How a run ends.

use std::time::Duration;

use wasmtime::{Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;

use super::limits::{MemoryExceeded, TimeExceeded};
use crate::instrument::Instrumented;
use crate::module::CodeFrame;
use crate::suite::Command;

/// How the guest's part of a run ended. The heap is known in each case, as it was at that moment.
///
/// Stacks are the guest's own, innermost first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The story was told to its end.
    Completed,
    /// The guest ended its process with another exit code than the suite expects.
    Exited {
        /// The exit code.
        code: i32,
        /// The code that was expected; none where the guest was not expected to exit at all.
        expected: Option<i32>,
        /// Where it exited; empty where `_start` returned.
        stack: Vec<CodeFrame>,
    },
    /// The guest trapped.
    Trapped {
        /// The engine's word for it.
        reason: String,
        /// Where.
        stack: Vec<CodeFrame>,
    },
    /// The guest's calls were too deep.
    StackOverflow {
        /// Where; a recursion is on it as often as it was under way.
        stack: Vec<CodeFrame>,
    },
    /// The guest asked for more memory than the scenario grants.
    OutOfMemory {
        /// The scenario's limit, in bytes.
        limit: u64,
        /// What the guest would have had, in bytes.
        wanted: u64,
        /// Where it asked.
        stack: Vec<CodeFrame>,
    },
    /// The scenario took longer than it may, by the clock on the wall.
    TimedOut {
        /// The scenario's limit.
        limit: Duration,
        /// Where the guest was.
        stack: Vec<CodeFrame>,
    },
}

impl Ending {
    /// What an error that left the guest means.
    pub(crate) fn of(
        error: &wasmtime::Error,
        instrumented: &Instrumented,
        command: Option<&Command>,
    ) -> Ending {
        let stack = error
            .downcast_ref()
            .map(|backtrace| original_stack(backtrace, instrumented))
            .unwrap_or_default();
        if let Some(I32Exit(code)) = error.downcast_ref() {
            return Ending::Exited {
                code: *code,
                expected: command.map(|command| command.exit),
                stack,
            };
        }
        if let Some(MemoryExceeded { limit, wanted }) = error.downcast_ref() {
            return Ending::OutOfMemory {
                limit: *limit,
                wanted: *wanted,
                stack,
            };
        }
        if let Some(TimeExceeded { limit }) = error.downcast_ref() {
            return Ending::TimedOut {
                limit: *limit,
                stack,
            };
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::StackOverflow) => Ending::StackOverflow { stack },
            Some(trap) => Ending::Trapped {
                reason: trap.to_string(),
                stack,
            },
            None => Ending::Trapped {
                reason: error.root_cause().to_string(),
                stack,
            },
        }
    }
}

/// The frames of the original module, innermost first; what the rewrite added is left out.
pub(crate) fn original_stack(
    backtrace: &WasmBacktrace,
    instrumented: &Instrumented,
) -> Vec<CodeFrame> {
    backtrace
        .frames()
        .iter()
        .filter_map(|frame| {
            instrumented.original(
                frame.func_index(),
                u32::try_from(frame.module_offset()?).ok()?,
            )
        })
        .collect()
}
