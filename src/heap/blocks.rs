//! The live blocks: a direct-mapped table from address to block, mapped lazily.

use std::collections::{BTreeMap, HashMap};

/// One live allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) address: u64,
    pub(crate) size: u64,
    pub(crate) site: u32,
    /// The cycle in which it was born; a resize does not change it.
    pub(crate) birth: u32,
}

/// Bytes of guest memory for which one page of the table stands.
const PAGE: u64 = 1 << 16;
/// Addresses that share a slot. Allocators align to eight bytes at the least, so chains are rare.
const GRANULE: u64 = 8;
const PAGE_SLOTS: usize = (PAGE / GRANULE) as usize;
/// Pages below this one are found without hashing: all of a 32-bit memory.
const DIRECT_PAGES: u64 = 1 << 16;
/// Live blocks that are kept at the most, which takes two gigabytes. A 32-bit memory has room for few more, but a hostile
/// guest may hand out addresses that it does not have.
pub(crate) const MOST_BLOCKS: u64 = 1 << 26;
/// No block.
const NONE: u32 = u32::MAX;

type Page = Box<[u32]>;

/// A block in its chain, or a node that waits to be used again.
#[derive(Clone, Copy)]
struct Node {
    block: Block,
    /// The next block in the same slot, or the next unused node.
    next: u32,
    live: bool,
}

/// All live blocks, by address.
pub(crate) struct Blocks {
    nodes: Vec<Node>,
    unused: u32,
    direct: Vec<Option<Page>>,
    distant: HashMap<u64, Page>,
    /// Other addresses under which a lower layer of the allocator knows a block.
    aliases: BTreeMap<u64, u64>,
}

impl Default for Blocks {
    fn default() -> Self {
        Blocks {
            nodes: Vec::new(),
            unused: NONE,
            direct: Vec::new(),
            distant: HashMap::new(),
            aliases: BTreeMap::new(),
        }
    }
}

impl Blocks {
    /// Adds a block; returns the one that was at its address, if any.
    pub(crate) fn insert(&mut self, block: Block) -> Option<Block> {
        if !self.aliases.is_empty() {
            self.aliases.remove(&block.address);
        }
        let replaced = self.unlink(block.address);
        let next = *self.slot(block.address);
        let node = self.take_node(Node {
            block,
            next,
            live: true,
        });
        *self.slot(block.address) = node;
        replaced
    }

    /// Takes away the block that starts at the address, or that has it as an alias.
    pub(crate) fn remove(&mut self, address: u64) -> Option<Block> {
        if let Some(block) = self.unlink(address) {
            return Some(block);
        }
        let aliased = self.aliases.remove(&address)?;
        self.unlink(aliased)
    }

    /// Makes `alias` mean the block at `address`, too. A block of its own that starts there goes first.
    pub(crate) fn alias(&mut self, alias: u64, address: u64) {
        if !self.contains(alias) {
            self.aliases.insert(alias, address);
        }
    }

    /// Every live block, in an order that depends on the events only.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Block> {
        self.nodes
            .iter()
            .filter(|node| node.live)
            .map(|node| &node.block)
    }

    /// Whether the books take more than is reasonable: by blocks, or by the pages of the table that lie apart.
    pub(crate) fn are_too_many(&self) -> bool {
        self.nodes.len() as u64 > MOST_BLOCKS || self.distant.len() as u64 > DIRECT_PAGES
    }

    fn contains(&mut self, address: u64) -> bool {
        let mut node = *self.slot(address);
        while let Some(Node { block, next, .. }) = self.nodes.get(node as usize) {
            if block.address == address {
                return true;
            }
            node = *next;
        }
        false
    }

    fn unlink(&mut self, address: u64) -> Option<Block> {
        let mut before = NONE;
        let mut node = *self.slot(address);
        loop {
            let Node { block, next, .. } = *self.nodes.get(node as usize)?;
            if block.address == address {
                match self.nodes.get_mut(before as usize) {
                    Some(before) => before.next = next,
                    None => *self.slot(address) = next,
                }
                self.give_back(node);
                self.forget_aliases(address);
                return Some(block);
            }
            before = node;
            node = next;
        }
    }

    /// An alias does not outlive its block: the address may be handed out again.
    fn forget_aliases(&mut self, address: u64) {
        if !self.aliases.is_empty() {
            self.aliases.retain(|_, aliased| *aliased != address);
        }
    }

    /// The first node of the blocks whose addresses share a slot.
    fn slot(&mut self, address: u64) -> &mut u32 {
        let page = address / PAGE;
        let slots = if page < DIRECT_PAGES {
            let page = page as usize;
            if page >= self.direct.len() {
                self.direct.resize(page + 1, None);
            }
            self.direct[page].get_or_insert_with(empty_page)
        } else {
            self.distant.entry(page).or_insert_with(empty_page)
        };
        &mut slots[(address % PAGE / GRANULE) as usize]
    }

    fn take_node(&mut self, node: Node) -> u32 {
        let index = self.unused;
        match self.nodes.get_mut(index as usize) {
            Some(unused) => {
                self.unused = unused.next;
                *unused = node;
                index
            }
            None => {
                self.nodes.push(node);
                self.nodes.len() as u32 - 1
            }
        }
    }

    fn give_back(&mut self, index: u32) {
        let node = &mut self.nodes[index as usize];
        node.live = false;
        node.next = self.unused;
        self.unused = index;
    }
}

fn empty_page() -> Page {
    vec![NONE; PAGE_SLOTS].into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(address: u64, size: u64) -> Block {
        Block {
            address,
            size,
            site: 0,
            birth: 0,
        }
    }

    #[test]
    fn blocks_that_share_a_granule_are_told_apart() {
        let mut blocks = Blocks::default();
        for address in [16, 17, 19] {
            assert_eq!(blocks.insert(block(address, 1)), None);
        }
        assert_eq!(blocks.remove(17), Some(block(17, 1)));
        assert_eq!(blocks.remove(17), None);
        let left: Vec<u64> = blocks.iter().map(|block| block.address).collect();
        assert_eq!(left, [16, 19]);
    }

    #[test]
    fn a_block_at_a_taken_address_replaces() {
        let mut blocks = Blocks::default();
        blocks.insert(block(64, 10));
        assert_eq!(blocks.insert(block(64, 20)), Some(block(64, 10)));
        assert_eq!(blocks.iter().count(), 1);
    }

    #[test]
    fn an_alias_frees_its_block_and_ends_with_it() {
        let mut blocks = Blocks::default();
        blocks.insert(block(128, 10));
        blocks.alias(120, 128);
        assert_eq!(blocks.remove(120), Some(block(128, 10)));
        assert_eq!(blocks.remove(120), None);

        blocks.insert(block(128, 10));
        blocks.alias(120, 128);
        assert_eq!(blocks.remove(128), Some(block(128, 10)));
        assert_eq!(blocks.remove(120), None);
    }

    #[test]
    fn a_block_takes_the_place_of_an_alias() {
        let mut blocks = Blocks::default();
        blocks.insert(block(128, 10));
        blocks.alias(120, 128);
        blocks.insert(block(120, 4));
        assert_eq!(blocks.remove(120), Some(block(120, 4)));
        assert_eq!(blocks.remove(128), Some(block(128, 10)));
    }

    #[test]
    fn addresses_beyond_four_gigabytes() {
        let mut blocks = Blocks::default();
        blocks.insert(block(1 << 50, 10));
        assert_eq!(blocks.remove(1 << 50), Some(block(1 << 50, 10)));
    }
}
