//! Recordings made by hand, and what is to be said of them.

use std::time::Duration;

use super::*;
use crate::heap::{Count, Diagnostics, Mark, SiteRecord, Survivors, WrongFrees};
use crate::run::MarkKind;
use crate::suite::{Comparison, Idle, Metric, OfPhase, OfSite, Phase};

fn scenario(cycles: u32, thresholds: &[Threshold]) -> Scenario {
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
fn recording() -> Recording {
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
        marks: vec![
            mark(MarkKind::Baseline, 100, 1000),
            mark(MarkKind::Cycle(1), 200, 2000),
            mark(MarkKind::Cycle(2), 300, 3000),
            mark(MarkKind::Cycle(3), 400, 4000),
            mark(MarkKind::IdleStart, 400, 4000),
            mark(MarkKind::IdleEnd, 450, 4500),
            mark(MarkKind::Final, 50, 4500),
        ],
        peak: Count {
            bytes: 777,
            blocks: 70,
        },
        peak_time: 0,
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
    }
}

fn value(metric: &Metric) -> Option<f64> {
    let judgement = judge(&scenario(3, &[]), &recording()).expect("there are events");
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
        (Metric::Memory, 131_072.0),
        (Metric::MemoryGrowth, 0.0),
        (Metric::Fragmentation, 1.0 - 450.0 / 4000.0),
        (Metric::DoubleFrees, 2.0),
        (Metric::StrangerFrees, 3.0),
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
    let judgement = judge(&scenario, &recording()).expect("there are events");
    let absent = [Metric::IdleRate, Metric::IdleChurn, Metric::Growth];
    assert!(
        judgement
            .metrics
            .iter()
            .all(|measured| !absent.contains(&measured.metric))
    );
}

#[test]
fn a_threshold_that_does_not_hold_is_a_breach() {
    let below = |limit| Threshold {
        metric: Metric::Delta,
        comparison: Comparison::Less,
        limit,
    };
    let judgement = judge(
        &scenario(3, &[below(351.0), below(350.0), below(300.0)]),
        &recording(),
    );
    let excess: Vec<f64> = judgement
        .expect("there are events")
        .breaches
        .iter()
        .map(|breach| breach.excess)
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
        judge(&scenario(3, &[]), &recording),
        Err(NotMeasured::Nothing)
    );
}

#[test]
fn grown_sites_are_named_with_what_their_survivors_tell() {
    let judgement = judge(&scenario(3, &[]), &recording()).expect("there are events");
    let [grown] = judgement.grown.as_slice() else {
        panic!("one site has grown: {:?}", judgement.grown)
    };
    assert_eq!((grown.site, grown.bytes, grown.blocks), (1, 300, 30));
    assert_eq!(grown.pattern.to_string(), "unbounded, 10 a cycle");
}

/// Blocks that survive, by cycle of birth, after four cycles.
fn check_pattern(survivors: &[(u32, u64)], expected: &str) {
    let mut recording = recording();
    let survivor = |(cycle, blocks): &(u32, u64)| Survivors {
        cycle: *cycle,
        live: Count {
            bytes: *blocks,
            blocks: *blocks,
        },
    };
    recording.sites[1].survivors = survivors.iter().map(survivor).collect();
    let judgement = judge(&scenario(4, &[]), &recording).expect("there are events");
    assert_eq!(judgement.grown[0].pattern.to_string(), expected);
}

#[test]
fn patterns_of_survival() {
    check_pattern(&[(1, 7), (2, 7), (3, 7), (4, 7)], "unbounded, 7 a cycle");
    check_pattern(
        &[(1, 7), (2, 8), (3, 7), (4, 7)],
        "unbounded, about 7 a cycle",
    );
    check_pattern(&[(1, 7)], "from the first cycle only");
    check_pattern(&[(1, 7), (2, 1)], "from the first 2 cycles only");
    check_pattern(&[(4, 7)], "from the last cycle only");
    check_pattern(&[(0, 1), (3, 7), (4, 7)], "from the last 2 cycles only");
    check_pattern(&[(1, 7), (3, 7)], "from 2 of 4 cycles");
    check_pattern(&[(5, 7)], "while idle");
    check_pattern(&[(0, 7)], "in blocks from before the baseline");
}

#[test]
fn a_threshold_on_what_was_not_measured_does_not_hold() {
    let threshold = Threshold {
        metric: Metric::IdleRate,
        comparison: Comparison::Less,
        limit: 10.0,
    };
    let mut scenario = scenario(3, &[threshold]);
    scenario.idle = None;
    assert_eq!(
        judge(&scenario, &recording()),
        Err(NotMeasured::Metric(Metric::IdleRate))
    );
}
