//! The inquiry into wrong frees: the story is told once more, and what happens at their addresses is followed from the start.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::wrong_frees::{End, Former, Inside, MOST_FOLLOWED, WrongFree, WrongFrees};
use crate::instrument::{Event, Width, decode};
use crate::module::CodeFrame;
use crate::run::{Log, MarkKind, Observer, Overwhelmed};

/// Wrong frees of which everything is told, by their addresses. More of them say no more of the fault.
const MOST_TOLD: usize = 10;

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
            Event::Release { address } => self.release(address),
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
            self.aliases.retain(|_, named| *named != start);
            self.aliases.insert(alias, start);
        } else {
            // Whatever it named before, it is a name of a block now that nobody asks for.
            self.aliases.remove(&alias);
        }
    }

    /// Free memory begins there; that there was no block is no fault.
    fn release(&mut self, address: u64) {
        if self.live.contains_key(&address) || self.aliases.contains_key(&address) {
            self.end(address, false);
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
        // Nobody else's name is given to a block that is gone.
        self.latest.take_if(|(latest, _)| *latest == start);
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
    fn site(&mut self, _: &[CodeFrame], _: bool) {}

    fn events(&mut self, width: Width, log: &[u8], _: u64) -> Result<(), Overwhelmed> {
        decode(width, log).for_each(|event| self.event(event));
        if self.live.len() > MOST_FOLLOWED {
            let most = MOST_FOLLOWED as u64;
            return Err(Overwhelmed { most });
        }
        Ok(())
    }

    fn mark(&mut self, _: MarkKind, _: u64, _: u64) {}
    fn finish(&mut self, _: Log, _: Vec<Vec<CodeFrame>>) {}
}

#[cfg(test)]
mod tests;
