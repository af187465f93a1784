//! From the tree to typed values, past as many faults as there are.
//!
//! The types derive `Deserialize`, and serde stops at the first error. So decoding is repeated, each time without the entry
//! that was wrong the time before, until it succeeds: every fault of a file is found. What is then missing because it was
//! left out is no fault of its own.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::fault::{Fault, Place};
use super::node::{Node, NodeId};
use super::source::{LeftOut, Source};

/// A file with more faults than this is no suite that somebody mistyped.
const MAX_FAULTS: usize = 100;

/// What decoding found.
#[derive(Debug)]
pub(super) struct Decoded<T> {
    /// The value, without the entries that are wrong; none if nothing is left without them.
    pub(super) value: Option<T>,
    /// What is wrong.
    pub(super) faults: Vec<Fault>,
    /// The entries that were left out.
    pub(super) left_out: LeftOut,
}

/// Decodes a tree, and tells all that is wrong with its shape.
pub(super) fn decode<T: DeserializeOwned>(root: &Node) -> Decoded<T> {
    let mut faults = Vec::new();
    let mut left_out = LeftOut::new();
    leave_out_duplicates(root, &mut faults, &mut left_out);
    let mut value = None;
    while value.is_none() && faults.len() < MAX_FAULTS {
        let stop = match T::deserialize(Source::root(root, &left_out)) {
            Ok(decoded) => {
                value = Some(decoded);
                continue;
            }
            Err(stop) => stop.at(root.id),
        };
        let leave_out = stop.leave_out;
        if !stop.follows_from_another {
            faults.push(*stop.fault);
        }
        if !leave_out.is_some_and(|entry| left_out.insert(entry)) {
            break;
        }
    }
    if faults.len() >= MAX_FAULTS {
        faults.truncate(MAX_FAULTS);
        faults.push(Fault::new(Place::File, "there is more wrong than is shown"));
    }
    Decoded {
        value,
        faults,
        left_out,
    }
}

fn leave_out_duplicates(node: &Node, faults: &mut Vec<Fault>, left_out: &mut LeftOut) {
    for item in node.items() {
        leave_out_duplicates(item, faults, left_out);
    }
    let mut seen: BTreeMap<&str, NodeId> = BTreeMap::new();
    for (key, value) in node.entries() {
        leave_out_duplicates(value, faults, left_out);
        let Some(name) = key.text() else { continue };
        if let Some(first) = seen.get(name) {
            let fault = Fault::at(key.id, format!("duplicate key `{name}`"));
            faults.push(fault.with_first(*first));
            left_out.insert(key.id);
        } else {
            seen.insert(name, key.id);
        }
    }
}
