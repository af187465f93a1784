//! What cargo alone cannot do for this repository.

mod bench;
mod browser;
mod build_guests;
mod guests;
mod native;
mod packages;
mod project;
mod slim;
mod test_book;
mod test_dhat;
mod test_formats;
mod test_html;
mod test_memory;
mod test_null;
mod test_pull_request;
mod test_tools;
mod toolchain;
mod vendor;

use std::process::ExitCode;

use clap::Parser;

#[derive(Parser)]
#[command(name = "cargo xtask", about)]
enum Command {
    Bench(bench::Bench),
    BuildGuests(build_guests::BuildGuests),
    TestBook(test_book::TestBook),
    TestDhat(test_dhat::TestDhat),
    TestFormats(test_formats::TestFormats),
    TestHtml(test_html::TestHtml),
    TestMemory(test_memory::TestMemory),
    TestNull(test_null::TestNull),
    TestPullRequest(test_pull_request::TestPullRequest),
    TestTools(test_tools::TestTools),
    Vendor(vendor::Vendor),
}

#[expect(clippy::print_stderr, reason = "nobody else would say what failed")]
fn main() -> ExitCode {
    let done = match Command::parse() {
        Command::Bench(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::BuildGuests(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::TestBook(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::TestDhat(command) => command.run(),
        Command::TestFormats(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::TestHtml(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::TestMemory(command) => command.run(),
        Command::TestNull(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::TestPullRequest(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::TestTools(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::Vendor(command) => command.run().map(|()| ExitCode::SUCCESS),
    };
    // Not 1, which is a regression.
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(2)
    })
}
