//! High-water peak, no leak: every fifth save packs the whole document, which takes much for a moment; none of it stays.

use std::hint::black_box;
use std::sync::Mutex;

#[inline(never)]
fn pack_document() -> usize {
    let parts: Vec<Vec<u8>> = (0..40).map(|part| vec![part; 5000]).collect();
    black_box(parts).iter().map(Vec::len).sum()
}

#[inline(never)]
fn save_changes() -> usize {
    black_box(vec![b'c'; 72]).len()
}

#[unsafe(no_mangle)]
pub extern "C" fn high_water() -> usize {
    static SAVES: Mutex<u32> = Mutex::new(0);
    let mut saves = SAVES.lock().expect("nobody panics");
    *saves += 1;
    if saves.is_multiple_of(5) {
        pack_document()
    } else {
        save_changes()
    }
}
