//! Folding the log: what an instrumented module wrote down becomes blocks, sites and marks.

mod blocks;
mod fold;
mod recording;
mod wrong_frees;

pub use self::fold::Fold;
pub use self::recording::{Count, Diagnostics, Mark, Recording, SiteRecord, Survivors};
pub use self::wrong_frees::{End, Former, Inquiry, Inside, WrongFree, WrongFrees};
