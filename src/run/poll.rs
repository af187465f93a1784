//! `poll_oneoff` without waiting: when would something be ready, and what is ready then.
//!
//! Files and standard streams always are, so only a guest that waits for nothing but the clock sleeps.

use super::clock::{WALL_EPOCH, nanoseconds};

/// Sizes in bytes and tags of WASI preview 1's `subscription` and `event`.
const SUBSCRIPTION: usize = 48;
const EVENT: usize = 32;
const CLOCK: u8 = 0;
const REALTIME: u32 = 0;
const ABSOLUTE: u16 = 1;

/// What a guest waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Subscription {
    userdata: u64,
    tag: u8,
    /// Virtual time at which it is ready.
    ready: u64,
}

/// A call of `poll_oneoff`.
#[derive(Debug)]
pub(crate) struct Poll {
    subscriptions: Vec<Subscription>,
}

impl Poll {
    /// Reads the subscriptions; none if they lie outside of the guest's memory.
    pub(crate) fn read(memory: &[u8], start: u32, count: u32, now: u64) -> Option<Poll> {
        let length = (count as usize).checked_mul(SUBSCRIPTION)?;
        let bytes = memory.get(start as usize..)?.get(..length)?;
        let subscriptions = bytes
            .chunks_exact(SUBSCRIPTION)
            .map(|bytes| Subscription::read(bytes, now))
            .collect();
        Some(Poll { subscriptions })
    }

    /// The virtual time at which the first of them is ready.
    pub(crate) fn until(&self) -> u64 {
        self.subscriptions
            .iter()
            .map(|subscription| subscription.ready)
            .min()
            .unwrap_or(0)
    }

    /// Writes the events of all that are ready then, and their number; none if they lie outside of the guest's memory.
    pub(crate) fn write(&self, memory: &mut [u8], events: u32, count: u32) -> Option<()> {
        let until = self.until();
        let ready: Vec<_> = self
            .subscriptions
            .iter()
            .filter(|subscription| subscription.ready <= until)
            .collect();
        let output = memory
            .get_mut(events as usize..)?
            .get_mut(..ready.len() * EVENT)?;
        for (event, subscription) in output.chunks_exact_mut(EVENT).zip(&ready) {
            event.fill(0);
            event[0..8].copy_from_slice(&subscription.userdata.to_le_bytes());
            event[10] = subscription.tag;
        }
        let count = memory.get_mut(count as usize..)?.get_mut(..4)?;
        count.copy_from_slice(&(ready.len() as u32).to_le_bytes());
        Some(())
    }
}

impl Subscription {
    fn read(bytes: &[u8], now: u64) -> Subscription {
        let userdata = u64_at(bytes, 0);
        let tag = bytes[8];
        if tag != CLOCK {
            return Subscription {
                userdata,
                tag,
                ready: now,
            };
        }
        let clock = u32::from_le_bytes(bytes[16..20].try_into().expect("four bytes were taken"));
        let timeout = u64_at(bytes, 24);
        let is_absolute = u16::from_le_bytes([bytes[40], bytes[41]]) & ABSOLUTE != 0;
        let ready = match (is_absolute, clock) {
            (false, _) => now.saturating_add(timeout),
            (true, REALTIME) => timeout.saturating_sub(nanoseconds(WALL_EPOCH)).max(now),
            (true, _) => timeout.max(now),
        };
        Subscription {
            userdata,
            tag,
            ready,
        }
    }
}

fn u64_at(bytes: &[u8], offset: usize) -> u64 {
    u64::from_le_bytes(
        bytes[offset..offset + 8]
            .try_into()
            .expect("eight bytes were taken"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn sleep(userdata: u64, clock: u32, timeout: u64, flags: u16) -> Vec<u8> {
        let mut bytes = vec![0; SUBSCRIPTION];
        bytes[0..8].copy_from_slice(&userdata.to_le_bytes());
        bytes[16..20].copy_from_slice(&clock.to_le_bytes());
        bytes[24..32].copy_from_slice(&timeout.to_le_bytes());
        bytes[40..42].copy_from_slice(&flags.to_le_bytes());
        bytes
    }

    fn read_a_file(userdata: u64) -> Vec<u8> {
        let mut bytes = vec![0; SUBSCRIPTION];
        bytes[0..8].copy_from_slice(&userdata.to_le_bytes());
        bytes[8] = 1;
        bytes
    }

    /// Polls at one virtual second; expects when it is over and whose events come.
    fn check(subscriptions: &[Vec<u8>], until: u64, ready: &[u64]) {
        let memory = subscriptions.concat();
        let poll =
            Poll::read(&memory, 0, subscriptions.len() as u32, SECOND).expect("inside of memory");
        assert_eq!(poll.until(), until);
        let mut memory = vec![0; 1024];
        poll.write(&mut memory, 0, 1000).expect("inside of memory");
        let count = memory[1000] as usize;
        let userdata: Vec<u64> = memory[..count * EVENT]
            .chunks(EVENT)
            .map(|event| u64_at(event, 0))
            .collect();
        assert_eq!(userdata, ready);
    }

    #[test]
    fn the_shortest_sleep_ends_first() {
        check(
            &[sleep(7, 1, 5 * SECOND, 0), sleep(8, 1, 2 * SECOND, 0)],
            3 * SECOND,
            &[8],
        );
    }

    #[test]
    fn sleeping_until_a_time() {
        check(&[sleep(7, 1, 5 * SECOND, ABSOLUTE)], 5 * SECOND, &[7]);
        check(&[sleep(7, 1, 0, ABSOLUTE)], SECOND, &[7]);
        let in_an_hour = nanoseconds(WALL_EPOCH) + 3600 * SECOND;
        check(
            &[sleep(7, REALTIME, in_an_hour, ABSOLUTE)],
            3600 * SECOND,
            &[7],
        );
    }

    #[test]
    fn files_are_always_ready() {
        check(&[sleep(7, 1, 5 * SECOND, 0), read_a_file(9)], SECOND, &[9]);
    }

    #[test]
    fn subscriptions_outside_of_memory() {
        assert!(Poll::read(&[0; 10], 0, 1, 0).is_none());
        assert!(Poll::read(&[0; 10], 4000, u32::MAX, 0).is_none());
    }
}
