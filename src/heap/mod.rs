//! Folding the log: what an instrumented module wrote down becomes blocks, sites and marks.

mod blocks;
mod cohorts;
mod fold;
mod inquiry;
mod numbered;
mod recording;
mod wrong_frees;

pub use self::fold::Fold;
pub use self::inquiry::Inquiry;
pub use self::recording::{Count, Diagnostics, Mark, Recording, SiteName, SiteRecord, Survivors};
pub use self::wrong_frees::{End, Former, Inside, WrongFree, WrongFrees};
