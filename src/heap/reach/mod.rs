//! Reachability: which live blocks the program can still get at, by what, and who holds them.
//!
//! Everything is found by reading linear memory as it is: a word that looks like the address of a live block is taken for a
//! pointer. At most 64 bytes a live block are needed, so pointers are read again rather than kept.

mod dominators;
mod graph;
mod index;
mod kinds;
mod live;
mod paths;
mod retained;
#[cfg(test)]
mod tests;

pub use self::graph::{Graph, Words};
pub use self::kinds::{Kind, kinds};
pub use self::live::{Live, LiveBlock};
pub use self::paths::{ENDS, Hop, Path, paths};
pub use self::retained::{Retained, retained};
