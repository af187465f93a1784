//! What the bench binary `overhead` prints.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub(crate) struct Figures {
    pub(crate) workloads: Vec<Cost>,
    pub(crate) rewriting: Option<Rewriting>,
    pub(crate) host_memory: Option<HostMemory>,
}

/// What one call of a workload costs.
#[derive(Deserialize)]
pub(crate) struct Cost {
    pub(crate) name: String,
    /// How much of the work is one call.
    pub(crate) n: u32,
    pub(crate) plain_seconds: Spread,
    pub(crate) measured_over_plain: Spread,
    pub(crate) events: u64,
    pub(crate) contexts: u64,
    pub(crate) log_bytes: u64,
    pub(crate) nanoseconds_per_event: Option<f64>,
}

#[derive(Deserialize, Serialize)]
pub(crate) struct Rewriting {
    pub(crate) megabytes: f64,
    pub(crate) seconds: Spread,
    pub(crate) megabytes_per_second: Spread,
    pub(crate) compile_time_over_plain: Spread,
    pub(crate) wasm_size_over_plain: f64,
    pub(crate) machine_code_over_plain: f64,
}

#[derive(Deserialize, Serialize)]
pub(crate) struct HostMemory {
    /// Bytes for a byte of guest heap, by workload.
    pub(crate) bytes_per_heap_byte: BTreeMap<String, f64>,
    pub(crate) bytes_per_context: f64,
}

/// A median with the quartiles around it.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) lower: f64,
    pub(crate) upper: f64,
}

impl Spread {
    /// There is at least one value.
    pub(crate) fn of(mut values: Vec<f64>) -> Spread {
        values.sort_by(f64::total_cmp);
        let at = |quarter: usize| values[(values.len() - 1) * quarter / 4];
        Spread {
            median: at(2),
            lower: at(1),
            upper: at(3),
        }
    }

    pub(crate) fn quartiles(self) -> [f64; 2] {
        [self.lower, self.upper]
    }
}
