//! How Rust asks for memory and gives it back. Each function says what it asks for: a resize counts as one more block, of
//! the new size.

use std::alloc::{Layout, alloc, alloc_zeroed, dealloc, realloc};
use std::collections::HashMap;
use std::hint::black_box;
use std::rc::Rc;

/// 1 block of 24 bytes.
#[unsafe(no_mangle)]
pub extern "C" fn boxed() {
    drop(black_box(Box::new([1_u64; 3])));
}

/// 1 block of 2 x 4 + 100 bytes: the two counts, and the value.
#[unsafe(no_mangle)]
pub extern "C" fn shared() {
    let first = black_box(Rc::new([1_u8; 100]));
    let second = black_box(Rc::clone(&first));
    drop(first);
    drop(second);
}

/// 1 block of 400 bytes.
#[unsafe(no_mangle)]
pub extern "C" fn vector() {
    drop(black_box(Vec::<u32>::with_capacity(100)));
}

/// 6 blocks, of 4, 8, 16, 32, 64 and 100 times 4 bytes.
#[unsafe(no_mangle)]
pub extern "C" fn growing_vector() {
    let mut numbers = Vec::new();
    for number in 0..64_u32 {
        numbers.push(black_box(number));
    }
    numbers.reserve_exact(36);
    drop(black_box(numbers));
}

/// 2 blocks of 400 and 40 bytes.
#[unsafe(no_mangle)]
pub extern "C" fn shrinking_vector() {
    let mut numbers = Vec::with_capacity(100);
    numbers.extend(black_box(0..10_u32));
    numbers.shrink_to_fit();
    drop(black_box(numbers));
}

/// 1 block of 1,000 bytes of zeros.
#[unsafe(no_mangle)]
pub extern "C" fn zeroed() {
    drop(black_box(vec![0_u8; 1000]));
}

/// 2 blocks of 11 and 22 bytes.
#[unsafe(no_mangle)]
pub extern "C" fn strings() {
    let once = black_box(String::from("hello world"));
    let twice = black_box(once.repeat(2));
    drop((once, twice));
}

/// 55 blocks: 50 boxes of 8 bytes, and a table that grows four times.
#[unsafe(no_mangle)]
pub extern "C" fn map() {
    let mut squares = HashMap::new();
    for number in 0..50_u64 {
        squares.insert(number, Box::new(number * number));
    }
    drop(black_box(squares));
}

/// 3 blocks, at multiples of 256: two of 100 bytes, of which one becomes one of 300.
#[unsafe(no_mangle)]
pub extern "C" fn raw() {
    let layout = Layout::from_size_align(100, 256).expect("256 is a power of two");
    let larger = Layout::from_size_align(300, 256).expect("256 is a power of two");
    // SAFETY: sizes are not zero, and each block is given back with the layout that it has by then.
    unsafe {
        let first = black_box(alloc(layout));
        let zeros = black_box(alloc_zeroed(layout));
        let first = black_box(realloc(first, layout, larger.size()));
        dealloc(first, larger);
        dealloc(zeros, layout);
    }
}

/// No block: the types need no memory.
#[unsafe(no_mangle)]
pub extern "C" fn nothing() {
    drop(black_box(Box::new(())));
    drop(black_box(Vec::<u8>::new()));
}

/// 1 block of 64 bytes that is never given back.
#[unsafe(no_mangle)]
pub extern "C" fn leaked() {
    black_box(Box::leak(Box::new([1_u8; 64])));
}
