//! One-time initialisation, no leak: the table for checksums is built when the first one is asked for, and stays.

use std::hint::black_box;
use std::sync::OnceLock;

static TABLE: OnceLock<Box<[u32; 256]>> = OnceLock::new();

#[inline(never)]
fn build_table() -> Box<[u32; 256]> {
    let mut table = Box::new([0; 256]);
    for (byte, entry) in (0_u32..).zip(table.iter_mut()) {
        *entry = (0..8).fold(byte, |entry, _| {
            entry >> 1 ^ if entry & 1 == 1 { 0xedb8_8320 } else { 0 }
        });
    }
    table
}

/// The checksum of some bytes.
#[unsafe(no_mangle)]
pub extern "C" fn one_time() -> u32 {
    let table = TABLE.get_or_init(build_table);
    let bytes = black_box(vec![7_u8; 64]);
    let next = |sum: u32, byte: &u8| table[usize::from(sum as u8 ^ byte)] ^ sum >> 8;
    !bytes.iter().fold(u32::MAX, next)
}
