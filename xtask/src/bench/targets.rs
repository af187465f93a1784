//! What the figures are meant to be.

use serde::Serialize;

use super::summary::{Summary, Workload};

/// Measured over plain, at the most.
const MEASURED_OVER_PLAIN: [(&str, f64); 6] = [
    ("malloc", 1.4),
    ("trees", 1.2),
    ("json", 1.2),
    ("queens", 1.1),
    ("interpreter", 1.6),
    ("sha256", 1.02),
];
const GEOMETRIC_MEAN: f64 = 1.2;

/// Where a native tool slows a program down by more than `beyond`, memgate's share of that slowdown.
struct Share {
    tool: &'static str,
    slowdown: fn(&Workload) -> Option<f64>,
    beyond: f64,
    one_in: f64,
    /// On these, or on every workload.
    only: Option<&'static [&'static str]>,
}

const SHARES: [Share; 2] = [
    Share {
        tool: "heaptrack",
        slowdown: |workload| workload.native_heaptrack,
        beyond: 10.0,
        one_in: 8.0,
        only: None,
    },
    Share {
        tool: "DHAT",
        slowdown: |workload| workload.native_dhat,
        beyond: 40.0,
        one_in: 40.0,
        only: Some(&["malloc", "trees", "json"]),
    },
];

const BYTES_PER_HEAP_BYTE: f64 = 1.5;
const BYTES_PER_CONTEXT: f64 = 200.0;
const MEGABYTES_PER_SECOND: f64 = 100.0;
const REWRITING_SECONDS: f64 = 0.5;
const COMPILE_TIME: f64 = 1.15;
const CODE_SIZE: f64 = 1.25;

/// A figure and its bound.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Target {
    pub(crate) figure: String,
    /// None if it was not measured.
    pub(crate) reached: Option<f64>,
    #[serde(flatten)]
    pub(crate) bound: Bound,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Target {
    fn new(figure: impl Into<String>, reached: Option<f64>, bound: Bound) -> Target {
        Target {
            figure: figure.into(),
            reached,
            bound,
        }
    }

    pub(crate) fn is_missed(&self) -> bool {
        self.reached.is_some_and(|reached| match self.bound {
            Bound::AtMost(most) => reached > most,
            Bound::AtLeast(least) => reached < least,
        })
    }
}

/// Every target, with what was reached.
pub(crate) fn of(summary: &Summary) -> Vec<Target> {
    let mut targets = workloads(summary);
    for share in &SHARES {
        targets.extend(summary.workloads.iter().filter_map(|w| share.target(w)));
    }
    targets.extend(rewriting(summary));
    targets.extend(host_memory(summary));
    targets
}

fn workloads(summary: &Summary) -> Vec<Target> {
    let reached = |name: &str| {
        let workload = summary.workloads.iter().find(|w| w.name == name)?;
        Some(workload.measured_over_plain)
    };
    let target = |(name, most): (&str, f64)| {
        let figure = format!("{name}, measured / plain");
        Target::new(figure, reached(name), Bound::AtMost(most))
    };
    let mut targets: Vec<Target> = MEASURED_OVER_PLAIN.into_iter().map(target).collect();
    targets.push(Target::new(
        "geometric mean of measured / plain",
        summary.geometric_mean,
        Bound::AtMost(GEOMETRIC_MEAN),
    ));
    targets
}

impl Share {
    fn target(&self, workload: &Workload) -> Option<Target> {
        let slowdown = (self.slowdown)(workload).filter(|slowdown| *slowdown > self.beyond)?;
        let name = workload.name.as_str();
        if self.only.is_some_and(|only| !only.contains(&name)) {
            return None;
        }
        Some(Target::new(
            format!("{name}, {}'s slowdown / memgate's", self.tool),
            Some(slowdown / workload.measured_over_plain),
            Bound::AtLeast(self.one_in),
        ))
    }
}

fn rewriting(summary: &Summary) -> [Target; 4] {
    let rewriting = summary.rewriting.as_ref();
    [
        Target::new(
            "rewriting, MB/s",
            rewriting.map(|it| it.megabytes_per_second.median),
            Bound::AtLeast(MEGABYTES_PER_SECOND),
        ),
        Target::new(
            "rewriting 30 MB, seconds",
            rewriting.map(|it| it.seconds.median),
            Bound::AtMost(REWRITING_SECONDS),
        ),
        Target::new(
            "compile time, rewritten / original",
            rewriting.map(|it| it.compile_time_over_plain.median),
            Bound::AtMost(COMPILE_TIME),
        ),
        Target::new(
            "code size, rewritten / original",
            rewriting.map(|it| it.wasm_size_over_plain),
            Bound::AtMost(CODE_SIZE),
        ),
    ]
}

fn host_memory(summary: &Summary) -> [Target; 2] {
    let memory = summary.host_memory.as_ref();
    [
        Target::new(
            "host bytes a byte of guest heap",
            memory.and_then(|it| it.bytes_per_heap_byte.values().copied().reduce(f64::max)),
            Bound::AtMost(BYTES_PER_HEAP_BYTE),
        ),
        Target::new(
            "host bytes a calling context",
            memory.map(|it| it.bytes_per_context),
            Bound::AtMost(BYTES_PER_CONTEXT),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::figures::HostMemory;
    use super::*;

    fn workload(name: &str, measured_over_plain: f64) -> Workload {
        Workload {
            name: name.into(),
            measured_over_plain,
            ..Workload::default()
        }
    }

    fn summary(workloads: Vec<Workload>) -> Summary {
        Summary {
            workloads,
            geometric_mean: None,
            rewriting: None,
            host_memory: None,
            targets: Vec::new(),
        }
    }

    /// The figures that miss their targets.
    fn missed(summary: &Summary) -> Vec<String> {
        let targets = of(summary).into_iter();
        targets
            .filter(Target::is_missed)
            .map(|it| it.figure)
            .collect()
    }

    #[test]
    fn what_was_not_measured_is_not_missed() {
        assert!(missed(&summary(Vec::new())).is_empty());
    }

    #[test]
    fn a_bound_holds_where_it_is_met() {
        let workloads = vec![workload("malloc", 1.4), workload("sha256", 1.03)];
        assert_eq!(missed(&summary(workloads)), ["sha256, measured / plain"]);
    }

    #[test]
    fn a_tools_slowdown_matters_where_it_is_large() {
        let heaptrack = |slowdown| Workload {
            native_heaptrack: Some(slowdown),
            ..workload("lru", 1.5)
        };
        let figure = "lru, heaptrack's slowdown / memgate's";
        assert_eq!(missed(&summary(vec![heaptrack(11.9)])), [figure]);
        assert!(missed(&summary(vec![heaptrack(12.0)])).is_empty());
        assert!(missed(&summary(vec![heaptrack(9.0)])).is_empty());
    }

    #[test]
    fn dhats_slowdown_matters_on_what_allocates_most() {
        let dhat = |name, slowdown| Workload {
            native_dhat: Some(slowdown),
            ..workload(name, 1.15)
        };
        let figure = "json, DHAT's slowdown / memgate's";
        assert_eq!(missed(&summary(vec![dhat("json", 41.0)])), [figure]);
        assert!(missed(&summary(vec![dhat("json", 39.0)])).is_empty());
        assert!(missed(&summary(vec![dhat("lru", 41.0)])).is_empty());
    }

    #[test]
    fn the_most_expensive_heap_counts() {
        let heaps = [("malloc", 1.1), ("strings", 1.6)];
        let summary = Summary {
            host_memory: Some(HostMemory {
                bytes_per_heap_byte: BTreeMap::from(heaps.map(|(name, it)| (name.into(), it))),
                bytes_per_context: 150.0,
            }),
            ..summary(Vec::new())
        };
        assert_eq!(missed(&summary), ["host bytes a byte of guest heap"]);
    }
}
