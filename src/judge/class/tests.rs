//! Stories of one site, as small as they can be, and what its blocks are taken for.

use super::*;
use crate::heap::{Diagnostics, Level, Mark, Survivors};

/// The live blocks of the site, oldest first: the cycle of birth and the size.
type Blocks = Vec<(u32, u64)>;

/// What the class of a site is whose blocks `play` changes in each of so many cycles; cycle 0 is before the baseline, and what
/// comes after the last cycle is the idle time, in its parts.
#[track_caller]
fn check(cycles: u32, play: impl Fn(u32, &mut Blocks), expected: &str) {
    let mut blocks = Blocks::new();
    let mut taken = Vec::new();
    let kind = |step| match step {
        0 => MarkKind::Baseline,
        cycle if cycle <= cycles => MarkKind::Cycle(cycle),
        after if after == cycles + 1 => MarkKind::IdleStart,
        after if after == cycles + 1 + IDLE_PARTS => MarkKind::IdleEnd,
        after => MarkKind::Idle(after - cycles - 1),
    };
    for step in 0..=cycles + 1 + IDLE_PARTS {
        if step != cycles + 1 {
            play(step, &mut blocks);
        }
        taken.push((kind(step), count(&blocks)));
    }
    let recording = recording(cycles, &taken, &blocks);
    let class = class(cycles, &recording, &recording.sites[0], None);
    assert_eq!(
        class.map(|class| class.to_string()).as_deref(),
        Some(expected)
    );
}

fn recording(cycles: u32, taken: &[(MarkKind, Count)], blocks: &Blocks) -> Recording {
    let mark = |(kind, live): &(MarkKind, Count)| Mark {
        kind: *kind,
        time: 0,
        live: *live,
        total: Count::default(),
        peak: Count::default(),
        memory: 0,
        heap_span: 0,
    };
    let at = |wanted| {
        let found = taken.iter().find(|(kind, _)| *kind == wanted);
        found.map_or(Count::default(), |(_, live)| *live)
    };
    let births = |(birth, size): &(u32, u64)| ((*birth).min(cycles + 1), *size);
    let mut survivors: Vec<Survivors> = Vec::new();
    for (cycle, size) in blocks.iter().map(births) {
        if survivors.last().is_none_or(|latest| latest.cycle != cycle) {
            let live = Count::default();
            survivors.push(Survivors { cycle, live });
        }
        let latest = survivors.last_mut().expect("it was pushed");
        latest.live.bytes += size;
        latest.live.blocks += 1;
    }
    let levels = (0..)
        .zip(taken)
        .map(|(mark, (_, live))| Level { mark, live: *live });
    let site = SiteRecord {
        at_baseline: at(MarkKind::Baseline),
        at_idle_start: at(MarkKind::IdleStart),
        at_idle_end: at(MarkKind::IdleEnd),
        survivors,
        levels: levels.collect(),
        ..SiteRecord::default()
    };
    Recording {
        readings: Vec::new(),
        surveys: Vec::new(),
        marks: taken.iter().map(mark).collect(),
        sampled: (0..taken.len() as u32).collect(),
        peak: Count::default(),
        peak_time: 0,
        total_at_peak: 0,
        sites: vec![site],
        diagnostics: Diagnostics::default(),
        wrongly_freed: [].into(),
        wrong_frees: None,
        held_by_host: Vec::new(),
    }
}

fn count(blocks: &Blocks) -> Count {
    Count {
        bytes: blocks.iter().map(|(_, size)| size).sum(),
        blocks: blocks.len() as u64,
    }
}

/// Keeps the youngest so many.
fn evict(blocks: &mut Blocks, most: usize) {
    let excess = blocks.len().saturating_sub(most);
    blocks.drain(..excess);
}

#[test]
fn what_every_cycle_leaves_is_unbounded() {
    let leak = |cycle, blocks: &mut Blocks| {
        if (1..=20).contains(&cycle) {
            blocks.extend([(cycle, 100); 7]);
        }
    };
    check(20, leak, "unbounded growth, 7 blocks a cycle");
}

#[test]
fn what_most_cycles_leave_is_unbounded() {
    let leak = |cycle, blocks: &mut Blocks| {
        if (1..=20).contains(&cycle) && cycle % 3 != 0 {
            blocks.extend([(cycle, 100); 3]);
        }
    };
    check(20, leak, "unbounded growth, about 2 blocks a cycle");
}

#[test]
fn a_container_that_is_resized_is_followed() {
    for cycles in [10, 33, 64, 100] {
        let push = move |cycle: u32, blocks: &mut Blocks| {
            let items = u64::from(cycle.min(cycles) + 1);
            *blocks = vec![(0, items.next_power_of_two() * 16)];
        };
        let grows = |class: Option<Class>| matches!(class, Some(Class::UnboundedGrowth(_)));
        let mut taken = Vec::new();
        let mut blocks = Blocks::new();
        for cycle in 0..=cycles {
            push(cycle, &mut blocks);
            let kind = if cycle == 0 {
                MarkKind::Baseline
            } else {
                MarkKind::Cycle(cycle)
            };
            taken.push((kind, count(&blocks)));
        }
        taken.push((MarkKind::IdleEnd, count(&blocks)));
        let recording = recording(cycles, &taken, &blocks);
        let class = class(cycles, &recording, &recording.sites[0], None);
        assert!(grows(class), "{class:?} after {cycles} cycles");
    }
}

#[test]
fn a_container_that_is_copied_is_followed() {
    let rehash = |cycle: u32, blocks: &mut Blocks| {
        let size = u64::from(cycle.min(20) + 1).next_power_of_two() * 16;
        if blocks.first().is_none_or(|(_, held)| *held != size) {
            *blocks = vec![(cycle, size)];
        }
    };
    check(20, rehash, "unbounded growth, about 24 B a cycle");
}

#[test]
fn what_grows_while_idle_is_unbounded() {
    let tick = |cycle, blocks: &mut Blocks| {
        if cycle > 5 {
            blocks.push((cycle, 8));
        }
    };
    check(5, tick, "unbounded growth while idle");
}

#[test]
fn what_was_there_before_is_one_time() {
    let open = |cycle, blocks: &mut Blocks| {
        if cycle == 0 {
            blocks.push((0, 4096));
        }
    };
    check(20, open, "one-time: from before the baseline");
}

#[test]
fn what_comes_once_is_one_time_whenever_it_comes() {
    for at in 1..20 {
        let first_use = move |cycle, blocks: &mut Blocks| {
            if cycle == at {
                blocks.push((cycle, 4096));
            }
        };
        check(20, first_use, &format!("one-time: last grew in cycle {at}"));
    }
}

#[test]
fn what_comes_in_the_last_cycle_may_come_again() {
    let first_use = |cycle, blocks: &mut Blocks| {
        if cycle == 20 {
            blocks.push((cycle, 4096));
        }
    };
    check(
        20,
        first_use,
        "new in the last cycle: more cycles would tell",
    );
}

#[test]
fn what_is_replaced_each_cycle_is_a_working_set() {
    let replace = |cycle, blocks: &mut Blocks| {
        if cycle <= 20 {
            *blocks = vec![(cycle, 512); 3];
        }
    };
    check(20, replace, "working set: each cycle replaces it");
}

#[test]
fn what_holds_no_more_than_its_bound_is_a_cache() {
    for bound in [2, 5, 12] {
        let insert = move |cycle, blocks: &mut Blocks| {
            if (1..=20).contains(&cycle) {
                blocks.push((cycle, 100));
                evict(blocks, bound);
            }
        };
        let expected = format!(
            "bounded cache: never more than {bound} blocks, {}, since cycle {bound}",
            format_bytes(bound as f64 * 100.0)
        );
        check(20, insert, &expected);
    }
}

#[test]
fn what_is_freed_is_churn() {
    check(20, |_, _| {}, "churn: all of it was freed");
}

#[test]
fn few_cycles_tell_little() {
    let leave = |cycle, blocks: &mut Blocks| {
        if cycle == 1 || cycle == 2 {
            blocks.push((cycle, 1));
        }
    };
    check(1, leave, "one cycle does not tell whether it goes on");
    check(2, leave, "2 cycles do not tell whether it goes on");
}
