//! The memory gate for WebAssembly.

#[doc(hidden)]
pub mod cli;
mod harness;
pub mod heap;
pub mod instrument;
pub mod judge;
pub mod module;
pub mod report;
pub mod run;
pub mod snapshot;
pub mod suite;

pub use self::harness::harness;
