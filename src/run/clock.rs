//! The virtual clock: it moves when the story or a sleeping guest moves it, and by a nanosecond when it is read.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use wasmtime_wasi::{HostMonotonicClock, HostWallClock};

/// What the guest's wall clock shows when its instance is started: 2000-01-01T00:00:00Z.
pub(crate) const WALL_EPOCH: Duration = Duration::from_secs(946_684_800);

/// Virtual nanoseconds since the instance was started, shared by all who tell the time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock(Arc<AtomicU64>);

impl Clock {
    pub(crate) fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Moves on to that time; a clock never goes back.
    pub(crate) fn advance_to(&self, time: u64) {
        self.0.fetch_max(time, Ordering::Relaxed);
    }

    /// Reads the clock as the guest does: a guest that spins until time has passed must see it pass.
    fn read(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl HostMonotonicClock for Clock {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        self.read()
    }
}

impl HostWallClock for Clock {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    fn now(&self) -> Duration {
        WALL_EPOCH + Duration::from_nanos(self.read())
    }
}

/// A duration in the clock's unit; what does not fit lasts for ever.
pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_moves_the_clock_and_nothing_moves_it_back() {
        let clock = Clock::default();
        clock.advance_to(100);
        assert_eq!(HostMonotonicClock::now(&clock), 101);
        assert_eq!(
            HostWallClock::now(&clock),
            WALL_EPOCH + Duration::from_nanos(102)
        );
        clock.advance_to(50);
        assert_eq!(clock.now(), 102);
    }
}
