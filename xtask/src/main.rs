//! What cargo alone cannot do for this repository.

mod build_guests;
mod guests;
mod slim;
mod toolchain;

use anyhow::Result;
use clap::Parser;

#[derive(Parser)]
#[command(name = "cargo xtask", about)]
enum Command {
    BuildGuests(build_guests::BuildGuests),
}

fn main() -> Result<()> {
    match Command::parse() {
        Command::BuildGuests(command) => command.run(),
    }
}
