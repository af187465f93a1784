//! Many scenarios: on more machines than one, and those of an earlier run in place of running them again.

mod project;
mod reuse;
mod shards;
