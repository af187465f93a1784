//! Who points to whom: roots and blocks, read from linear memory whenever somebody asks, since all pointers of a large heap
//! take more room than the heap's books may.

use std::ops::Range;

use super::live::Live;

/// Something that is alive by itself, and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Words {
    /// Words in linear memory, at addresses that are multiples of their width.
    Memory(Range<u64>),
    /// A value outside of linear memory.
    Value(u64),
}

/// A heap that can be walked: nodes are the roots, in their order, and behind them the blocks.
#[derive(Clone, Copy)]
pub struct Graph<'a> {
    /// The live blocks.
    pub live: &'a Live,
    /// Linear memory.
    pub memory: &'a [u8],
    /// Bytes of a pointer: four or eight.
    pub width: u64,
    /// What is alive by itself.
    pub roots: &'a [Words],
    /// Parts of roots that hold no pointers, in ascending order.
    pub barred: &'a [Range<u64>],
}

/// A pointer as it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pointer {
    /// Where it lies, if it lies in memory.
    pub(super) at: Option<u64>,
    /// The address that it holds.
    pub(super) value: u64,
    /// The block that it means.
    pub(super) block: u32,
    /// Whether it points to its start.
    pub(super) is_start: bool,
}

impl<'a> Graph<'a> {
    pub(super) fn root_count(&self) -> u32 {
        self.roots.len() as u32
    }

    pub(super) fn node_count(&self) -> u32 {
        self.root_count() + self.live.len()
    }

    pub(super) fn node(&self, block: u32) -> u32 {
        self.root_count() + block
    }

    /// The block that a node is, if it is no root.
    pub(super) fn block(&self, node: u32) -> Option<u32> {
        node.checked_sub(self.root_count())
    }

    /// What a node points to, from the word on that begins at `from` or behind it; all of it from 0.
    pub(super) fn pointers(&self, node: u32, from: u64) -> Pointers<'a> {
        let (start, end, next, barred) = match self.block(node) {
            Some(block) => {
                let (start, end) = self.live.range(block);
                let next = match self.live.has_nested() {
                    true if from > start => self.live.first_from(from).max(block + 1),
                    true => block + 1,
                    false => self.live.len(),
                };
                (start, end, next, [].as_slice())
            }
            None => match &self.roots[node as usize] {
                Words::Memory(range) => {
                    let next = self.live.first_from(range.start.max(from));
                    (range.start, range.end, next, self.barred)
                }
                Words::Value(value) => return self.value(*value, from),
            },
        };
        let mut pointers = Pointers {
            graph: *self,
            position: start
                .max(from)
                .min(self.memory.len() as u64)
                .next_multiple_of(self.width),
            end: end.min(self.memory.len() as u64),
            gap: 0,
            next,
            value: None,
            barred,
        };
        pointers.look_ahead();
        pointers
    }

    fn value(&self, value: u64, from: u64) -> Pointers<'a> {
        Pointers {
            graph: *self,
            position: 0,
            end: 0,
            gap: 0,
            next: 0,
            value: (from == 0).then_some(value),
            barred: &[],
        }
    }

    fn found(&self, at: Option<u64>, value: u64) -> Option<Pointer> {
        let (block, is_start) = self.live.find(value)?;
        Some(Pointer {
            at,
            value,
            block,
            is_start,
        })
    }

    /// The word at an address, if memory reaches so far.
    #[inline]
    pub(super) fn word(&self, address: u64) -> Option<u64> {
        let bytes = self.memory.get(usize::try_from(address).ok()?..)?;
        if self.width == 4 {
            bytes
                .first_chunk()
                .map(|word| u32::from_le_bytes(*word).into())
        } else {
            bytes.first_chunk().map(|word| u64::from_le_bytes(*word))
        }
    }
}

/// The pointers of one node, in the order of their addresses. The bytes of blocks that lie inside are not its own.
pub(super) struct Pointers<'a> {
    graph: Graph<'a>,
    position: u64,
    end: u64,
    /// Up to where the bytes are its own.
    gap: u64,
    /// The block that begins there, or one behind the end.
    next: u32,
    /// A value that is not in memory.
    value: Option<u64>,
    barred: &'a [Range<u64>],
}

impl Pointers<'_> {
    /// Where the search goes on.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    fn look_ahead(&mut self) {
        let live = self.graph.live;
        self.gap = self.end;
        if self.next < live.len() {
            self.gap = self.end.min(live.range(self.next).0);
        }
    }

    /// Steps over the block that lies inside; false if there is none.
    fn step_over(&mut self) -> bool {
        if self.gap >= self.end {
            return false;
        }
        let live = self.graph.live;
        let (_, end) = live.range(self.next);
        self.position = self.position.max(end).next_multiple_of(self.graph.width);
        self.next = live.first_from(end).max(self.next + 1);
        self.look_ahead();
        true
    }

    fn is_barred(&self, address: u64) -> bool {
        let before = self.barred.partition_point(|range| range.start <= address);
        before > 0 && address < self.barred[before - 1].end
    }
}

impl Iterator for Pointers<'_> {
    type Item = Pointer;

    #[inline]
    fn next(&mut self) -> Option<Pointer> {
        if let Some(value) = self.value.take() {
            return self.graph.found(None, value);
        }
        loop {
            while self.position + self.graph.width <= self.gap {
                let address = self.position;
                self.position += self.graph.width;
                let word = self.graph.word(address);
                let found = word.and_then(|word| self.graph.found(Some(address), word));
                if found.is_some() && !self.is_barred(address) {
                    return found;
                }
            }
            if !self.step_over() {
                return None;
            }
        }
    }
}
