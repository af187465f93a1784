//! Folding the log: what an instrumented module wrote down becomes blocks, sites and marks.

mod recording;

pub use self::recording::{
    CodeFrame, Count, Diagnostics, Mark, MarkKind, Recording, SiteRecord, Survivors,
};
