//! How long the blocks of a site lived, on the clock of allocated bytes.

/// The sum of the lifetimes of blocks, without anything that is kept of each.
///
/// The clock is all bytes that were allocated so far, the block's own included: it is the same on every machine, as virtual time
/// is, and goes on while code runs, as virtual time does not. A lifetime is the moment of the free less that of the birth, so that
/// the sum of all is the sum of those moments with their signs. Wide, since sums of sums grow fast; it may be below zero on the way.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lifetimes(u128);

impl Lifetimes {
    #[inline]
    pub(super) fn begin(&mut self, now: u64) {
        self.0 = self.0.wrapping_sub(now.into());
    }

    #[inline]
    pub(super) fn end(&mut self, now: u64) {
        self.0 = self.0.wrapping_add(now.into());
    }

    /// The sum, in bytes; the blocks that are live end `now`.
    pub(super) fn sum(self, live: u64, now: u64) -> u64 {
        let rest = u128::from(live) * u128::from(now);
        u64::try_from(self.0.wrapping_add(rest)).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blocks with their births and, if they are freed, their frees; the clock's last reading.
    fn check(blocks: &[(u64, Option<u64>)], end: u64, expected: u64) {
        let mut lifetimes = Lifetimes::default();
        for (birth, free) in blocks {
            lifetimes.begin(*birth);
            if let Some(free) = free {
                lifetimes.end(*free);
            }
        }
        let live = blocks.iter().filter(|(_, free)| free.is_none()).count();
        assert_eq!(lifetimes.sum(live as u64, end), expected);
    }

    #[test]
    fn blocks_live_until_they_are_freed_or_all_is_over() {
        check(&[], 100, 0);
        check(&[(10, Some(10)), (20, Some(35))], 100, 15);
        check(&[(10, None), (20, Some(35)), (60, None)], 100, 90 + 15 + 40);
    }

    #[test]
    fn sums_do_not_wrap() {
        check(&[(0, None), (0, None)], u64::MAX - 1, u64::MAX);
        check(&[(u64::MAX, Some(u64::MAX)), (1, Some(3))], u64::MAX, 2);
    }
}
