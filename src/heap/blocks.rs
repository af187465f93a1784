//! The live blocks: a direct-mapped table from address to block, mapped as the guest's heap grows.
//!
//! A granule of eight bytes of guest memory has a slot of eight bytes here, so that the table takes a byte for each byte of
//! guest heap, and an event touches one cache line of it. What does not fit (a second block in a granule, a size or an
//! address beyond four gigabytes) is kept in a hash table beside it.

use std::collections::HashMap;

/// One live allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) address: u64,
    pub(crate) size: u64,
    /// Of which [cohort](super::cohorts) it is.
    pub(crate) cohort: u32,
}

/// Bytes of guest memory for which one page of the table stands.
const PAGE: u64 = 1 << 16;
/// Bytes of guest memory for which one slot stands.
const GRANULE: u64 = 8;
const PAGE_SLOTS: usize = (PAGE / GRANULE) as usize;
/// Pages of a 32-bit memory; there are no others.
const PAGES: u64 = 1 << 16;
/// Live blocks that are kept at the most. A 32-bit memory has room for few more, but a hostile guest may hand out addresses
/// that it does not have.
pub(crate) const MOST_BLOCKS: u64 = 1 << 26;

/// Where in its granule a block starts.
const OFFSET_MASK: u32 = (GRANULE - 1) as u32;
/// Set where a lower layer of the allocator knows the block under another address.
const HAS_ALIAS: u32 = 1 << 3;
/// The cohort is in the other 28 bits, which are enough: each has a live block, or is one of the current cycle's few.
const COHORT_SHIFT: u32 = 4;
/// In place of a cohort: the slot is an alias, and the size is the address of the block.
const IS_ALIAS: u32 = u32::MAX >> COHORT_SHIFT;

/// A block or an alias that starts in a granule; an empty slot is all zero.
#[derive(Clone, Copy, Default)]
struct Slot {
    size: u32,
    /// The cohort plus one, [`HAS_ALIAS`], and the offset in the granule.
    tag: u32,
}

type Page = Box<[Slot; PAGE_SLOTS]>;

/// What starts at an address that has no slot.
#[derive(Clone, Copy)]
enum Other {
    Block(Block),
    Alias(u64),
}

/// All live blocks, by address.
#[derive(Default)]
pub(crate) struct Blocks {
    direct: Vec<Option<Page>>,
    others: HashMap<u64, Other>,
    /// Block to its alias, for those that have one.
    aliases: HashMap<u64, u64>,
    count: u64,
}

impl Blocks {
    /// Adds a block; returns the one that was at its address, if any.
    #[inline]
    pub(crate) fn insert(&mut self, block: Block) -> Option<Block> {
        self.count += 1;
        if let Some(tag) = direct_tag(&block)
            && self.others.is_empty()
        {
            let slot = self.slot(block.address);
            if slot.tag == 0 {
                *slot = Slot {
                    size: block.size as u32,
                    tag,
                };
                return None;
            }
        }
        self.insert_other(block)
    }

    /// Takes away the block that starts at the address, or that has it as an alias.
    #[inline]
    pub(crate) fn remove(&mut self, address: u64) -> Option<Block> {
        match self.occupied(address) {
            Some(slot) if slot.tag & HAS_ALIAS == 0 && slot.tag >> COHORT_SHIFT != IS_ALIAS => {
                let block = block_of(address, *slot);
                *slot = Slot::default();
                self.count -= 1;
                Some(block)
            }
            Some(_) => self.remove_with_alias(address),
            None => self.remove_other(address),
        }
    }

    /// Makes `alias` mean the block at `address`, too. A block of its own that starts there goes first.
    pub(crate) fn alias(&mut self, alias: u64, address: u64) {
        if self.contains(alias) || !self.mark_aliased(address) {
            return;
        }
        if let Some(former) = self.aliases.insert(address, alias) {
            self.forget(former);
        }
        if let Some(former) = self.forget(alias) {
            self.aliases.remove(&former);
        }
        let fits = alias < PAGES * PAGE && address < PAGES * PAGE;
        if fits && self.slot(alias).tag == 0 {
            *self.slot(alias) = Slot {
                size: address as u32,
                tag: IS_ALIAS << COHORT_SHIFT | offset(alias),
            };
        } else {
            self.others.insert(alias, Other::Alias(address));
        }
    }

    /// Every live block, in an order that depends on the events only.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Block> {
        let mut others: Vec<Block> = self
            .others
            .values()
            .filter_map(|other| match other {
                Other::Block(block) => Some(*block),
                Other::Alias(_) => None,
            })
            .collect();
        others.sort_by_key(|block| block.address);
        self.direct_blocks().chain(others)
    }

    /// Whether a block starts beyond the first four gigabytes.
    pub(crate) fn lie_beyond_32_bits(&self) -> bool {
        let mut others = self.others.iter();
        others.any(|(address, other)| {
            matches!(other, Other::Block(_)) && *address > u64::from(u32::MAX)
        })
    }

    /// Each alias, with the address of its block, in no order.
    pub(crate) fn aliases(&self) -> impl Iterator<Item = (u64, u64)> {
        self.aliases
            .iter()
            .map(|(address, alias)| (*alias, *address))
    }

    /// Whether the books take more than is reasonable.
    pub(crate) fn are_too_many(&self) -> bool {
        self.count > MOST_BLOCKS
    }

    fn direct_blocks(&self) -> impl Iterator<Item = Block> {
        let pages = (0..).zip(&self.direct);
        let slots = pages.flat_map(|(number, page)| {
            let start = number * PAGE;
            (0..)
                .zip(page.iter().flat_map(|page| page.iter()))
                .map(move |(slot, content)| (start + slot * GRANULE, *content))
        });
        slots
            .filter(|(_, slot)| slot.tag != 0 && slot.tag >> COHORT_SHIFT != IS_ALIAS)
            .map(|(granule, slot)| block_of(granule + u64::from(slot.tag & OFFSET_MASK), slot))
    }

    /// The slot of the granule that holds the address, which is one of a 32-bit memory.
    #[inline]
    fn slot(&mut self, address: u64) -> &mut Slot {
        let page = (address / PAGE) as usize;
        if page >= self.direct.len() {
            self.direct.resize_with(page + 1, || None);
        }
        let slots = self.direct[page].get_or_insert_with(empty_page);
        &mut slots[(address % PAGE / GRANULE) as usize]
    }

    /// The slot that holds what starts at the address.
    #[inline]
    fn occupied(&mut self, address: u64) -> Option<&mut Slot> {
        let page = self.direct.get_mut((address / PAGE) as usize)?.as_mut()?;
        let slot = &mut page[(address % PAGE / GRANULE) as usize];
        (slot.tag != 0 && slot.tag & OFFSET_MASK == offset(address)).then_some(slot)
    }

    fn contains(&mut self, address: u64) -> bool {
        let is_direct = self
            .occupied(address)
            .is_some_and(|slot| slot.tag >> COHORT_SHIFT != IS_ALIAS);
        is_direct || matches!(self.others.get(&address), Some(Other::Block(_)))
    }

    /// Adds a block with an eye on everything else that may start at its address.
    #[inline(never)]
    fn insert_other(&mut self, block: Block) -> Option<Block> {
        let replaced = self.take(block.address);
        match direct_tag(&block) {
            Some(tag) if self.slot(block.address).tag == 0 => {
                *self.slot(block.address) = Slot {
                    size: block.size as u32,
                    tag,
                };
            }
            _ => {
                self.others.insert(block.address, Other::Block(block));
            }
        }
        replaced
    }

    /// Takes away what starts at the address itself: a block is returned, an alias is forgotten.
    fn take(&mut self, address: u64) -> Option<Block> {
        if self.contains(address) {
            return self.remove(address);
        }
        if let Some(owner) = self.forget(address) {
            self.aliases.remove(&owner);
        }
        None
    }

    #[inline(never)]
    fn remove_with_alias(&mut self, address: u64) -> Option<Block> {
        let slot = self.occupied(address)?;
        let content = std::mem::take(slot);
        if content.tag >> COHORT_SHIFT == IS_ALIAS {
            self.aliases.remove(&content.size.into());
            return self.remove_owner(content.size.into());
        }
        self.count -= 1;
        if let Some(alias) = self.aliases.remove(&address) {
            self.forget(alias);
        }
        Some(block_of(address, content))
    }

    #[inline(never)]
    fn remove_other(&mut self, address: u64) -> Option<Block> {
        match self.others.remove(&address)? {
            Other::Alias(owner) => {
                self.aliases.remove(&owner);
                self.remove_owner(owner)
            }
            Other::Block(block) => {
                self.count -= 1;
                if let Some(alias) = self.aliases.remove(&address) {
                    self.forget(alias);
                }
                Some(block)
            }
        }
    }

    /// Takes away the block that an alias meant; the alias is gone already.
    fn remove_owner(&mut self, owner: u64) -> Option<Block> {
        if self.contains(owner) {
            self.remove(owner)
        } else {
            None
        }
    }

    /// An alias does not outlive its block: the address may be handed out again. Returns the block that it meant.
    fn forget(&mut self, alias: u64) -> Option<u64> {
        if let Some(slot) = self.occupied(alias)
            && slot.tag >> COHORT_SHIFT == IS_ALIAS
        {
            return Some(std::mem::take(slot).size.into());
        }
        match self.others.get(&alias) {
            Some(Other::Alias(owner)) => {
                let owner = *owner;
                self.others.remove(&alias);
                Some(owner)
            }
            _ => None,
        }
    }

    /// Notes that the block has an alias; whether there is such a block.
    fn mark_aliased(&mut self, address: u64) -> bool {
        match self.occupied(address) {
            Some(slot) if slot.tag >> COHORT_SHIFT != IS_ALIAS => {
                slot.tag |= HAS_ALIAS;
                true
            }
            _ => matches!(self.others.get(&address), Some(Other::Block(_))),
        }
    }
}

/// The tag of a block that fits a slot.
#[inline]
fn direct_tag(block: &Block) -> Option<u32> {
    let fits = block.address < PAGES * PAGE && block.size <= u64::from(u32::MAX);
    fits.then(|| (block.cohort + 1) << COHORT_SHIFT | offset(block.address))
}

#[inline]
fn block_of(address: u64, slot: Slot) -> Block {
    Block {
        address,
        size: slot.size.into(),
        cohort: (slot.tag >> COHORT_SHIFT) - 1,
    }
}

#[inline]
fn offset(address: u64) -> u32 {
    address as u32 & OFFSET_MASK
}

fn empty_page() -> Page {
    let slots = vec![Slot::default(); PAGE_SLOTS].into_boxed_slice();
    match slots.try_into() {
        Ok(page) => page,
        Err(_) => unreachable!("a page has that many slots"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(address: u64, size: u64) -> Block {
        Block {
            address,
            size,
            cohort: 3,
        }
    }

    fn blocks(all: impl IntoIterator<Item = Block>) -> Blocks {
        let mut blocks = Blocks::default();
        for block in all {
            assert_eq!(blocks.insert(block), None);
        }
        blocks
    }

    #[test]
    fn blocks_that_share_a_granule_are_told_apart() {
        let mut blocks = blocks([16, 17, 19].map(|address| block(address, 1)));
        assert_eq!(blocks.remove(17), Some(block(17, 1)));
        assert_eq!(blocks.remove(17), None);
        let left: Vec<u64> = blocks.iter().map(|block| block.address).collect();
        assert_eq!(left, [16, 19]);
        // The granule's slot is free once its first block is gone, whatever else starts there.
        assert_eq!(blocks.remove(16), Some(block(16, 1)));
        assert_eq!(blocks.insert(block(19, 5)), Some(block(19, 1)));
        assert_eq!(blocks.remove(19), Some(block(19, 5)));
        assert_eq!(blocks.iter().count(), 0);
    }

    #[test]
    fn a_block_at_a_taken_address_replaces() {
        let mut blocks = blocks([block(64, 10)]);
        assert_eq!(blocks.insert(block(64, 20)), Some(block(64, 10)));
        assert_eq!(blocks.iter().count(), 1);
    }

    /// An alias frees its block and ends with it, wherever the two lie.
    fn check_alias(owner: u64, alias: u64) {
        let mut blocks = blocks([block(owner, 10)]);
        blocks.alias(alias, owner);
        assert_eq!(blocks.remove(alias), Some(block(owner, 10)));
        assert_eq!(blocks.remove(alias), None);

        assert_eq!(blocks.insert(block(owner, 10)), None);
        blocks.alias(alias, owner);
        assert_eq!(blocks.remove(owner), Some(block(owner, 10)));
        assert_eq!(blocks.remove(alias), None);
    }

    #[test]
    fn aliases() {
        check_alias(128, 120);
        check_alias(128, 124);
        check_alias(132, 128);
        check_alias(131, 128);
        check_alias(1 << 40, 128);
        check_alias(128, 1 << 40);
    }

    #[test]
    fn a_block_takes_the_place_of_an_alias() {
        let mut blocks = blocks([block(128, 10)]);
        blocks.alias(120, 128);
        assert_eq!(blocks.insert(block(120, 4)), None);
        assert_eq!(blocks.remove(120), Some(block(120, 4)));
        assert_eq!(blocks.remove(120), None);
        assert_eq!(blocks.remove(128), Some(block(128, 10)));
    }

    #[test]
    fn an_alias_of_nothing_is_none() {
        let mut blocks = Blocks::default();
        blocks.alias(120, 128);
        assert_eq!(blocks.insert(block(128, 10)), None);
        assert_eq!(blocks.remove(120), None);
    }

    #[test]
    fn what_does_not_fit_a_slot_is_kept() {
        for large in [block(1 << 50, 10), block(64, 1 << 40)] {
            let mut blocks = blocks([large]);
            assert_eq!(blocks.iter().collect::<Vec<_>>(), [large]);
            assert_eq!(blocks.remove(large.address), Some(large));
            assert_eq!(blocks.remove(large.address), None);
        }
    }
}
