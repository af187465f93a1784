//! What each site held over time, mark by mark.
//!
//! A site that holds at a mark what it held at the one before takes no room, and nothing is done while the guest runs.

use super::recording::{Count, Level};
use crate::run::MarkKind;

/// Cycles at whose ends levels are kept. Of more, every second is forgotten, as often as that takes.
const MOST_CYCLES: usize = 256;

/// The levels of all sites, at the marks at which they were taken.
pub(crate) struct Levels {
    /// By site.
    latest: Vec<Count>,
    /// In the order of the marks.
    changes: Vec<(u32, Level)>,
    /// The marks at which levels were taken, by their numbers.
    marks: Vec<u32>,
    /// Of those, the cycles.
    cycles: usize,
    /// Levels are taken at cycles that this number divides.
    stride: u32,
}

impl Levels {
    /// Takes the levels at the mark of that number; `live` is what the sites hold, by site.
    pub(crate) fn take(&mut self, mark: u32, kind: MarkKind, live: impl Iterator<Item = Count>) {
        if let MarkKind::Cycle(cycle) = kind {
            if !cycle.is_multiple_of(self.stride) {
                return;
            }
            self.cycles += 1;
        }
        for (site, live) in live.enumerate() {
            if site >= self.latest.len() {
                self.latest.push(Count::default());
            }
            if self.latest[site] != live {
                self.latest[site] = live;
                self.changes.push((site as u32, Level { mark, live }));
            }
        }
        self.marks.push(mark);
    }

    /// Forgets every second cycle once there are too many; `marks` tells what the marks are.
    pub(crate) fn thin(&mut self, kind: impl Fn(u32) -> MarkKind) {
        if self.cycles <= MOST_CYCLES {
            return;
        }
        self.stride *= 2;
        let is_kept = |mark: &u32| match kind(*mark) {
            MarkKind::Cycle(cycle) => cycle.is_multiple_of(self.stride),
            _ => true,
        };
        let latest = self.marks.last().copied();
        // The latest stays whatever it is: what changed before it must not move to a mark that is still to come.
        self.marks
            .retain(|mark| is_kept(mark) || Some(*mark) == latest);
        self.cycles = self
            .marks
            .iter()
            .filter(|mark| matches!(kind(**mark), MarkKind::Cycle(_)))
            .count();
        for (_, level) in &mut self.changes {
            let next = self.marks.partition_point(|mark| *mark < level.mark);
            level.mark = self.marks[next];
        }
        // Of what changed more than once on the way to a mark, the last one holds there.
        self.changes
            .sort_by_key(|(site, level)| (*site, level.mark));
        self.changes.reverse();
        self.changes
            .dedup_by_key(|(site, level)| (*site, level.mark));
        self.changes
            .sort_by_key(|(site, level)| (level.mark, *site));
    }

    /// The marks at which levels were taken, and the changes, by site and number of the mark.
    pub(crate) fn finish(self) -> (Vec<u32>, Vec<(u32, Level)>) {
        (self.marks, self.changes)
    }
}

impl Default for Levels {
    fn default() -> Levels {
        Levels {
            latest: Vec::new(),
            changes: Vec::new(),
            marks: Vec::new(),
            cycles: 0,
            stride: 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(bytes: u64) -> Count {
        Count { bytes, blocks: 1 }
    }

    /// The bytes of one site at the marks that are kept, from those at the end of each cycle.
    fn kept(series: impl IntoIterator<Item = u64>) -> Vec<(u32, u64)> {
        let mut levels = Levels::default();
        let kind = |mark| match mark {
            0 => MarkKind::Baseline,
            cycle => MarkKind::Cycle(cycle),
        };
        for (mark, live) in (0..).zip(series) {
            levels.take(mark, kind(mark), [bytes(live)].into_iter());
            levels.thin(kind);
        }
        let (marks, changes) = levels.finish();
        let at = |mark: u32| {
            let before = changes.iter().filter(|(_, level)| level.mark <= mark);
            before.last().map_or(0, |(_, level)| level.live.bytes)
        };
        marks.iter().map(|mark| (*mark, at(*mark))).collect()
    }

    #[test]
    fn a_level_holds_until_it_changes() {
        assert_eq!(kept([5, 5, 7, 7]), [(0, 5), (1, 5), (2, 7), (3, 7)]);
    }

    #[test]
    fn many_cycles_are_thinned_and_stay_true() {
        for cycles in [300, 1000, 5000] {
            let kept = kept((0..=cycles).map(|cycle| cycle / 3 * 10));
            assert!(kept.len() <= MOST_CYCLES + 2, "{}", kept.len());
            assert!(kept.len() >= MOST_CYCLES / 2, "{}", kept.len());
            for (mark, live) in kept {
                assert_eq!(live, u64::from(mark) / 3 * 10, "mark {mark} of {cycles}");
            }
        }
    }
}
