//! The command `memgate`.

use std::process::ExitCode;

fn main() -> ExitCode {
    memgate::cli::main()
}
