//! All figures of a run, as they are saved.

use serde::Serialize;

use super::figures::{Cost, Figures, HostMemory, Rewriting};
use super::natives::{Native, Natives};
use super::targets::{self, Target};

#[derive(Serialize)]
pub(crate) struct Summary {
    pub(crate) workloads: Vec<Workload>,
    /// Of measured over plain, over all workloads.
    pub(crate) geometric_mean: Option<f64>,
    pub(crate) rewriting: Option<Rewriting>,
    pub(crate) host_memory: Option<HostMemory>,
    pub(crate) targets: Vec<Target>,
}

/// A workload's figures: medians, each with its quartiles beside it.
#[derive(Default, Serialize)]
pub(crate) struct Workload {
    pub(crate) name: String,
    pub(crate) n: u32,
    pub(crate) plain_seconds: f64,
    pub(crate) plain_seconds_quartiles: [f64; 2],
    pub(crate) measured_over_plain: f64,
    pub(crate) measured_over_plain_quartiles: [f64; 2],
    pub(crate) events: u64,
    /// Distinct calling contexts.
    pub(crate) contexts: u64,
    pub(crate) log_bytes: u64,
    pub(crate) nanoseconds_per_event: Option<f64>,
    pub(crate) native_seconds: Option<f64>,
    pub(crate) native_seconds_quartiles: Option<[f64; 2]>,
    /// The native program under heaptrack, over itself alone.
    pub(crate) native_heaptrack: Option<f64>,
    pub(crate) native_heaptrack_quartiles: Option<[f64; 2]>,
    /// The native program under DHAT, over itself alone.
    pub(crate) native_dhat: Option<f64>,
    pub(crate) native_dhat_quartiles: Option<[f64; 2]>,
}

impl Summary {
    pub(crate) fn new(figures: Figures, natives: &Natives) -> Summary {
        let workload = |cost: Cost| {
            let native = natives.of(&cost.name);
            Workload::new(cost, native)
        };
        let workloads: Vec<Workload> = figures.workloads.into_iter().map(workload).collect();
        let mut summary = Summary {
            geometric_mean: geometric_mean(&workloads),
            workloads,
            rewriting: figures.rewriting,
            host_memory: figures.host_memory,
            targets: Vec::new(),
        };
        summary.targets = targets::of(&summary);
        summary
    }
}

impl Workload {
    fn new(cost: Cost, native: Option<Native>) -> Workload {
        let seconds = native.map(|native| native.seconds);
        let heaptrack = native.and_then(|native| native.heaptrack);
        let dhat = native.and_then(|native| native.dhat);
        Workload {
            name: cost.name,
            n: cost.n,
            plain_seconds: cost.plain_seconds.median,
            plain_seconds_quartiles: cost.plain_seconds.quartiles(),
            measured_over_plain: cost.measured_over_plain.median,
            measured_over_plain_quartiles: cost.measured_over_plain.quartiles(),
            events: cost.events,
            contexts: cost.contexts,
            log_bytes: cost.log_bytes,
            nanoseconds_per_event: cost.nanoseconds_per_event,
            native_seconds: seconds.map(|spread| spread.median),
            native_seconds_quartiles: seconds.map(|spread| spread.quartiles()),
            native_heaptrack: heaptrack.map(|spread| spread.median),
            native_heaptrack_quartiles: heaptrack.map(|spread| spread.quartiles()),
            native_dhat: dhat.map(|spread| spread.median),
            native_dhat_quartiles: dhat.map(|spread| spread.quartiles()),
        }
    }
}

fn geometric_mean(workloads: &[Workload]) -> Option<f64> {
    let logarithms = workloads
        .iter()
        .map(|workload| workload.measured_over_plain.ln());
    let count = workloads.len() as f64;
    (count > 0.0).then(|| (logarithms.sum::<f64>() / count).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_averaged_as_ratios() {
        let workloads = [2.0, 0.5, 8.0, 0.125].map(|measured_over_plain| Workload {
            measured_over_plain,
            ..Workload::default()
        });
        assert_eq!(geometric_mean(&workloads), Some(1.0));
        assert_eq!(geometric_mean(&[]), None);
    }
}
