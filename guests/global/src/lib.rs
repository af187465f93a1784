//! The same requests to an allocator that a crate brings and that the program chooses for all of its memory.

use std::hint::black_box;

#[cfg(feature = "talc")]
#[global_allocator]
static ALLOCATOR: talc::TalckWasm = unsafe { talc::TalckWasm::new_global() };

#[cfg(feature = "dlmalloc")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// 1 block of 24 bytes.
#[unsafe(no_mangle)]
pub extern "C" fn boxed() {
    drop(black_box(Box::new([1_u64; 3])));
}

/// 1 block of 1,000 bytes of zeros.
#[unsafe(no_mangle)]
pub extern "C" fn zeroed() {
    drop(black_box(vec![0_u8; 1000]));
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

/// 1 block of 64 bytes that is never given back.
#[unsafe(no_mangle)]
pub extern "C" fn leaked() {
    black_box(Box::leak(Box::new([1_u8; 64])));
}
