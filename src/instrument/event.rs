//! The records of the log: how they are written down, and what they mean.

use super::layout::Width;

/// The kinds of record, in the top bits of a record's last word; the rest of the word is the site.
pub(crate) const KIND_SHIFT: u32 = 30;
pub(crate) const ALLOCATE: u32 = 0;
pub(crate) const FREE: u32 = 1;
pub(crate) const RESIZE: u32 = 2;
pub(crate) const ALIAS: u32 = 3;

/// The size in the record of a free that nobody asked for by name: see [`Event::Release`].
pub(crate) const RELEASED: u32 = 1;

const SITE_MASK: u32 = (1 << KIND_SHIFT) - 1;

/// One thing that happened to the guest's heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// An allocator handed out `size` bytes at `address`; `site` numbers the calling contexts from 0.
    Allocate {
        /// Start of the block.
        address: u64,
        /// Requested bytes.
        size: u64,
        /// The site, in the order of first sight.
        site: u32,
    },
    /// The block at `address` was freed.
    Free {
        /// Start of the block, or an alias of it.
        address: u64,
    },
    /// There is free memory from `address` on: a block that began there was freed, if there was one.
    Release {
        /// Start of the free memory.
        address: u64,
    },
    /// The block at `address` was resized: the next event is the [`Event::Allocate`] of what it became.
    Resize {
        /// Where the block was before.
        address: u64,
    },
    /// The block that was allocated last is known to a lower layer of the allocator as `address`.
    Alias {
        /// The other address, which may be freed in place of the block's own.
        address: u64,
    },
}

/// The events in a stretch of the log, which holds whole records.
#[inline]
pub fn decode(width: Width, bytes: &[u8]) -> impl Iterator<Item = Event> + '_ {
    bytes
        .chunks_exact(width.record() as usize)
        .map(move |record| match width {
            Width::Narrow => event(
                u32_at(record, 0).into(),
                u32_at(record, 4).into(),
                u32_at(record, 8),
            ),
            Width::Wide => event(u64_at(record, 0), u64_at(record, 8), u32_at(record, 16)),
        })
}

#[inline]
fn event(address: u64, size: u64, word: u32) -> Event {
    match word >> KIND_SHIFT {
        ALLOCATE => Event::Allocate {
            address,
            size,
            // The guest counts sites from 1, since 0 marks an empty slot in its table.
            site: (word & SITE_MASK).saturating_sub(1),
        },
        FREE if size == u64::from(RELEASED) => Event::Release { address },
        FREE => Event::Free { address },
        RESIZE => Event::Resize { address },
        _ => Event::Alias { address },
    }
}

#[inline]
fn u32_at(record: &[u8], offset: usize) -> u32 {
    u32::from_le_bytes(
        record[offset..offset + 4]
            .try_into()
            .expect("four bytes were taken"),
    )
}

#[inline]
fn u64_at(record: &[u8], offset: usize) -> u64 {
    u64::from_le_bytes(
        record[offset..offset + 8]
            .try_into()
            .expect("eight bytes were taken"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(width: Width, bytes: &[u8], expected: &[Event]) {
        assert_eq!(decode(width, bytes).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn narrow_records() {
        let mut bytes = Vec::new();
        for word in [64, 100, 7, 64, 0, FREE << KIND_SHIFT] {
            bytes.extend(u32::to_le_bytes(word));
        }
        let allocate = Event::Allocate {
            address: 64,
            size: 100,
            site: 6,
        };
        check(
            Width::Narrow,
            &bytes,
            &[allocate, Event::Free { address: 64 }],
        );
    }

    #[test]
    fn wide_records() {
        let mut bytes = Vec::new();
        bytes.extend(u64::to_le_bytes(1 << 40));
        bytes.extend(u64::to_le_bytes(0));
        bytes.extend(u32::to_le_bytes(ALIAS << KIND_SHIFT));
        check(Width::Wide, &bytes, &[Event::Alias { address: 1 << 40 }]);
    }
}
