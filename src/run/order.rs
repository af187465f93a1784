//! The order in which the steps of a cycle are done.

use crate::splitmix;
use crate::suite::{Order, Scenario, Step};

/// The steps of a cycle, each as often as it is done; the warm-up's cycles are counted, too, from 0.
pub(crate) fn of_cycle(scenario: &Scenario, cycle: u64) -> impl Iterator<Item = &Step> {
    let mut chance = Chance::of(scenario.seed, cycle);
    let mut lanes: Vec<Lane<'_>> = match scenario.order {
        Order::Listed | Order::Shuffled => scenario.steps.iter().map(Lane::whole).collect(),
        Order::Interleaved => scenario.steps.iter().map(Lane::of).collect(),
    };
    if scenario.order == Order::Shuffled {
        shuffle(&mut lanes, &mut chance);
    }
    let is_drawn = scenario.order == Order::Interleaved;
    std::iter::from_fn(move || {
        let turn = match is_drawn {
            true => draw(&lanes, &mut chance)?,
            false => lanes.iter().position(|lane| lane.left > 0)?,
        };
        lanes[turn].next()
    })
}

/// Steps that stay in their order among themselves.
struct Lane<'s> {
    steps: &'s [Step],
    /// How many steps are still to be done; the steps begin anew when they are over.
    left: u64,
    done: u64,
}

impl<'s> Lane<'s> {
    /// One step, done once.
    fn whole(step: &'s Step) -> Lane<'s> {
        Lane {
            steps: std::slice::from_ref(step),
            left: 1,
            done: 0,
        }
    }

    /// A step, or what it repeats.
    fn of(step: &'s Step) -> Lane<'s> {
        match step {
            Step::Repeat { times, steps } => Lane {
                steps,
                left: u64::from(*times) * steps.len() as u64,
                done: 0,
            },
            _ => Lane::whole(step),
        }
    }

    fn next(&mut self) -> Option<&'s Step> {
        let step = self
            .steps
            .get((self.done % self.steps.len() as u64) as usize);
        self.left -= 1;
        self.done += 1;
        step
    }
}

/// A lane, those with more to do more often: so every way to interleave them is as likely as every other.
fn draw(lanes: &[Lane<'_>], chance: &mut Chance) -> Option<usize> {
    let left = lanes.iter().map(|lane| lane.left).sum();
    let mut drawn = chance.below(left)?;
    lanes
        .iter()
        .position(|lane| match drawn.checked_sub(lane.left) {
            Some(rest) => {
                drawn = rest;
                false
            }
            None => true,
        })
}

/// Fisher and Yates's shuffle.
fn shuffle<T>(all: &mut [T], chance: &mut Chance) {
    for last in (1..all.len()).rev() {
        if let Some(other) = chance.below(last as u64 + 1) {
            all.swap(last, other as usize);
        }
    }
}

/// Numbers that are drawn, the same on every machine.
struct Chance(u64);

impl Chance {
    fn of(seed: u64, cycle: u64) -> Chance {
        // One after the other, so that neighbouring seeds do not share their cycles.
        let (mixed, _) = splitmix::next(seed);
        Chance(splitmix::next(mixed.wrapping_add(cycle)).0)
    }

    /// A number below that one; none if there is none.
    fn below(&mut self, end: u64) -> Option<u64> {
        let (drawn, state) = splitmix::next(self.0);
        self.0 = state;
        // The remainder favours small numbers by less than one in 2^32.
        drawn.checked_rem(end)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::suite::Call;

    fn call(export: &str) -> Step {
        Step::Call(Call {
            export: export.into(),
            args: Vec::new(),
            keep: None,
        })
    }

    fn repeat(times: u32, exports: &str) -> Step {
        let steps = exports.chars().map(|export| call(&export.to_string()));
        Step::Repeat {
            times,
            steps: steps.collect(),
        }
    }

    fn told(order: Order, seed: u64, cycle: u64, steps: &[Step]) -> String {
        let scenario = Scenario {
            order,
            seed,
            ..Scenario::of_steps("order", steps.to_vec())
        };
        let name = |step: &Step| match step {
            Step::Call(call) => call.export.clone(),
            _ => "*".to_string(),
        };
        of_cycle(&scenario, cycle).map(name).collect()
    }

    #[test]
    fn listed_steps_stay_in_their_order() {
        let steps = [call("a"), repeat(3, "bc"), call("d")];
        for cycle in 0..10 {
            assert_eq!(told(Order::Listed, 7, cycle, &steps), "a*d");
        }
    }

    #[test]
    fn shuffled_steps_come_in_every_order() {
        let steps = ["a", "b", "c"].map(call);
        let told = |seed| -> Vec<String> {
            (0..60)
                .map(|cycle| told(Order::Shuffled, seed, cycle, &steps))
                .collect()
        };
        assert_eq!(told(1), told(1), "the same again");
        assert_ne!(told(1), told(2));
        let orders: BTreeSet<String> = told(1).into_iter().collect();
        assert_eq!(orders.len(), 6, "{orders:?}");
    }

    #[test]
    fn interleaved_steps_stay_in_their_order_among_themselves() {
        let steps = [repeat(2, "ab"), repeat(1, "xyz"), call("k")];
        let orders: BTreeSet<String> = (0..5000)
            .map(|cycle| told(Order::Interleaved, 3, cycle, &steps))
            .collect();
        // 8! / (4! 3! 1!) of them.
        assert_eq!(orders.len(), 280);
        for order in orders {
            let only = |of: &str| order.replace(|step| !of.contains(step), "");
            assert_eq!([only("ab"), only("xyz"), only("k")], ["abab", "xyz", "k"]);
        }
    }
}
