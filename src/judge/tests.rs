//! Recordings made by hand, and what is to be said of them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::*;
use crate::heap::{Count, Diagnostics, Losses, Mark, SiteRecord, Survey, Survivors, WrongFrees};
use crate::run::{MarkKind, Reading};
use crate::suite::{
    Comparison, Idle, Limit, Lost, Margin, Metric, OfPhase, OfSite, Phase, Probe, ProbeSource,
    Since, Threshold, Unit,
};

pub(super) fn scenario(cycles: u32, thresholds: &[Threshold]) -> Scenario {
    Scenario {
        cycles,
        idle: Some(Idle {
            settle: Duration::ZERO,
            period: Duration::from_secs(10),
            tick: None,
        }),
        thresholds: thresholds.to_vec(),
        ..Scenario::of_steps("scroll", Vec::new())
    }
}

fn mark(kind: MarkKind, live: u64, total: u64) -> Mark {
    let count = |bytes| Count {
        bytes,
        blocks: bytes / 10,
    };
    Mark {
        kind,
        time: 0,
        live: count(live),
        total: count(total),
        peak: count(live + 20),
        memory: 131_072,
        heap_span: 4000,
    }
}

/// Three cycles of which each leaves a hundred bytes, and ten idle seconds that leave fifty and allocate five hundred.
pub(super) fn recording() -> Recording {
    let site = SiteRecord {
        at_peak: Count {
            bytes: 70,
            blocks: 7,
        },
        total: Count {
            bytes: 4000,
            blocks: 400,
        },
        at_baseline: Count {
            bytes: 100,
            blocks: 10,
        },
        at_idle_end: Count {
            bytes: 400,
            blocks: 40,
        },
        survivors: (1..=3)
            .map(|cycle| Survivors {
                cycle,
                live: Count {
                    bytes: 100,
                    blocks: 10,
                },
            })
            .collect(),
        ..SiteRecord::default()
    };
    Recording {
        surveys: vec![survey()],
        marks: vec![
            mark(MarkKind::Baseline, 100, 1000),
            mark(MarkKind::Cycle(1), 200, 2000),
            mark(MarkKind::Cycle(2), 300, 3000),
            mark(MarkKind::Cycle(3), 400, 4000),
            mark(MarkKind::IdleStart, 400, 4000),
            mark(MarkKind::IdleEnd, 450, 4500),
            mark(MarkKind::Final, 50, 4500),
        ],
        sampled: (0..7).collect(),
        peak: Count {
            bytes: 777,
            blocks: 70,
        },
        peak_time: 0,
        total_at_peak: 0,
        sites: vec![SiteRecord::default(), site],
        diagnostics: Diagnostics {
            events: 1,
            unknown_frees: 5,
            ..Diagnostics::default()
        },
        wrongly_freed: [64, 128].into(),
        readings: Vec::new(),
        wrong_frees: Some(WrongFrees {
            double: 2,
            strangers: 3,
            first: Vec::new(),
        }),
        // Each instance leaves ten bytes; the first one filled a cache as well.
        held_by_host: vec![-500, 90, 100, 110, 120],
    }
}

/// Half of what is left is lost.
fn survey() -> Survey {
    let count = |bytes| Count {
        bytes,
        blocks: bytes / 10,
    };
    Survey {
        mark: MarkKind::Final,
        losses: Losses {
            definite: count(10),
            indirect: count(5),
            possible: count(10),
            reachable: count(25),
        },
        sites: BTreeMap::new(),
        retained: BTreeMap::new(),
        look_alikes: Count::default(),
    }
}

fn value(metric: &Metric) -> Option<f64> {
    let judgement = judge(&scenario(3, &[]), &recording(), &Accepted::default(), &[])
        .expect("there are events");
    judgement
        .metrics
        .iter()
        .find(|measured| measured.metric == *metric)
        .map(|measured| measured.value)
}

#[test]
fn every_metric_as_it_is_defined() {
    let expected = [
        (Metric::Delta, 350.0),
        (Metric::IdleRate, 5.0),
        (Metric::IdleChurn, 50.0),
        (Metric::Growth, 100.0),
        (Metric::Total, 4500.0),
        (Metric::TotalBlocks, 450.0),
        (Metric::Peak, 777.0),
        (Metric::PeakBlocks, 70.0),
        (Metric::End, 50.0),
        (Metric::EndBlocks, 5.0),
        (Metric::Leaked, 15.0),
        (Metric::LeakedBlocks, 1.0),
        (Metric::Memory, 131_072.0),
        (Metric::MemoryGrowth, 0.0),
        (Metric::Fragmentation, 1.0 - 450.0 / 4000.0),
        (Metric::DoubleFrees, 2.0),
        (Metric::StrangerFrees, 3.0),
        (Metric::HostRetained, 10.0),
        (Metric::Lost(Lost::Definite), 10.0),
        (Metric::Lost(Lost::Indirect), 5.0),
        (Metric::Lost(Lost::Possible), 10.0),
    ];
    let of_phases = [
        (
            Phase::Start,
            [Some(100.0), Some(1000.0), Some(100.0), Some(120.0), None],
        ),
        (Phase::Cycles, [300.0, 3000.0, 300.0, 420.0, 0.0].map(Some)),
        (Phase::Settle, [0.0, 0.0, 0.0, 420.0, 0.0].map(Some)),
        (Phase::Idle, [50.0, 500.0, 50.0, 470.0, 0.0].map(Some)),
        (Phase::Teardown, [-400.0, 0.0, 0.0, 70.0, 0.0].map(Some)),
    ];
    let of_phases = of_phases.into_iter().flat_map(|(phase, values)| {
        let metrics = OfPhase::ALL.map(|of| Metric::Phase(phase, of));
        metrics.into_iter().zip(values)
    });
    let of_sites = [400.0, 300.0, 70.0, 4000.0].map(Some);
    let of_sites = OfSite::ALL.map(Metric::Site).into_iter().zip(of_sites);
    let expected: Vec<(Metric, Option<f64>)> = expected
        .map(|(metric, value)| (metric, Some(value)))
        .into_iter()
        .chain(of_phases)
        .chain(of_sites)
        .collect();
    let metrics = expected.iter().map(|(metric, _)| metric.clone());
    assert!(metrics.eq(Metric::all()));
    for (metric, expected) in expected {
        assert_eq!(value(&metric), expected, "{metric}");
    }
}

#[test]
fn what_cannot_be_measured_is_absent() {
    let scenario = Scenario {
        idle: None,
        ..scenario(2, &[])
    };
    let judgement =
        judge(&scenario, &recording(), &Accepted::default(), &[]).expect("there are events");
    let absent = [Metric::IdleRate, Metric::IdleChurn, Metric::Growth];
    assert!(
        judgement
            .metrics
            .iter()
            .all(|measured| !absent.contains(&measured.metric))
    );
}

/// Where nobody could look, nothing passes for free of leaks.
#[test]
fn losses_that_were_not_looked_for_are_not_measured() {
    let recording = Recording {
        surveys: Vec::new(),
        ..recording()
    };
    for metric in [Metric::Leaked, Metric::Lost(Lost::Possible)] {
        let none = Threshold {
            metric: metric.clone(),
            comparison: Comparison::LessOrEqual,
            limit: Limit::Absolute(0.0),
        };
        let judged = judge(&scenario(3, &[none]), &recording, &Accepted::default(), &[]);
        assert_eq!(judged, Err(NotMeasured::Metric(metric)));
    }
}

#[test]
fn a_threshold_that_does_not_hold_is_a_breach() {
    let below = |limit| Threshold {
        metric: Metric::Delta,
        comparison: Comparison::Less,
        limit: Limit::Absolute(limit),
    };
    let judgement = judge(
        &scenario(3, &[below(351.0), below(350.0), below(300.0)]),
        &recording(),
        &Accepted::default(),
        &[],
    );
    let excess: Vec<f64> = judgement
        .expect("there are events")
        .bounds
        .iter()
        .filter(|bounded| bounded.is_broken())
        .map(|bounded| bounded.excess)
        .collect();
    assert_eq!(excess, [0.0, 50.0]);
}

#[test]
fn a_run_without_events_measured_nothing() {
    let recording = Recording {
        diagnostics: Diagnostics::default(),
        ..recording()
    };
    assert_eq!(
        judge(&scenario(3, &[]), &recording, &Accepted::default(), &[]),
        Err(NotMeasured::Nothing)
    );
}

#[test]
fn grown_sites_are_named() {
    let judgement = judge(&scenario(3, &[]), &recording(), &Accepted::default(), &[])
        .expect("there are events");
    let [grown] = judgement.grown.as_slice() else {
        panic!("one site has grown: {:?}", judgement.grown)
    };
    assert_eq!((grown.site, grown.bytes, grown.blocks), (1, 300, 30));
}

#[test]
fn a_threshold_on_what_was_not_measured_does_not_hold() {
    let threshold = Threshold {
        metric: Metric::IdleRate,
        comparison: Comparison::Less,
        limit: Limit::Absolute(10.0),
    };
    let mut scenario = scenario(3, &[threshold]);
    scenario.idle = None;
    assert_eq!(
        judge(&scenario, &recording(), &Accepted::default(), &[]),
        Err(NotMeasured::Metric(Metric::IdleRate))
    );
}

/// Whether `delta`, which is 350, is at most a tenth more than what was accepted.
#[track_caller]
fn check_relative(accepted: Option<f64>, expected: (Option<f64>, bool, bool)) {
    let threshold = Threshold {
        metric: Metric::Delta,
        comparison: Comparison::LessOrEqual,
        limit: Limit::Accepted(Margin {
            percent: 10.0,
            slack: 0.0,
        }),
    };
    let accepted = accepted.map(|value| (Metric::Delta, value));
    let accepted = Accepted(accepted.into_iter().collect());
    let judgement = judge(&scenario(3, &[threshold]), &recording(), &accepted, &[]);
    let bounded = &judgement.expect("there are events").bounds[0];
    let found = (bounded.limit, bounded.holds, bounded.is_broken());
    assert_eq!(found, expected);
}

#[test]
fn relative_limits_follow_what_was_accepted() {
    check_relative(Some(350.0), (Some(385.0), true, false));
    check_relative(Some(320.0), (Some(352.0), true, false));
    check_relative(Some(300.0), (Some(330.0), false, true));
    check_relative(None, (None, false, false));
}

/// A probe whose value went from one to the other since the baseline.
fn judged_probe(from: f64, to: f64) -> Result<f64, NotMeasured> {
    let probe = Probe {
        name: "swing".into(),
        source: ProbeSource::Global("swing".into()),
        unit: Unit::Count,
        since: Some(Since::Baseline),
    };
    let metric = probe.metric();
    let scenario = Scenario {
        probes: vec![probe],
        ..scenario(3, &[])
    };
    let reading = |mark, value| Reading {
        mark,
        values: vec![value],
    };
    let recording = Recording {
        readings: vec![
            reading(MarkKind::Baseline, from),
            reading(MarkKind::IdleEnd, to),
        ],
        ..recording()
    };
    let judgement = judge(&scenario, &recording, &Accepted::default(), &[])?;
    Ok(judgement.judged(&metric).expect("it was read"))
}

#[test]
fn a_probe_that_swings_beyond_numbers_is_not_judged() {
    assert_eq!(judged_probe(-1e300, 1e300), Ok(2e300));
    let too_far = NotMeasured::TooFarApart("swing".into());
    assert_eq!(judged_probe(-1.7e308, 1.7e308), Err(too_far));
}
