//! Sites that are known to hold memory and may: which they are in a run, and what is left of the metrics without them.

use std::collections::BTreeSet;

use super::measure::{self, difference};
use crate::heap::{Count, Recording, SiteRecord};
use crate::run::MarkKind;
use crate::suite::{Allowance, Date, Metric, OfPhase, OfSite, Phase, Scenario, SitePattern};

/// An allowance, and what came of it in a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Allowed {
    /// The allowance.
    pub allowance: Allowance,
    /// The numbers of the sites that match it, and no allowance before it.
    pub sites: Vec<usize>,
    /// The most that these hold together, at idle end or after teardown.
    pub held: Count,
    /// Whether it counts.
    pub standing: Standing,
}

/// Whether an allowance counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its sites are left out of what is judged.
    Counts,
    /// Its sites hold more than it allows, so that it allows nothing.
    Exceeded,
    /// No site matches it: what it was made for is gone.
    Stale,
    /// Its last day is over, so that it allows nothing.
    Expired,
}

impl Standing {
    /// Whether the scenario fails for it.
    pub fn is_broken(self) -> bool {
        matches!(self, Standing::Exceeded | Standing::Stale)
    }
}

/// An allowance that says nothing about where memory is held.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error(
    "the allowance for {pattern} matches every site that holds something, in {functions} functions"
)]
pub struct TooBroad {
    /// What it allows.
    pub pattern: SitePattern,
    functions: usize,
}

/// Which sites the allowances cover on that day. `functions` are those on each site's stack, innermost first.
///
/// Sites of one function are one place however many callers it has, so that naming it is never too broad.
///
/// # Errors
///
/// When a pattern matches all sites that hold something, and these are of several functions.
pub fn allow(
    allowances: &[Allowance],
    functions: &[Vec<String>],
    recording: &Recording,
    today: Date,
) -> Result<Vec<Allowed>, TooBroad> {
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    let mut allowed = Vec::new();
    for allowance in allowances {
        let matches = |site: &usize| allowance.site.matches(&functions[*site]);
        let sites: Vec<usize> = (0..functions.len()).filter(matches).collect();
        if !allowance.is_over(today) {
            check_breadth(allowance, &sites, functions, recording)?;
        }
        let free = |site: &usize| !taken.contains(site);
        let own: Vec<usize> = sites.iter().copied().filter(free).collect();
        let held = held(&own, recording);
        let standing = standing(allowance, &sites, held, today);
        if standing != Standing::Expired {
            taken.extend(&own);
        }
        allowed.push(Allowed {
            allowance: allowance.clone(),
            sites: own,
            held,
            standing,
        });
    }
    Ok(allowed)
}

fn standing(allowance: &Allowance, sites: &[usize], held: Count, today: Date) -> Standing {
    let exceeds = allowance.bytes.is_some_and(|most| !most.holds(held.bytes))
        || allowance
            .blocks
            .is_some_and(|most| !most.holds(held.blocks));
    match () {
        () if allowance.is_over(today) => Standing::Expired,
        () if sites.is_empty() => Standing::Stale,
        () if exceeds => Standing::Exceeded,
        () => Standing::Counts,
    }
}

fn check_breadth(
    allowance: &Allowance,
    sites: &[usize],
    functions: &[Vec<String>],
    recording: &Recording,
) -> Result<(), TooBroad> {
    let holds = |site: &SiteRecord| site.at_idle_end.blocks > 0 || site.at_end.blocks > 0;
    let all_match = (recording.sites.iter().enumerate())
        .filter(|(_, record)| holds(record))
        .all(|(site, _)| sites.contains(&site));
    let holding = sites.iter().filter(|site| holds(&recording.sites[**site]));
    let named: BTreeSet<_> = holding.map(|site| functions[*site].first()).collect();
    if all_match && named.len() > 1 {
        return Err(TooBroad {
            pattern: allowance.site.clone(),
            functions: named.len(),
        });
    }
    Ok(())
}

fn held(sites: &[usize], recording: &Recording) -> Count {
    let sum = |count: fn(&SiteRecord) -> Count| {
        let counts = sites.iter().map(|site| count(&recording.sites[*site]));
        counts.fold(Count::default(), |sum, count| Count {
            bytes: sum.bytes.saturating_add(count.bytes),
            blocks: sum.blocks.saturating_add(count.blocks),
        })
    };
    let (idle_end, end) = (sum(|site| site.at_idle_end), sum(|site| site.at_end));
    Count {
        bytes: idle_end.bytes.max(end.bytes),
        blocks: idle_end.blocks.max(end.blocks),
    }
}

/// The sites whose allowances count.
pub(super) fn covered(allowed: &[Allowed]) -> BTreeSet<usize> {
    let counting = allowed.iter().filter(|it| it.standing == Standing::Counts);
    counting.flat_map(|it| it.sites.iter().copied()).collect()
}

/// What is left of a metric's value without the sites that are covered.
///
/// Left out is what stays: sums over sites of what these hold at marks at which that is known of each site. Metrics of what
/// comes and goes count them, and so does `growth` where there are more cycles than each site is looked at.
pub(super) fn without(
    covered: &BTreeSet<usize>,
    metric: &Metric,
    value: f64,
    scenario: &Scenario,
    recording: &Recording,
) -> f64 {
    if let Metric::Site(of @ (OfSite::Each | OfSite::Delta)) = metric {
        let sites = recording.sites.iter().enumerate();
        let others = sites.filter(|(site, _)| !covered.contains(site));
        return measure::of_largest_site(*of, others.map(|(_, record)| record));
    }
    if *metric == Metric::Growth {
        return growth_without(covered, scenario, recording).unwrap_or(value);
    }
    let shares = covered
        .iter()
        .map(|site| share(metric, *site, scenario, recording));
    shares.fold(value, |rest, share| rest - share)
}

/// None where it is not known of each cycle what the sites held at its end.
fn growth_without(
    covered: &BTreeSet<usize>,
    scenario: &Scenario,
    recording: &Recording,
) -> Option<f64> {
    let is_sampled = |place: usize| recording.sampled.contains(&(place as u32));
    if !measure::cycle_marks(recording).all(|(place, _)| is_sampled(place)) {
        return None;
    }
    let level = |site: &usize, place: usize| {
        let mut levels = recording.sites[*site].levels.iter().rev();
        let latest = levels.find(|level| level.mark as usize <= place);
        latest.map_or(0, |level| level.live.bytes)
    };
    let held = |place| {
        let levels = covered.iter().map(|site| level(site, place));
        levels.fold(0, u64::saturating_add)
    };
    measure::steady_growth(scenario, recording, held)
}

/// What a site adds to a metric that is a sum over sites; nothing for any other metric.
fn share(metric: &Metric, number: usize, scenario: &Scenario, recording: &Recording) -> f64 {
    let site = &recording.sites[number];
    let losses = || {
        let survey = recording.survey(MarkKind::Final);
        let site = survey.and_then(|survey| survey.sites.get(&(number as u32)));
        site.map(|site| site.losses).unwrap_or_default()
    };
    let idle = difference(site.at_idle_end.bytes, site.at_idle_start.bytes);
    match metric {
        Metric::Delta => difference(site.at_idle_end.bytes, site.at_baseline.bytes),
        Metric::IdleRate => measure::per_second(idle, scenario).unwrap_or_default(),
        Metric::End => site.at_end.bytes as f64,
        Metric::EndBlocks => site.at_end.blocks as f64,
        Metric::Leaked => losses().leaked().bytes as f64,
        Metric::LeakedBlocks => losses().leaked().blocks as f64,
        Metric::Lost(lost) => measure::of_kind(*lost, &losses()).bytes as f64,
        Metric::Phase(Phase::Start, OfPhase::Delta) => site.at_baseline.bytes as f64,
        Metric::Phase(Phase::Idle, OfPhase::Delta) => idle,
        Metric::Phase(Phase::Teardown, OfPhase::Delta) => {
            difference(site.at_end.bytes, site.at_idle_end.bytes)
        }
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{recording, scenario};
    use super::super::{Accepted, judge};
    use super::*;
    use crate::heap::Level;
    use crate::suite::{Ceiling, Comparison, Unit};

    fn allowance(pattern: &str, most: f64, until: Option<&str>) -> Allowance {
        let pattern = serde_yaml::from_str(&format!("'{pattern}'"));
        Allowance {
            site: pattern.expect("the pattern is right"),
            bytes: Some(Ceiling {
                comparison: Comparison::LessOrEqual,
                limit: most,
                unit: Unit::Bytes,
            }),
            blocks: None,
            reason: "it is known".into(),
            until: until.map(|until| until.parse().expect("the day exists")),
        }
    }

    /// The recording, its second site holding 100 bytes from the start and 400 at idle end, the third 50 all the time.
    fn cached() -> Recording {
        let mut recording = recording();
        let count = |bytes| Count {
            bytes,
            blocks: bytes / 10,
        };
        recording.sites[1].at_idle_start = count(380);
        recording.sites[1].at_end = count(40);
        // Of the hundred bytes that each cycle leaves, ninety are the second site's.
        recording.sampled = (0..4).collect();
        let level = |(mark, bytes)| Level {
            mark,
            live: count(bytes),
        };
        recording.sites[1].levels = [(0, 100), (1, 190), (2, 280), (3, 370)].map(level).into();
        recording.sites.push(SiteRecord {
            at_baseline: count(50),
            at_idle_start: count(50),
            at_idle_end: count(50),
            ..SiteRecord::default()
        });
        recording
    }

    fn allowed(allowances: &[Allowance]) -> Result<Vec<Allowed>, TooBroad> {
        let functions = [
            vec!["start"],
            vec!["cache::insert", "draw"],
            vec!["log", "draw"],
        ];
        let functions = functions.map(|stack| stack.into_iter().map(str::to_owned).collect());
        let today = "2026-12-01".parse().expect("the day exists");
        allow(allowances, &functions, &cached(), today)
    }

    #[track_caller]
    fn check(allowances: &[Allowance], expected: &[(Standing, &[usize], u64)]) {
        let allowed = allowed(allowances).expect("they are not too broad");
        let found = allowed
            .iter()
            .map(|it| (it.standing, it.sites.as_slice(), it.held.bytes));
        assert_eq!(found.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn an_allowance_counts_within_its_bound_and_its_time() {
        let until = |until| allowance("cache::insert", 400.0, Some(until));
        check(
            &[allowance("cache::insert", 400.0, None)],
            &[(Standing::Counts, &[1], 400)],
        );
        check(
            &[allowance("cache::insert", 399.0, None)],
            &[(Standing::Exceeded, &[1], 400)],
        );
        check(&[until("2026-12-01")], &[(Standing::Counts, &[1], 400)]);
        check(&[until("2026-11-30")], &[(Standing::Expired, &[1], 400)]);
        check(
            &[allowance("cache::remove", 1.0, None)],
            &[(Standing::Stale, &[], 0)],
        );
    }

    #[test]
    fn the_first_allowance_that_matches_a_site_counts() {
        let rest = allowance("*::insert", 1.0, None);
        let first = allowance("cache::insert", 400.0, None);
        check(
            &[first, rest],
            &[(Standing::Counts, &[1], 400), (Standing::Counts, &[], 0)],
        );
        let over = allowance("cache::insert", 400.0, Some("2026-11-30"));
        let rest = allowance("*::insert", 400.0, None);
        check(
            &[over, rest],
            &[
                (Standing::Expired, &[1], 400),
                (Standing::Counts, &[1], 400),
            ],
        );
    }

    #[test]
    fn what_matches_all_that_is_held_is_too_broad() {
        let narrow = allowed(&[allowance("l*", 1e6, None)]);
        assert!(narrow.is_ok(), "another site holds something, too");
        let broad: SitePattern = serde_yaml::from_str("['*', draw]").expect("it is right");
        let broad = Allowance {
            site: broad,
            ..allowance("log", 1e6, None)
        };
        let error = allowed(&[broad]).expect_err("it matches both");
        let expected =
            "the allowance for [*, draw] matches every site that holds something, in 2 functions";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn what_is_allowed_is_left_out_of_what_stays() {
        let allowed = allowed(&[allowance("cache::insert", 400.0, None)]).expect("it is narrow");
        let accepted = Accepted::default();
        let judgement = judge(&scenario(3, &[]), &cached(), &accepted, &allowed);
        let judgement = judgement.expect("there are events");
        let check = |metric: Metric, value: f64, judged: f64| {
            let found = judgement.metrics.iter().find(|it| it.metric == metric);
            let found = found.map(|it| (it.value, it.judged));
            assert_eq!(found, Some((value, judged)), "{metric}");
        };
        check(Metric::Delta, 350.0, 50.0);
        check(Metric::IdleRate, 5.0, 3.0);
        check(Metric::End, 50.0, 10.0);
        check(Metric::EndBlocks, 5.0, 1.0);
        check(Metric::Site(OfSite::Each), 400.0, 50.0);
        check(Metric::Site(OfSite::Delta), 300.0, 0.0);
        check(Metric::Phase(Phase::Start, OfPhase::Delta), 100.0, 0.0);
        check(Metric::Phase(Phase::Idle, OfPhase::Delta), 50.0, 30.0);
        check(
            Metric::Phase(Phase::Teardown, OfPhase::Delta),
            -400.0,
            -40.0,
        );
        check(Metric::Growth, 100.0, 10.0);
        check(Metric::Peak, 777.0, 777.0);
        check(Metric::Site(OfSite::Peak), 70.0, 70.0);
    }

    #[test]
    fn growth_is_whole_where_not_every_cycle_is_known() {
        let allowed = allowed(&[allowance("cache::insert", 400.0, None)]).expect("it is narrow");
        let mut recording = cached();
        recording.sampled = vec![0, 1, 3];
        let accepted = Accepted::default();
        let judgement = judge(&scenario(3, &[]), &recording, &accepted, &allowed);
        let judgement = judgement.expect("there are events");
        assert_eq!(judgement.judged(&Metric::Growth), Some(100.0));
    }

    #[test]
    fn what_does_not_count_leaves_nothing_out() {
        let accepted = Accepted::default();
        let exceeded = allowed(&[allowance("cache::insert", 1.0, None)]).expect("it is narrow");
        let judgement = judge(&scenario(3, &[]), &cached(), &accepted, &exceeded);
        let judgement = judgement.expect("there are events");
        assert_eq!(judgement.judged(&Metric::Delta), Some(350.0));
        assert!(!judgement.holds());
    }
}
