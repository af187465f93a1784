#![doc = include_str!("../README.md")]
#![doc = ""]
#![doc = "# The stages"]
#![doc = ""]
#![doc = "Each module is a stage, and a plain function from the value before it to the value after it:"]
#![doc = "[`suite::load`], [`module::Module::load`], [`instrument::instrument`], [`run::run`] with [`heap::Fold`] as its"]
#![doc = "observer, [`judge::judge`], [`report::assemble`]. What most people need is [`harness`]."]

#[doc(hidden)]
pub mod cli;
mod harness;
pub mod heap;
pub mod instrument;
pub mod judge;
pub mod module;
#[cfg(test)]
mod naive;
// Cargo-fuzz sets this for all crates that it builds: what its targets call is no part of the API.
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod proof;
pub mod report;
pub mod run;
pub mod snapshot;
mod splitmix;
pub mod suite;
#[cfg(test)]
mod wild;

pub use self::harness::{harness, harness_with};
pub use self::run::{CountingAllocator, HostError, HostedGuest, Imports, Value};

// The book's Rust that a user would write is compiled with the examples of the documentation.
#[cfg(doctest)]
#[doc = include_str!("../book/src/how-to/imports.md")]
struct ImportsInTheBook;

// The tests of what counts the host's heap need a heap that is counted.
#[cfg(test)]
#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();
