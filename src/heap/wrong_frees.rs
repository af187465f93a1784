//! Frees that are wrong: of a block that was freed before, and of a stranger, which no allocation was seen to return.
//!
//! Folding the log keeps nothing of blocks that are gone, so the address is all that it can say of such a free. The rest is
//! an [`Inquiry`]: the story is told once more, and what happens at those addresses is followed from the start.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::instrument::{Event, Width, decode};
use crate::module::CodeFrame;
use crate::run::{Log, MarkKind, Observer, Overwhelmed};

/// Addresses that are looked into, and blocks that are followed for it. A module that was born with a full heap may free
/// many strangers; a hostile one as many as it likes.
const MOST_FOLLOWED: usize = 1 << 20;

/// Wrong frees of which everything is told, by their addresses. More of them say no more of the fault.
const MOST_TOLD: usize = 10;

/// Notes an address that was freed though no block was there.
pub(super) fn note(addresses: &mut BTreeSet<u64>, address: u64) {
    if addresses.len() < MOST_FOLLOWED {
        addresses.insert(address);
    }
}

/// The frees of a run that were wrong, resizes included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WrongFrees {
    /// Frees of blocks that had been freed before.
    pub double: u64,
    /// Frees of addresses that no allocation was seen to return.
    pub strangers: u64,
    /// The first wrong free of each address, in their order; ten at the most.
    pub first: Vec<WrongFree>,
}

/// What is known of one wrong free. Records are numbered from 0, in the order of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongFree {
    /// What was freed.
    pub address: u64,
    /// The first record of it.
    pub end: End,
    /// How often the address was freed wrongly in the whole run.
    pub times: u64,
    /// The block that had been there; none of a stranger.
    pub former: Option<Former>,
    /// The live block that the address lies inside of.
    pub inside: Option<Inside>,
    /// How often an allocation returned the address later on though a block lived there.
    pub handed_out_twice: u64,
}

/// How a block ended, or would have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// The number of the record.
    pub record: u64,
    /// Whether it was resized, and not freed.
    pub by_resize: bool,
}

/// A block that is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Former {
    /// Requested bytes.
    pub size: u64,
    /// Where it came from.
    pub site: u32,
    /// How it went.
    pub end: End,
}

/// A place inside a live block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inside {
    /// Requested bytes of the block.
    pub size: u64,
    /// Where the block came from.
    pub site: u32,
    /// How far from the block's start.
    pub offset: u64,
}

impl WrongFrees {
    /// The records at which a stack says where something was freed.
    pub fn records(&self) -> BTreeSet<u64> {
        let ends = self.first.iter().flat_map(|free| {
            let former = free.former.map(|former| former.end);
            [Some(free.end), former].into_iter().flatten()
        });
        ends.map(|end| end.record).collect()
    }
}

/// Follows what happens at some addresses.
pub struct Inquiry {
    addresses: BTreeSet<u64>,
    /// Records so far.
    records: u64,
    /// The live blocks that one of the addresses names or lies in, by their starts.
    live: BTreeMap<u64, Living>,
    /// Other names of these blocks.
    aliases: BTreeMap<u64, u64>,
    /// The block that was allocated last.
    latest: Option<(u64, Living)>,
    /// What each of the addresses named last.
    gone: HashMap<u64, Former>,
    frees: WrongFrees,
}

#[derive(Clone, Copy)]
struct Living {
    size: u64,
    site: u32,
}

impl Inquiry {
    /// An inquiry into those addresses.
    pub fn into_addresses(addresses: BTreeSet<u64>) -> Inquiry {
        Inquiry {
            addresses,
            records: 0,
            live: BTreeMap::new(),
            aliases: BTreeMap::new(),
            latest: None,
            gone: HashMap::new(),
            frees: WrongFrees::default(),
        }
    }

    /// What came of it.
    pub fn finish(self) -> WrongFrees {
        self.frees
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Allocate {
                address,
                size,
                site,
            } => self.allocate(address, Living { size, site }),
            Event::Alias { address } => self.alias(address),
            Event::Free { address } => self.end(address, false),
            Event::Resize { address } => self.end(address, true),
        }
        self.records += 1;
    }

    fn allocate(&mut self, address: u64, block: Living) {
        self.latest = Some((address, block));
        self.aliases.remove(&address);
        if self.live.remove(&address).is_some() {
            self.aliases.retain(|_, start| *start != address);
            let told = self.frees.first.iter_mut();
            told.filter(|free| free.address == address)
                .for_each(|free| free.handed_out_twice += 1);
        }
        let behind = address.saturating_add(block.size.max(1));
        if self.addresses.range(address..behind).next().is_some() {
            self.live.insert(address, block);
        }
    }

    /// Another name of the block that was allocated last; one that a block of its own starts at is none.
    fn alias(&mut self, alias: u64) {
        let Some((start, block)) = self.latest else {
            return;
        };
        if self.live.contains_key(&alias) {
            return;
        }
        if self.addresses.contains(&alias) {
            self.live.insert(start, block);
        }
        if self.live.contains_key(&start) {
            self.aliases.insert(alias, start);
        } else {
            // Whatever it named before, it is a name of a block now that nobody asks for.
            self.aliases.remove(&alias);
        }
    }

    fn end(&mut self, address: u64, by_resize: bool) {
        let end = End {
            record: self.records,
            by_resize,
        };
        let aliased = self.aliases.get(&address).copied();
        let start = if self.live.contains_key(&address) {
            address
        } else {
            aliased.unwrap_or(address)
        };
        match self.live.remove(&start) {
            Some(block) => self.bury(start, block, end),
            None if self.addresses.contains(&address) => self.wrong(address, end),
            None => {}
        }
    }

    /// Keeps what a block was under all its names.
    fn bury(&mut self, start: u64, block: Living, end: End) {
        let former = Former {
            size: block.size,
            site: block.site,
            end,
        };
        let names = self
            .aliases
            .iter()
            .filter(|(_, aliased)| **aliased == start);
        let names: Vec<u64> = names.map(|(alias, _)| *alias).chain([start]).collect();
        for name in names {
            self.aliases.remove(&name);
            if self.addresses.contains(&name) {
                self.gone.insert(name, former);
            }
        }
    }

    fn wrong(&mut self, address: u64, end: End) {
        let former = self.gone.get(&address).copied();
        match former {
            Some(_) => self.frees.double += 1,
            None => self.frees.strangers += 1,
        }
        let inside = self.inside(address);
        let told = &mut self.frees.first;
        if let Some(known) = told.iter_mut().find(|free| free.address == address) {
            known.times += 1;
        } else if told.len() < MOST_TOLD {
            told.push(WrongFree {
                address,
                end,
                times: 1,
                former,
                inside,
                handed_out_twice: 0,
            });
        }
    }

    fn inside(&self, address: u64) -> Option<Inside> {
        let (start, block) = self.live.range(..address).next_back()?;
        let offset = address - start;
        (offset < block.size).then_some(Inside {
            size: block.size,
            site: block.site,
            offset,
        })
    }
}

impl Observer for Inquiry {
    fn site(&mut self, _: Vec<CodeFrame>, _: bool) {}

    fn events(&mut self, width: Width, log: &[u8], _: u64) -> Result<(), Overwhelmed> {
        decode(width, log).for_each(|event| self.event(event));
        if self.live.len() > MOST_FOLLOWED {
            let most = MOST_FOLLOWED as u64;
            return Err(Overwhelmed { most });
        }
        Ok(())
    }

    fn mark(&mut self, _: MarkKind, _: u64, _: u64) {}
    fn finish(&mut self, _: Log) {}
}

#[cfg(test)]
mod tests {
    use super::super::Fold;
    use super::*;
    use crate::splitmix;

    fn allocate(address: u64, size: u64) -> Event {
        Event::Allocate {
            address,
            size,
            site: size as u32,
        }
    }

    fn free(address: u64) -> Event {
        Event::Free { address }
    }

    fn freed_at(record: u64) -> End {
        End {
            record,
            by_resize: false,
        }
    }

    /// What an inquiry into one address finds in those events.
    fn inquire(address: u64, events: &[Event]) -> WrongFrees {
        let mut inquiry = Inquiry::into_addresses([address].into());
        events.iter().for_each(|event| inquiry.event(*event));
        inquiry.finish()
    }

    fn check_double(address: u64, events: &[Event], former: Former, end: End) -> WrongFree {
        let frees = inquire(address, events);
        assert_eq!((frees.double, frees.strangers), (1, 0));
        let found = frees.first[0].clone();
        assert_eq!((found.former, found.end), (Some(former), end));
        found
    }

    #[test]
    fn a_block_that_is_freed_again() {
        let former = Former {
            size: 24,
            site: 24,
            end: freed_at(2),
        };
        let events = [
            allocate(64, 24),
            allocate(8, 8),
            free(64),
            free(8),
            free(64),
        ];
        check_double(64, &events, former, freed_at(4));
        // Whatever the address was before, the latest block there counts.
        let events = [free(64), allocate(64, 24), free(64), free(64)];
        let frees = inquire(64, &events);
        assert_eq!((frees.double, frees.strangers), (1, 1));
    }

    #[test]
    fn a_stale_address_after_a_resize() {
        let end = |record| End {
            record,
            by_resize: true,
        };
        let resize = Event::Resize { address: 64 };
        let events = [allocate(64, 24), resize, allocate(128, 48), resize];
        let former = Former {
            size: 24,
            site: 24,
            end: end(1),
        };
        check_double(64, &events, former, end(3));
        let in_place = [allocate(64, 24), resize, allocate(64, 48), free(64)];
        assert_eq!(inquire(64, &in_place), WrongFrees::default());
    }

    #[test]
    fn a_block_is_freed_by_any_of_its_names() {
        let alias = Event::Alias { address: 120 };
        let former = Former {
            size: 24,
            site: 24,
            end: freed_at(2),
        };
        for (first, again) in [(120, 128), (128, 120), (120, 120)] {
            let events = [allocate(128, 24), alias, free(first), free(again)];
            check_double(again, &events, former, freed_at(3));
        }
    }

    #[test]
    fn a_stranger_inside_a_block() {
        let inside = |address, events: &[Event]| inquire(address, events).first[0].inside;
        let eight_behind = Inside {
            size: 24,
            site: 24,
            offset: 8,
        };
        assert_eq!(
            inside(72, &[allocate(64, 24), free(72)]),
            Some(eight_behind)
        );
        assert_eq!(inside(88, &[allocate(64, 24), free(88)]), None);
        assert_eq!(inside(72, &[allocate(64, 24), free(64), free(72)]), None);
    }

    #[test]
    fn a_block_that_is_free_twice_is_handed_out_twice() {
        let double = [allocate(64, 24), free(64), free(64)];
        let later = [allocate(64, 24), allocate(64, 24)];
        let frees = inquire(64, &[&double[..], &later].concat());
        assert_eq!(frees.first[0].handed_out_twice, 1);
    }

    /// Whatever a guest does, the inquiry meets every wrong free that the fold has counted, and no other.
    #[test]
    fn every_wrong_free_is_found_again() {
        let mut random = 1;
        for _ in 0..100 {
            let log = log(&mut random);
            let mut fold = Fold::default();
            fold.events(Width::Narrow, &log, 0).expect("few blocks");
            let recording = fold.finish();
            let mut inquiry = Inquiry::into_addresses(recording.wrongly_freed);
            inquiry.events(Width::Narrow, &log, 0).expect("few blocks");
            let frees = inquiry.finish();
            let unknown = recording.diagnostics.unknown_frees;
            assert!(frees.double > 0 && frees.strangers > 0);
            assert_eq!(frees.double + frees.strangers, unknown);
        }
    }

    /// A thousand events at a few hundred addresses. Layers of an allocator name blocks by addresses of their own.
    fn log(random: &mut u64) -> Vec<u8> {
        const ALLOCATE: u32 = 0;
        const FREE: u32 = 1 << 30;
        const RESIZE: u32 = 2 << 30;
        const ALIAS: u32 = 3 << 30;
        let mut below = |most: u32| {
            let (number, next) = splitmix::next(*random);
            *random = next;
            number as u32 % most
        };
        let mut log = Vec::new();
        for _ in 0..1000 {
            let [block, name] = [1024, 1028].map(|start| start + 8 * below(300));
            let size = below(40);
            let records: &[[u32; 3]] = match below(8) {
                0..3 => &[[block, size, ALLOCATE]],
                3 => &[[block, size, ALLOCATE], [name, 0, ALIAS]],
                4..6 => &[[block, 0, FREE]],
                6 => &[[name, 0, FREE]],
                _ => &[[block, 0, RESIZE], [1024 + 8 * below(300), size, ALLOCATE]],
            };
            log.extend(records.iter().flatten().flat_map(|word| word.to_le_bytes()));
        }
        log
    }

    #[test]
    fn so_many_are_told_and_all_are_counted() {
        let addresses: BTreeSet<u64> = (1..=100).collect();
        let mut inquiry = Inquiry::into_addresses(addresses.clone());
        for address in addresses {
            inquiry.event(free(address));
            inquiry.event(free(address));
        }
        let frees = inquiry.finish();
        assert_eq!(frees.strangers, 200);
        let told: Vec<(u64, u64)> = frees
            .first
            .iter()
            .map(|free| (free.address, free.times))
            .collect();
        assert_eq!(
            told,
            (1..=10).map(|address| (address, 2)).collect::<Vec<_>>()
        );
    }
}
