//! This repository's own gate: the suites in `suites/`.

/// Counts what instances leave behind, for `host_retained`.
#[global_allocator]
static ALLOCATOR: memgate::CountingAllocator = memgate::CountingAllocator::new();

fn main() -> std::process::ExitCode {
    memgate::harness()
}
