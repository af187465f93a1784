//! Cohorts: the blocks of one site that were born in one cycle.

use std::collections::HashMap;

/// What the blocks of a cohort have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cohort {
    pub(crate) site: u32,
    /// The cycle in which the blocks were born; a resize does not change it.
    pub(crate) birth: u32,
    /// How many are live.
    blocks: u32,
}

/// All cohorts that have live blocks, by number. A block names its cohort, which takes less room than a site and a cycle.
#[derive(Default)]
pub(crate) struct Cohorts {
    all: Vec<Cohort>,
    /// Those of earlier cycles, by site and cycle. Those of the cycle that is under way are found by their sites.
    numbers: HashMap<(u32, u32), u32>,
    /// Numbers of cohorts whose blocks are gone.
    unused: Vec<u32>,
}

impl Cohorts {
    /// A new cohort of the cycle that is under way; returns its number.
    #[inline(never)]
    pub(crate) fn open(&mut self, site: u32, birth: u32) -> u32 {
        let cohort = Cohort {
            site,
            birth,
            blocks: 0,
        };
        match self.unused.pop() {
            Some(number) => {
                self.all[number as usize] = cohort;
                number
            }
            None => {
                self.all.push(cohort);
                self.all.len() as u32 - 1
            }
        }
    }

    /// The number of a cohort of an earlier cycle.
    pub(crate) fn earlier(&mut self, site: u32, birth: u32) -> u32 {
        if let Some(number) = self.numbers.get(&(site, birth)) {
            return *number;
        }
        let number = self.open(site, birth);
        self.numbers.insert((site, birth), number);
        number
    }

    /// A block was born.
    #[inline]
    pub(crate) fn add(&mut self, number: u32) {
        self.all[number as usize].blocks += 1;
    }

    /// A block is gone; returns what it was. A cohort of an earlier cycle than `cycle` ends with its last block.
    #[inline]
    pub(crate) fn subtract(&mut self, number: u32, cycle: u32) -> Cohort {
        let cohort = &mut self.all[number as usize];
        cohort.blocks -= 1;
        let cohort = *cohort;
        if cohort.blocks == 0 && cohort.birth != cycle {
            self.end(number);
        }
        cohort
    }

    /// The cycle is over: its cohorts, which stayed while it lasted, end with their last block, as those without any do now.
    pub(crate) fn end_cycle(&mut self, current: impl Iterator<Item = u32>) {
        for number in current {
            let Cohort {
                site,
                birth,
                blocks,
            } = self.get(number);
            if blocks == 0 {
                self.unused.push(number);
            } else {
                self.numbers.insert((site, birth), number);
            }
        }
    }

    #[inline(never)]
    fn end(&mut self, number: u32) {
        let cohort = self.get(number);
        if self.numbers.remove(&(cohort.site, cohort.birth)).is_some() {
            self.unused.push(number);
        }
    }

    pub(crate) fn get(&self, number: u32) -> Cohort {
        self.all[number as usize]
    }
}
