//! From what was recorded and judged to the report's value.

use super::notes::notes;
use super::value::{
    AllowanceReport, AllowanceStanding, Bound, ClassReport, Counted, Fault, LevelReport,
    MarkReport, MetricReport, OrderReport, Place, ProbeReport, ProbeValue, Relative,
    ScenarioReport, SiteReport, SnapshotChange, SurvivorsReport,
};
use crate::heap::{Mark, Recording, SiteRecord};
use crate::judge::{Allowed, Bounded, Judgement, Measured, Standing, Verdict};
use crate::run::{IDLE_PARTS, MarkKind, Reading};
use crate::suite::{Margin, Order, Probe, Scenario};

/// The report of a scenario that left figures behind: judged if it was told to its end, with a fault if not.
///
/// `stacks` are those of the recording's sites, in their order.
pub fn assemble(
    scenario: &Scenario,
    module: &str,
    recording: &Recording,
    stacks: Vec<Vec<Place>>,
    judged: Result<&Judgement, Fault>,
) -> ScenarioReport {
    let mut sites: Vec<SiteReport> = recording
        .sites
        .iter()
        .zip(stacks)
        .map(|(record, stack)| site(record, stack))
        .collect();
    let mut report = ScenarioReport {
        order: order(scenario),
        marks: recording.marks.iter().map(mark).collect(),
        probes: probes(scenario, recording),
        peak: recording.peak.into(),
        peak_time: recording.peak_time,
        total_at_peak: recording.total_at_peak,
        notes: notes(recording),
        events: recording.diagnostics.events,
        unknown_frees: recording.diagnostics.unknown_frees,
        unseen_frees: recording.diagnostics.unseen_frees,
        contexts: recording.diagnostics.contexts,
        folded_allocations: recording.diagnostics.folded_allocations,
        ..empty(&scenario.name, module, Verdict::Pass)
    };
    match judged {
        Ok(judgement) => {
            for (site, class) in sites.iter_mut().zip(&judgement.classes) {
                site.class = class.map(|class| ClassReport {
                    name: class.name().to_string(),
                    words: class.to_string(),
                });
            }
            report.metrics = judgement
                .metrics
                .iter()
                .map(|measured| metric(judgement, measured))
                .collect();
            report.allowances = judgement.allowed.iter().map(allowance).collect();
            if !judgement.holds() {
                report.verdict = Verdict::Regression;
            }
        }
        Err(fault) => {
            report.verdict = Verdict::Error;
            report.fault = Some(fault);
        }
    }
    report.sites = sites;
    report
}

/// The report of a scenario that could not be run.
pub fn without_figures(scenario: &str, module: &str, fault: Fault) -> ScenarioReport {
    ScenarioReport {
        fault: Some(fault),
        ..empty(scenario, module, Verdict::Error)
    }
}

impl ScenarioReport {
    /// Adds how the sites differ from those that were accepted; a pass becomes a regression.
    pub fn with_snapshot_change(mut self, change: SnapshotChange) -> ScenarioReport {
        self.snapshot = Some(change);
        self.verdict = self.verdict.max(Verdict::Regression);
        self
    }

    /// Adds the numbers that wait for review, since limits follow them; a pass becomes a regression.
    pub fn with_numbers_change(mut self, change: SnapshotChange) -> ScenarioReport {
        self.numbers = Some(change);
        self.verdict = self.verdict.max(Verdict::Regression);
        self
    }
}

fn empty(scenario: &str, module: &str, verdict: Verdict) -> ScenarioReport {
    ScenarioReport {
        name: scenario.to_string(),
        module: module.to_string(),
        verdict,
        fault: None,
        order: None,
        metrics: Vec::new(),
        probes: Vec::new(),
        allowances: Vec::new(),
        marks: Vec::new(),
        peak: Counted::default(),
        peak_time: 0,
        total_at_peak: 0,
        sites: Vec::new(),
        surveys: Vec::new(),
        snapshot: None,
        numbers: None,
        wrong_frees: Vec::new(),
        notes: Vec::new(),
        events: 0,
        unknown_frees: 0,
        unseen_frees: 0,
        contexts: 0,
        folded_allocations: 0,
    }
}

fn order(scenario: &Scenario) -> Option<OrderReport> {
    (scenario.order != Order::Listed).then(|| OrderReport {
        name: scenario.order.name().to_string(),
        seed: scenario.seed,
    })
}

fn metric(judgement: &Judgement, measured: &Measured) -> MetricReport {
    let metric = &measured.metric;
    let is_its = |bounded: &&Bounded| bounded.threshold.metric == *metric;
    MetricReport {
        name: metric.name().into_owned(),
        value: measured.value,
        judged: measured.judged,
        unit: metric.unit().symbol().to_string(),
        bounds: judgement.bounds.iter().filter(is_its).map(bound).collect(),
    }
}

fn bound(bounded: &Bounded) -> Bound {
    let threshold = &bounded.threshold;
    Bound {
        comparison: threshold.comparison.sign().to_string(),
        limit: bounded.limit,
        relative: threshold.margin().map(|margin| relative(bounded, margin)),
        holds: bounded.holds,
        excess: bounded.excess,
    }
}

/// A percentage of next to nothing is next to nothing: a slack is the way out.
fn relative(bounded: &Bounded, margin: Margin) -> Relative {
    let threshold = &bounded.threshold;
    let unit = threshold.metric.unit();
    let vanishes = |accepted: &f64| bounded.is_broken() && margin.vanishes(unit, *accepted);
    let advice = bounded.accepted.filter(vanishes).map(|accepted| {
        let (percent, accepted) = (margin.percent, unit.format(accepted));
        let sign = if threshold.comparison.is_ceiling() { '+' } else { '-' };
        let slack = unit.slack_example();
        format!(
            "{percent}% of {accepted} is next to nothing: add a slack, such as {}: {threshold} {sign} {slack}",
            threshold.metric
        )
    });
    Relative {
        text: threshold.shown_limit(),
        accepted: bounded.accepted,
        advice,
    }
}

fn allowance(allowed: &Allowed) -> AllowanceReport {
    let allowance = &allowed.allowance;
    let bounds = [allowance.bytes, allowance.blocks].into_iter().flatten();
    AllowanceReport {
        site: allowance.site.to_string(),
        bounds: bounds.map(|bound| bound.to_string()).collect(),
        reason: allowance.reason.clone(),
        until: allowance.until.map(|until| until.to_string()),
        standing: match allowed.standing {
            Standing::Counts => AllowanceStanding::Counts,
            Standing::Exceeded => AllowanceStanding::Exceeded,
            Standing::Stale => AllowanceStanding::Stale,
            Standing::Expired => AllowanceStanding::Expired,
        },
        sites: allowed.sites.clone(),
        held: allowed.held.into(),
    }
}

fn probes(scenario: &Scenario, recording: &Recording) -> Vec<ProbeReport> {
    let report = |(index, probe): (usize, &Probe)| ProbeReport {
        name: probe.name.clone(),
        unit: probe.unit.symbol().to_string(),
        values: values(index, recording),
    };
    scenario.probes.iter().enumerate().map(report).collect()
}

fn values(probe: usize, recording: &Recording) -> Vec<ProbeValue> {
    let value = |reading: &Reading| {
        Some(ProbeValue {
            mark: mark_name(reading.mark),
            value: *reading.values.get(probe)?,
        })
    };
    recording.readings.iter().filter_map(value).collect()
}

fn mark(mark: &Mark) -> MarkReport {
    MarkReport {
        name: mark_name(mark.kind),
        time: mark.time,
        live: mark.live.into(),
        total: mark.total.into(),
        peak: mark.peak.into(),
        memory: mark.memory,
        heap_span: mark.heap_span,
    }
}

pub(super) fn mark_name(kind: MarkKind) -> String {
    match kind {
        MarkKind::Baseline => "baseline".to_string(),
        MarkKind::Cycle(cycle) => format!("cycle {cycle}"),
        MarkKind::IdleStart => "idle start".to_string(),
        MarkKind::Idle(part) => format!("idle {part}/{IDLE_PARTS}"),
        MarkKind::IdleEnd => "idle end".to_string(),
        MarkKind::Final => "final".to_string(),
    }
}

fn site(record: &SiteRecord, stack: Vec<Place>) -> SiteReport {
    let survivors = record.survivors.iter().map(|survivors| SurvivorsReport {
        cycle: survivors.cycle,
        live: survivors.live.into(),
    });
    let levels = record.levels.iter().map(|level| LevelReport {
        mark: level.mark,
        live: level.live.into(),
    });
    SiteReport {
        stack,
        folded: record.folded,
        total: record.total.into(),
        at_peak: record.at_peak.into(),
        own_peak: record.own_peak.into(),
        lifetime: record.lifetime,
        at_baseline: record.at_baseline.into(),
        at_idle_start: record.at_idle_start.into(),
        at_idle_end: record.at_idle_end.into(),
        at_end: record.at_end.into(),
        delta: Counted::difference(record.at_idle_end, record.at_baseline),
        survivors: survivors.collect(),
        surveys: Vec::new(),
        levels: levels.collect(),
        class: None,
    }
}
