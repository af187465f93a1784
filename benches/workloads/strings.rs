//! Strings, counted in a `HashMap` and put together from a `Vec`: what Rust programs do all day.

use std::collections::HashMap;
use std::fmt::Write;

const WORDS: [&str; 8] = [
    "heap", "block", "leak", "site", "cycle", "mark", "verdict", "gate",
];

/// Numbers that look random and are the same everywhere (Marsaglia's xorshift).
fn next_random(state: &mut u32) -> u32 {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    *state
}

fn text(state: &mut u32) -> String {
    let words: Vec<String> = (0..60)
        .map(|_| {
            let random = next_random(state);
            format!("{}{}", WORDS[random as usize % WORDS.len()], random >> 8 & 31)
        })
        .collect();
    words.join(" ")
}

fn count(text: &str) -> HashMap<String, u32> {
    let mut counts = HashMap::new();
    for word in text.split(' ') {
        *counts.entry(word.to_string()).or_insert(0) += 1;
    }
    counts
}

fn render(counts: HashMap<String, u32>) -> String {
    let mut counts: Vec<(String, u32)> = counts.into_iter().collect();
    counts.sort();
    let mut page = String::new();
    for (word, count) in counts {
        writeln!(page, "{word:<12}{count}").expect("a string takes everything");
    }
    page
}

/// Does `n` units of work, and returns a checksum.
#[unsafe(no_mangle)]
pub extern "C" fn run(n: u32) -> u32 {
    let mut state = 123_456_789;
    let mut sum = 0u32;
    for _ in 0..n {
        let page = render(count(&text(&mut state)));
        sum = page.bytes().fold(sum, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    }
    sum
}
