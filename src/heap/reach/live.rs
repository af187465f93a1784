//! The live blocks as they lie in memory, and which of them an address means.

use std::collections::BTreeMap;

use super::index::Index;

/// A live block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveBlock {
    /// Where it starts.
    pub address: u64,
    /// Requested bytes.
    pub size: u64,
    /// The number of its site.
    pub site: u32,
}

/// How many blocks around each other are looked at to find the one that an address lies in.
const MOST_AROUND: usize = 16;

/// All live blocks, in the order of their addresses; twelve bytes each, and four of the index.
///
/// Of two blocks that overlap, the bytes that both claim belong to the one that starts later: an allocator that takes its
/// memory from another one hands out blocks inside of its own.
#[derive(Debug, Default)]
pub struct Live {
    starts: Vec<u32>,
    /// Bytes up to the end of the block around it, if there is one.
    sizes: Vec<u32>,
    sites: Vec<u32>,
    index: Index,
    /// Requested sizes, where they are others.
    requested: BTreeMap<u32, u64>,
    /// Blocks that start inside another one, each with that one, in order.
    around: Vec<(u32, u32)>,
    /// Other addresses under which lower layers of an allocator know a block, in order, and the blocks that they mean.
    aliases: Vec<u32>,
    aliased: Vec<u32>,
    alias_index: Index,
    /// From the lowest address that means a block to the highest.
    lowest: u32,
    span: u32,
}

impl Live {
    /// Blocks and aliases (each with the address of its block) in any order. What does not start in the first four gigabytes
    /// is left out.
    pub fn new(
        blocks: impl Iterator<Item = LiveBlock>,
        aliases: impl Iterator<Item = (u64, u64)>,
    ) -> Live {
        let mut live = Live::default();
        live.take(blocks);
        live.index = Index::new(&live.starts);
        live.take_aliases(aliases);
        live.alias_index = Index::new(&live.aliases);
        let ends = (0..live.len()).map(|block| {
            let (start, end) = live.range(block);
            end.max(start + 1) - 1
        });
        let highest = ends.chain(live.aliases.last().map(|alias| u64::from(*alias)));
        let highest = highest.max().unwrap_or(0).min(u32::MAX.into()) as u32;
        let firsts = [live.starts.first(), live.aliases.first()];
        live.lowest = firsts.into_iter().flatten().min().copied().unwrap_or(1);
        live.span = highest.saturating_sub(live.lowest);
        live
    }

    /// How many there are.
    pub fn len(&self) -> u32 {
        self.starts.len() as u32
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// The site of a block.
    pub fn site(&self, block: u32) -> u32 {
        self.sites[block as usize]
    }

    /// Where a block starts.
    pub fn start(&self, block: u32) -> u64 {
        self.starts[block as usize].into()
    }

    /// Where the first one starts.
    pub fn lowest(&self) -> Option<u64> {
        self.starts.first().copied().map(u64::from)
    }

    /// One more than the highest number of a site.
    pub(super) fn site_count(&self) -> usize {
        self.sites.iter().max().map_or(0, |site| *site as usize + 1)
    }

    /// The requested size of a block.
    pub fn requested(&self, block: u32) -> u64 {
        let other = self.requested.get(&block);
        other.copied().unwrap_or(self.sizes[block as usize].into())
    }

    /// Where a block starts and ends.
    pub(in crate::heap) fn range(&self, block: u32) -> (u64, u64) {
        let start = u64::from(self.starts[block as usize]);
        (start, start + u64::from(self.sizes[block as usize]))
    }

    /// The first block that starts at the address or behind it.
    pub(in crate::heap) fn first_from(&self, address: u64) -> u32 {
        match u32::try_from(address).map(|address| address.checked_sub(1)) {
            Ok(Some(before)) => self.index.up_to(&self.starts, before),
            Ok(None) => 0,
            Err(_) => self.len(),
        }
    }

    /// Whether blocks lie inside of others.
    pub(super) fn has_nested(&self) -> bool {
        !self.around.is_empty()
    }

    /// The block that the address means, and whether it is its start, under whatever address. The end of a block is none of
    /// it, but the start of an empty one is.
    #[inline]
    pub(super) fn find(&self, address: u64) -> Option<(u32, bool)> {
        let address = u32::try_from(address).ok()?;
        if address.wrapping_sub(self.lowest) > self.span {
            return None;
        }
        let last = self.index.last_to(&self.starts, address);
        if let Some(block) = last
            && self.starts[block as usize] == address
        {
            return Some((block, true));
        }
        if let Some(block) = self.find_alias(address) {
            return Some((block, true));
        }
        let mut block = last?;
        for _ in 0..MOST_AROUND {
            if address - self.starts[block as usize] < self.sizes[block as usize] {
                return Some((block, false));
            }
            block = self.around(block)?;
        }
        None
    }

    #[inline]
    fn find_alias(&self, address: u32) -> Option<u32> {
        let last = self.alias_index.last_to(&self.aliases, address)?;
        let is_it = self.aliases[last as usize] == address;
        is_it.then(|| self.aliased[last as usize])
    }

    #[inline]
    fn around(&self, block: u32) -> Option<u32> {
        if self.around.is_empty() {
            return None;
        }
        let found = self
            .around
            .binary_search_by_key(&block, |(inner, _)| *inner);
        found.ok().map(|found| self.around[found].1)
    }

    fn take(&mut self, blocks: impl Iterator<Item = LiveBlock>) {
        let mut fitting: Vec<LiveBlock> = blocks
            .filter(|block| block.address <= u32::MAX.into())
            .collect();
        if !fitting.is_sorted_by_key(|block| block.address) {
            fitting.sort_by_key(|block| block.address);
        }
        fitting.dedup_by_key(|block| block.address);
        // Blocks around the one that is looked at, each with its end.
        let mut around: Vec<(u32, u64)> = Vec::new();
        self.starts.reserve_exact(fitting.len());
        self.sizes.reserve_exact(fitting.len());
        self.sites.reserve_exact(fitting.len());
        for (number, block) in (0..).zip(&fitting) {
            while around.last().is_some_and(|(_, end)| *end <= block.address) {
                around.pop();
            }
            let mut end = block.address.saturating_add(block.size);
            end = end.min(block.address + u64::from(u32::MAX));
            if let Some((outer, outer_end)) = around.last() {
                self.around.push((number, *outer));
                end = end.min(*outer_end);
            }
            let size = end - block.address;
            if size != block.size {
                self.requested.insert(number, block.size);
            }
            self.starts.push(block.address as u32);
            self.sizes.push(size as u32);
            self.sites.push(block.site);
            around.push((number, end));
        }
    }

    fn take_aliases(&mut self, aliases: impl Iterator<Item = (u64, u64)>) {
        let mut known: Vec<(u32, u32)> = aliases
            .filter_map(|(alias, address)| {
                let (alias, address) = (u32::try_from(alias).ok()?, u32::try_from(address).ok()?);
                let block = self.index.last_to(&self.starts, address)?;
                (self.starts[block as usize] == address).then_some((alias, block))
            })
            .collect();
        known.sort_unstable();
        known.dedup_by_key(|(alias, _)| *alias);
        (self.aliases, self.aliased) = known.into_iter().unzip();
    }
}
