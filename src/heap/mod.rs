//! Folding the log: what an instrumented module wrote down becomes blocks, sites and marks.

mod blocks;
mod cohorts;
mod fold;
mod recording;

pub use self::fold::Fold;
pub use self::recording::{Count, Diagnostics, Mark, Recording, SiteRecord, Survivors};
