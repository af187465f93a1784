//! Folding the log: what an instrumented module wrote down becomes blocks, sites and marks.

mod blocks;
mod cohorts;
mod fold;
mod inquiry;
mod levels;
mod lifetimes;
mod numbered;
pub mod reach;
mod recording;
mod survey;
mod wrong_frees;

pub use self::fold::Fold;
pub use self::inquiry::Inquiry;
pub use self::reach::{ENDS, Hop};
pub use self::recording::{
    Count, Diagnostics, Level, Mark, Recording, SiteName, SiteRecord, Survivors,
};
pub use self::survey::{Held, Losses, Root, Roots, SiteSurvey, Stack, Survey};
pub use self::wrong_frees::{End, Former, Inside, WrongFree, WrongFrees};
