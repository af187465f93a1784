//! What a guest may take: memory, tables, and wall-clock time.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use wasmtime::{Engine, ResourceLimiter};

/// Entries that all tables of an instance may have together.
const TABLE_LIMIT: usize = 10_000_000;

/// A guest asked for more memory than its scenario grants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the memory limit of {limit} bytes is exceeded: {wanted} bytes were asked for")]
pub(crate) struct MemoryExceeded {
    pub(crate) limit: u64,
    pub(crate) wanted: u64,
}

/// A scenario took longer than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the time limit of {limit:?} is exceeded")]
pub(crate) struct TimeExceeded {
    pub(crate) limit: Duration,
}

/// Grants linear memory up to the scenario's limit, over all memories of the guest.
#[derive(Debug)]
pub(crate) struct MemoryLimit {
    limit: u64,
    granted: u64,
    /// The log is not the guest's: its size, until it is created.
    log: Option<u64>,
}

impl MemoryLimit {
    pub(crate) fn new(limit: u64, log: u64) -> MemoryLimit {
        MemoryLimit {
            limit,
            granted: 0,
            log: Some(log),
        }
    }

    /// The log is created whole and cannot grow, as no other memory of its size does.
    fn is_log(&self, current: usize, desired: usize, maximum: Option<usize>) -> bool {
        current == 0 && maximum == Some(desired) && self.log == Some(desired as u64)
    }
}

impl ResourceLimiter for MemoryLimit {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if self.is_log(current, desired, maximum) {
            self.log = None;
            return Ok(true);
        }
        if maximum.is_some_and(|maximum| desired > maximum) {
            // The memory's own maximum: the guest is told, as on any engine.
            return Ok(false);
        }
        let wanted = self.granted + (desired - current) as u64;
        if wanted > self.limit {
            return Err(MemoryExceeded {
                limit: self.limit,
                wanted,
            }
            .into());
        }
        self.granted = wanted;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_LIMIT)
    }
}

/// How often a guest is told again that its time is over: one that was made since must hear of it, too.
const AGAIN: Duration = Duration::from_millis(10);

/// Wakes the engine once a scenario's time is over, so that the guest looks at its deadline.
pub(crate) struct Watchdog {
    /// Hanging up ends the watch.
    _still_running: Sender<()>,
}

impl Watchdog {
    pub(crate) fn watch(engine: &Engine, deadline: Deadline) -> Watchdog {
        let (still_running, hang_up) = mpsc::channel();
        let engine = engine.clone();
        thread::spawn(move || {
            let mut wait = deadline.end.saturating_duration_since(Instant::now());
            while hang_up.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                engine.increment_epoch();
                wait = AGAIN;
            }
        });
        Watchdog {
            _still_running: still_running,
        }
    }
}

/// When a scenario has to be over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    limit: Duration,
    end: Instant,
}

impl Deadline {
    pub(crate) fn new(limit: Duration) -> Deadline {
        Deadline {
            limit,
            end: Instant::now() + limit,
        }
    }

    /// # Errors
    ///
    /// Once the time is over.
    pub(crate) fn check(&self) -> Result<(), TimeExceeded> {
        if Instant::now() < self.end {
            Ok(())
        } else {
            Err(TimeExceeded { limit: self.limit })
        }
    }
}
