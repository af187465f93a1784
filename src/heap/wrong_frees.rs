//! Frees that are wrong: of a block that was freed before, and of a stranger, which no allocation was seen to return.
//!
//! Folding the log keeps nothing of blocks that are gone, so the address is all that it can say of such a free. The rest is
//! an [`Inquiry`](super::Inquiry).

use std::collections::BTreeSet;

/// Addresses that are looked into, and blocks that are followed for it. A module that was born with a full heap may free
/// many strangers; a hostile one as many as it likes.
pub(super) const MOST_FOLLOWED: usize = 1 << 20;

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
