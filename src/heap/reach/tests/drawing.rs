//! A heap in a few words.
//!
//! Each line is a block and the words in it, from its start: `name`, `[size]` in bytes, 16 by default, `:site`, by default a
//! number of its own; then pointers `name`, `name+4`, integers `=7`, and `.` for zero. `root` is a range of memory, `value` a
//! value outside of it, `inside a+16` comes before a block that lies within another, `alias a-8` is another name for a start.

use std::collections::BTreeMap;
use std::ops::Range;

use super::super::{Graph, Live, LiveBlock, Words};

/// Where the roots lie, and behind them the blocks.
const ROOTS: u64 = 64;
const BLOCKS: u64 = 1024;
/// Bytes between the starts of two blocks.
const APART: u64 = 256;

pub(super) struct Drawing {
    names: BTreeMap<u64, String>,
    live: Live,
    memory: Vec<u8>,
    roots: Vec<Words>,
}

struct Line<'a> {
    address: u64,
    size: u64,
    site: u32,
    words: Vec<&'a str>,
}

impl Drawing {
    pub(super) fn new(text: &str) -> Drawing {
        let mut blocks: BTreeMap<&str, Line<'_>> = BTreeMap::new();
        let mut roots = Vec::new();
        let mut values = Vec::new();
        let mut aliases = Vec::new();
        for (number, line) in (0..).zip(text.lines()) {
            let mut words: Vec<&str> = line.split_whitespace().collect();
            match words[0] {
                "root" => roots = words.split_off(1),
                "value" => values.push(words[1]),
                "alias" => aliases.push(words[1]),
                "inside" => {
                    let (name, offset) = words[1].split_once('+').expect("a place inside");
                    let address = blocks[name].address + offset.parse::<u64>().expect("a number");
                    let (name, line) = block(number, address, &words[2..]);
                    blocks.insert(name, line);
                }
                _ => {
                    let (name, line) = block(number, BLOCKS + u64::from(number) * APART, &words);
                    blocks.insert(name, line);
                }
            }
        }
        let mut memory = vec![0; 1 << 14];
        let mut put = |address: u64, words: &[&str]| {
            for (number, word) in words.iter().enumerate() {
                let at = address as usize + 4 * number;
                let value = value(&blocks, word) as u32;
                memory[at..at + 4].copy_from_slice(&value.to_le_bytes());
            }
        };
        put(ROOTS, &roots);
        for line in blocks.values() {
            put(line.address, &line.words);
        }
        let live = blocks.values().map(|line| LiveBlock {
            address: line.address,
            size: line.size,
            site: line.site,
        });
        let aliases = aliases.iter().map(|alias| {
            let name = alias.split(['+', '-']).next().expect("a name");
            (value(&blocks, alias), blocks[name].address)
        });
        let live = Live::new(live, aliases);
        let all = Words::Memory(ROOTS..ROOTS + 4 * roots.len() as u64);
        let values = values.iter().map(|word| Words::Value(value(&blocks, word)));
        Drawing {
            roots: values.chain([all]).collect(),
            names: blocks
                .iter()
                .map(|(name, line)| (line.address, (*name).to_owned()))
                .collect(),
            live,
            memory,
        }
    }

    pub(super) fn graph(&self) -> Graph<'_> {
        Graph {
            live: &self.live,
            memory: &self.memory,
            width: 4,
            roots: &self.roots,
            barred: &[],
        }
    }

    pub(super) fn name(&self, block: u32) -> &str {
        &self.names[&self.live.range(block).0]
    }

    /// Bytes of the roots, by their offset.
    pub(super) fn root_words(&self, offsets: Range<u64>) -> Range<u64> {
        ROOTS + offsets.start..ROOTS + offsets.end
    }
}

/// `name:site[size]` and the words in it.
fn block<'a>(number: u32, address: u64, words: &[&'a str]) -> (&'a str, Line<'a>) {
    let (named, size) = match words[0].split_once('[') {
        Some((named, size)) => (named, size.trim_end_matches(']')),
        None => (words[0], "16"),
    };
    let (name, site) = match named.split_once(':') {
        Some((name, site)) => (name, site.parse().expect("a number")),
        None => (named, number),
    };
    let line = Line {
        address,
        size: size.parse().expect("a number"),
        site,
        words: words[1..].to_vec(),
    };
    (name, line)
}

fn value(blocks: &BTreeMap<&str, Line<'_>>, word: &str) -> u64 {
    if word == "." {
        return 0;
    }
    if let Some(integer) = word.strip_prefix('=') {
        return integer.parse::<i64>().expect("an integer").cast_unsigned();
    }
    let at = word.find(['+', '-']).unwrap_or(word.len());
    let offset: i64 = match &word[at..] {
        "" => 0,
        offset => offset.parse().expect("an offset"),
    };
    blocks[&word[..at]].address.wrapping_add_signed(offset)
}
