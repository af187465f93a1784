//! Random heaps, told fast and slowly.

use super::super::{Graph, Live, LiveBlock, Words, kinds, retained};
use super::slow;
use crate::splitmix;

struct Heap {
    live: Live,
    memory: Vec<u8>,
    roots: Vec<Words>,
}

/// A heap of up to thirty blocks with up to eleven pointers a block, some of them into their midst.
fn heap(seed: u64, width: u64) -> Heap {
    let mut state = seed;
    let mut next = |below: u64| {
        let (number, after) = splitmix::next(state);
        state = after;
        number % below
    };
    let count = next(30) + 1;
    let mut blocks = Vec::new();
    let mut address = 512;
    for _ in 0..count {
        let size = next(12) * 8;
        blocks.push(LiveBlock {
            address,
            size,
            site: next(5) as u32,
        });
        // Now and then the next one lies inside.
        address += match next(8) {
            0 => 8,
            _ => size.max(8) + 8 * next(2),
        };
    }
    let mut memory = vec![0; 4096];
    let mut put = |address: u64, value: u64| {
        let bytes = &value.to_le_bytes()[..width as usize];
        memory[address as usize..][..bytes.len()].copy_from_slice(bytes);
    };
    let density = next(12) + 1;
    let mut pointer = || {
        let target = blocks[next(count) as usize];
        // The widths of words that would make a length of an array are left out.
        let offset = [0, 0, 0, 24][next(4) as usize];
        target.address + offset
    };
    for (number, block) in (0_u64..).zip(&blocks) {
        for word in 0..(block.size / 8).min(number % (density + 1)) {
            put(block.address + 8 * word, pointer());
        }
    }
    put(64, pointer());
    put(72, pointer());
    put(80, pointer());
    let roots = vec![
        Words::Memory(64..72),
        Words::Memory(72..88),
        Words::Value(pointer()),
    ];
    Heap {
        live: Live::new(blocks.iter().copied(), std::iter::empty()),
        memory,
        roots,
    }
}

#[test]
fn fast_and_slow_agree() {
    for seed in 0..3000 {
        let width = if seed % 4 == 0 { 8 } else { 4 };
        let heap = heap(seed, width);
        let graph = Graph {
            live: &heap.live,
            memory: &heap.memory,
            width,
            roots: &heap.roots,
            barred: &[],
        };
        assert_eq!(kinds(&graph), slow::kinds(&graph), "heap {seed}");
        assert_eq!(retained(&graph), slow::retained(&graph), "heap {seed}");
    }
}
