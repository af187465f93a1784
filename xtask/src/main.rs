//! What cargo alone cannot do for this repository.

mod bench;
mod build_guests;
mod guests;
mod native;
mod project;
mod slim;
mod test_book;
mod test_dhat;
mod test_memory;
mod test_null;
mod test_tools;
mod toolchain;

use std::process::ExitCode;

use clap::Parser;

#[derive(Parser)]
#[command(name = "cargo xtask", about)]
enum Command {
    Bench(bench::Bench),
    BuildGuests(build_guests::BuildGuests),
    TestBook(test_book::TestBook),
    TestDhat(test_dhat::TestDhat),
    TestMemory(test_memory::TestMemory),
    TestNull(test_null::TestNull),
    TestTools(test_tools::TestTools),
}

#[expect(clippy::print_stderr, reason = "nobody else would say what failed")]
fn main() -> ExitCode {
    let done = match Command::parse() {
        Command::Bench(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::BuildGuests(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::TestBook(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::TestDhat(command) => command.run(),
        Command::TestMemory(command) => command.run(),
        Command::TestNull(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::TestTools(command) => command.run().map(|()| ExitCode::SUCCESS),
    };
    // Not 1, which is a regression.
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(2)
    })
}
