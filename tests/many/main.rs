//! Many scenarios: on more machines than one.

mod project;
mod shards;
