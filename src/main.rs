//! The command `memgate`.

use std::process::ExitCode;

/// Counts what instances leave behind, for `host_retained`.
#[global_allocator]
static ALLOCATOR: memgate::CountingAllocator = memgate::CountingAllocator::new();

fn main() -> ExitCode {
    memgate::cli::main()
}
