//! This repository's own gate: the suites in `suites/`.

fn main() -> std::process::ExitCode {
    memgate::harness()
}
