//! The sites that hold more than they did.

use std::cmp::Reverse;

use crate::heap::{Recording, SiteRecord};

/// A site that holds more at idle end than at baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grown {
    /// Its number in the recording.
    pub site: usize,
    /// Bytes more; a site that only has more blocks of nothing has zero.
    pub bytes: u64,
    /// Blocks more, negative where fewer blocks hold more bytes.
    pub blocks: i64,
}

/// Largest first; equal ones in the order of their first allocation.
pub(super) fn grown(recording: &Recording) -> Vec<Grown> {
    let mut grown: Vec<Grown> = recording
        .sites
        .iter()
        .enumerate()
        .filter_map(|(site, record)| growth(site, record))
        .collect();
    grown.sort_by_key(|grown| (Reverse(grown.bytes), Reverse(grown.blocks), grown.site));
    grown
}

fn growth(site: usize, record: &SiteRecord) -> Option<Grown> {
    let (before, after) = (record.at_baseline, record.at_idle_end);
    let blocks = after.blocks.cast_signed() - before.blocks.cast_signed();
    let bytes = after.bytes.checked_sub(before.bytes)?;
    let has_grown = bytes > 0 || blocks > 0;
    has_grown.then(|| Grown {
        site,
        bytes,
        blocks,
    })
}
