//! The host's own heap: an allocator that knows what every thread holds.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint;

/// The system's allocator, which also counts: by it memgate knows what an instance leaves behind in the host (`host_retained`).
///
/// A library cannot count the heap of the program that it is part of, so the program says so itself:
///
/// ```no_run
/// #[global_allocator]
/// static ALLOCATOR: memgate::CountingAllocator = memgate::CountingAllocator::new();
///
/// fn main() -> std::process::ExitCode {
///     memgate::harness()
/// }
/// ```
///
/// Each thread is counted by itself, so that scenarios which run beside each other do not count for one another: what is
/// allocated on one thread and freed on another is counted on both. It costs an addition to a variable of the thread.
#[derive(Clone, Copy, Debug, Default)]
pub struct CountingAllocator(());

thread_local! {
    /// Bytes that were allocated on this thread, less those that were freed on it. It needs neither a first use nor a
    /// destructor, so that it is there for whatever a thread allocates, however early or late.
    static HELD: Cell<i64> = const { Cell::new(0) };
}

impl CountingAllocator {
    /// The allocator of a program.
    pub const fn new() -> CountingAllocator {
        CountingAllocator(())
    }

    /// Whether this program counts its heap by one of these.
    pub fn is_installed() -> bool {
        let before = held();
        let _block = hint::black_box(Box::new(0_u64));
        held() != before
    }
}

/// What this thread holds, in bytes. Only differences mean something.
pub(super) fn held() -> i64 {
    HELD.get()
}

fn count(bytes: usize, sign: i64) {
    let bytes = (bytes as i64).wrapping_mul(sign);
    HELD.set(HELD.get().wrapping_add(bytes));
}

// Every call goes to the system's allocator as it came; nothing is done to what it returns.
#[expect(unsafe_code, reason = "there is no other way to see every allocation")]
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let block = unsafe { System.alloc(layout) };
        count_new(block, layout.size());
        block
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let block = unsafe { System.alloc_zeroed(layout) };
        count_new(block, layout.size());
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { System.dealloc(block, layout) };
        count(layout.size(), -1);
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let moved = unsafe { System.realloc(block, layout, size) };
        if !moved.is_null() {
            count(layout.size(), -1);
            count(size, 1);
        }
        moved
    }
}

fn count_new(block: *mut u8, size: usize) {
    if !block.is_null() {
        count(size, 1);
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    fn check(work: impl FnOnce(), expected: i64) {
        let before = held();
        work();
        assert_eq!(held() - before, expected);
    }

    #[test]
    fn what_stays_is_counted_to_the_byte() {
        assert!(CountingAllocator::is_installed());
        check(|| drop(vec![1_u8; 1000]), 0);
        check(|| _ = Vec::<u8>::with_capacity(1000).leak(), 1000);
        check(|| _ = vec![1_u8; 1000].leak(), 1000);
        check(|| _ = vec![0_u64; 1000].leak(), 8000);
        let mut grown = vec![1_u8; 10];
        check(|| grown.reserve_exact(90), 90);
        check(|| drop(grown), -100);
    }

    #[test]
    fn threads_do_not_count_for_one_another() {
        let other = thread::spawn(|| {
            let before = held();
            let kept = vec![1_u8; 1000];
            (held() - before, kept)
        });
        let (counted, kept) = other.join().expect("it does not panic");
        assert_eq!(counted, 1000);
        check(|| drop(kept), -1000);
    }
}
