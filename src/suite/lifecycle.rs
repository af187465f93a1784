//! Making an instance and dropping it, again and again: what its host keeps of it.

use schemars::JsonSchema;
use serde::Deserialize;

use super::fault::Fault;
use super::node::Cursor;

/// The fewest instances of which each but the first can be compared with the one before, twice. The note below says it in words.
const MIN_INSTANCES: u32 = 3;

/// More instances tell nothing that fewer do not, and what each leaves is kept until the end.
const MAX_INSTANCES: u32 = 10_000;

/// How often the whole story is told, each time to a fresh instance, which is dropped before the next is made.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "a mapping of keys to values\nfor example: lifecycle: { instances: 20 }"
)]
pub struct Lifecycle {
    /// How many instances are made and dropped, one after another in one process. All must do the same, and the scenario's
    /// `timeout` is for all of them together.
    #[schemars(range(min = 3, max = MAX_INSTANCES))]
    pub instances: u32,
}

pub(super) fn check(lifecycle: &Lifecycle, at: Cursor, faults: &mut Vec<Fault>) {
    if lifecycle.instances < MIN_INSTANCES {
        let place = at.get("instances").place();
        let note = "the first one makes the host fill its caches; what each leaves shows over 3 or more, such as `instances: 20`";
        faults.push(Fault::at(place, "`instances` must be at least 3").with_note(note));
    }
    if lifecycle.instances > MAX_INSTANCES {
        let place = at.get("instances").place();
        let note =
            "what each instance leaves is the same from the second one on, and shows over a few";
        let message = "`instances` must be at most 10,000";
        faults.push(Fault::at(place, message).with_note(note));
    }
}
