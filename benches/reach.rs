//! What reachability costs, and what look-alikes hide from it: `cargo bench --bench reach` (`--profile dev` builds wasmtime
//! with what is there already).
//!
//! A million blocks of 64 bytes on average, each in one of a hundred thousand groups that hang from static pointers, with pointers
//! among them as in trees, lists and indices; every twentieth group is lost. The bytes besides pointers are integers, of one
//! distribution after the other: what of the lost blocks is not told to be lost was hidden by a look-alike.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::alloc::System;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use cap::Cap;
use memgate::heap::reach::{Graph, Kind, Live, LiveBlock, Words, kinds, paths, retained};

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

const BLOCKS: u64 = 1_000_000;
const GROUPS: u64 = 100_000;
/// One in so many groups is lost.
const LOST: u64 = 20;
const SITES: u64 = 100;
const ROUNDS: usize = 5;
/// Where the static pointers lie, and behind them the heap.
const STATICS: u64 = 1024;
const HEAP: u64 = 1 << 20;

/// Draws a word that is no pointer.
type Payload = fn(&mut Random) -> u32;

/// What fills the words that are no pointers.
const PAYLOADS: [(&str, Payload); 6] = [
    ("zero", |_| 0),
    ("counters below 1000", |random| random.below(1000) as u32),
    ("text", |random| {
        u32::from_le_bytes([0; 4].map(|_: u8| random.below(96) as u8 + 32))
    }),
    ("single-precision floats", |random| {
        (random.below(1_000_000) as f32 / 1000.0).to_bits()
    }),
    ("hashes, 32 bits each", |random| random.next() as u32),
    ("sizes and offsets below 64 MB", |random| {
        random.below(64 << 20) as u32
    }),
];

fn main() {
    let (heap, _) = Heap::new(PAYLOADS[1].1);
    println!(
        "{BLOCKS} blocks, {} MB of heap, median of {ROUNDS} rounds",
        heap.memory.len() >> 20
    );
    println!("{:<22} {:>9} {:>16}", "", "ms", "bytes a block");
    let time = |name: &str, work: &dyn Fn()| {
        let (milliseconds, bytes) = measure(work);
        println!(
            "{name:<22} {milliseconds:>9.0} {:>16.1}",
            bytes as f64 / BLOCKS as f64
        );
    };
    time("find the lost", &|| drop(kinds(&heap.graph(&heap.live()))));
    time("find the ways", &|| drop(paths(&heap.graph(&heap.live()))));
    time("find who retains", &|| {
        drop(retained(&heap.graph(&heap.live())))
    });
    println!(
        "\n{:<32} {:>22} {:>22}",
        "lost blocks told as", "still reachable", "possibly lost"
    );
    for (name, payload) in PAYLOADS {
        let (heap, lost) = Heap::new(payload);
        let live = heap.live();
        let kinds = kinds(&heap.graph(&live));
        let hidden = |kind: Kind| {
            let hidden = lost.iter().filter(|block| kinds[**block as usize] == kind);
            let hidden = hidden.count();
            format!(
                "{hidden} ({:.3} %)",
                100.0 * hidden as f64 / lost.len() as f64
            )
        };
        println!(
            "{name:<32} {:>22} {:>22}",
            hidden(Kind::Reachable),
            hidden(Kind::Possible)
        );
    }
}

/// Milliseconds, and the most bytes that were allocated at a time.
fn measure(work: &dyn Fn()) -> (f64, usize) {
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    (times[ROUNDS / 2], highest(work))
}

/// Another thread looks at what is allocated all the time: each stage takes far longer than a look.
fn highest(work: &dyn Fn()) -> usize {
    let before = ALLOCATOR.allocated();
    let (highest, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                highest.fetch_max(ALLOCATOR.allocated(), Ordering::Relaxed);
            }
        });
        work();
        is_over.store(true, Ordering::Relaxed);
    });
    highest.into_inner().saturating_sub(before)
}

struct Heap {
    blocks: Vec<(u64, u64)>,
    memory: Vec<u8>,
    roots: Vec<Words>,
}

impl Heap {
    /// The heap, and the blocks of it that are lost.
    fn new(payload: Payload) -> (Heap, Vec<u64>) {
        let mut random = Random(1);
        let mut address = HEAP;
        let blocks: Vec<(u64, u64)> = (0..BLOCKS)
            .map(|_| {
                let size = 16 + 8 * random.below(13);
                let start = address;
                // A header, as most allocators have it.
                address += size + 8;
                (start, size)
            })
            .collect();
        let mut heap = Heap {
            memory: vec![0; address as usize],
            roots: (0..GROUPS)
                .map(|group| Words::Memory(STATICS + 4 * group..STATICS + 4 * group + 4))
                .collect(),
            blocks,
        };
        for block in 0..BLOCKS {
            heap.fill(block, &mut random, payload);
        }
        for group in (0..GROUPS).filter(|group| !is_lost(*group)) {
            heap.put(STATICS + 4 * group, heap.blocks[group as usize].0 as u32);
        }
        let lost = (0..BLOCKS).filter(|block| is_lost(block % GROUPS));
        (heap, lost.collect())
    }

    /// A block of a group points to the next one, back to the one before, and to another one of its group.
    fn fill(&mut self, block: u64, random: &mut Random, payload: Payload) {
        let (start, size) = self.blocks[block as usize];
        let of_group = |number: u64| block % GROUPS + number * GROUPS;
        let to = [
            (block + GROUPS).min(of_group(BLOCKS / GROUPS - 1)),
            block.saturating_sub(GROUPS).max(of_group(0)),
            of_group(random.below(BLOCKS / GROUPS)),
        ];
        for (number, target) in (0..).zip(to) {
            self.put(start + 4 * number, self.blocks[target as usize].0 as u32);
        }
        for word in 3..size / 4 {
            self.put(start + 4 * word, payload(random));
        }
    }

    fn put(&mut self, address: u64, word: u32) {
        let at = address as usize;
        self.memory[at..at + 4].copy_from_slice(&word.to_le_bytes());
    }

    fn live(&self) -> Live {
        let blocks = (0..).zip(&self.blocks);
        let blocks = blocks.map(|(number, (address, size)): (u64, _)| LiveBlock {
            address: *address,
            size: *size,
            site: (number % SITES) as u32,
        });
        Live::new(blocks, std::iter::empty())
    }

    fn graph<'a>(&'a self, live: &'a Live) -> Graph<'a> {
        Graph {
            live,
            memory: &self.memory,
            width: 4,
            roots: &self.roots,
            barred: &[],
        }
    }
}

fn is_lost(group: u64) -> bool {
    group.is_multiple_of(LOST)
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}
