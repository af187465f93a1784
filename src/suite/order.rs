//! The order of a cycle's steps: as they are listed, or as chance has it, which is the same each time.

use schemars::JsonSchema;
use serde::de::{Deserialize, Deserializer, Error};

use super::fault::{Fault, unknown_word};
use super::node::Cursor;
use super::scenario::Scenario;
use super::step::{Argument, Step};

/// In which order the steps of a cycle are done. What is stable in one order may grow in another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum Order {
    /// As they stand in the suite.
    #[default]
    Listed,
    /// Each cycle in another order, drawn from the scenario's `seed`.
    Shuffled,
    /// Steps that are a `repeat` run in each other's midst: what is in one stays in its order, whose turn it is is drawn from the
    /// scenario's `seed`.
    Interleaved,
}

impl Order {
    const ALL: [Order; 3] = [Order::Listed, Order::Shuffled, Order::Interleaved];

    /// The word in suites and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Order::Listed => "listed",
            Order::Shuffled => "shuffled",
            Order::Interleaved => "interleaved",
        }
    }
}

impl<'de> Deserialize<'de> for Order {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Order, D::Error> {
        let word = String::deserialize(deserializer)?;
        let named = Order::ALL.into_iter().find(|order| order.name() == word);
        named.ok_or_else(|| {
            let words = Order::ALL.map(Order::name);
            let message = unknown_word("order", &word, &words);
            D::Error::custom(format!("{message}\naccepted: {}", words.join(", ")))
        })
    }
}

/// What an order asks of the steps.
pub(super) fn check(scenario: &Scenario, at: Cursor, faults: &mut Vec<Fault>) {
    if scenario.order == Order::Listed {
        if let Some(seed) = at.find("seed") {
            let fault = Fault::at(seed.key_place(), "`seed` says nothing without an `order`");
            faults.push(fault.with_note("accepted: order: shuffled, order: interleaved"));
        }
        return;
    }
    let order = scenario.order.name();
    if scenario.steps.len() < 2 {
        let message = format!("`{order}` needs two `steps` or more: one has only one order");
        faults.push(Fault::at(at.get("order").place(), message));
    }
    check_names(scenario, at.get("steps"), faults);
}

/// A step that takes what another one keeps may come before it.
fn check_names(scenario: &Scenario, at: Cursor, faults: &mut Vec<Fault>) {
    for (index, step) in scenario.steps.iter().enumerate() {
        let others = scenario.steps.iter().enumerate();
        let others = others.filter(|(other, _)| *other != index);
        let kept: Vec<&str> = others.flat_map(|(_, other)| kept(other)).collect();
        for name in taken(step).into_iter().filter(|name| kept.contains(name)) {
            let message = format!(
                "`${name}` may be taken before it is kept: the steps are {}",
                scenario.order.name()
            );
            let fault = Fault::at(at.item(index).place(), message);
            faults.push(fault.with_note(
                "keep it in `setup`, or do both in one step: - { repeat: 1, steps: [...] }",
            ));
        }
    }
}

fn kept(step: &Step) -> Vec<&str> {
    match step {
        Step::Call(call) => call.keep.iter().map(String::as_str).collect(),
        Step::Repeat { steps, .. } => steps.iter().flat_map(kept).collect(),
        Step::Run(_) | Step::Advance(_) => Vec::new(),
    }
}

fn taken(step: &Step) -> Vec<&str> {
    match step {
        Step::Call(call) => call
            .args
            .iter()
            .filter_map(|argument| match argument {
                Argument::Kept(name) => Some(name.as_str()),
                Argument::Integer(_) | Argument::Float(_) => None,
            })
            .collect(),
        Step::Repeat { steps, .. } => steps.iter().flat_map(taken).collect(),
        Step::Run(_) | Step::Advance(_) => Vec::new(),
    }
}
