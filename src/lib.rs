//! The memory gate for WebAssembly.

pub mod heap;
pub mod instrument;
pub mod judge;
pub mod module;
pub mod report;
pub mod run;
pub mod suite;
