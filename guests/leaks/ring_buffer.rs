//! Ring buffer, no leak: the last sixteen lines of a log are kept, and a new one takes the place of the oldest.

use std::collections::VecDeque;
use std::sync::Mutex;

const LINES: usize = 16;

static RING: Mutex<VecDeque<String>> = Mutex::new(VecDeque::new());

#[inline(never)]
fn log_line(ring: &mut VecDeque<String>, length: usize) {
    if ring.len() == LINES {
        ring.pop_front();
    }
    ring.push_back("-".repeat(length));
}

/// Four lines, of 24 to 72 letters.
#[unsafe(no_mangle)]
pub extern "C" fn ring_buffer() -> usize {
    let mut ring = RING.lock().expect("nobody panics");
    for line in 0..4 {
        log_line(&mut ring, 24 + 16 * line);
    }
    ring[0].len()
}
