//! What two runs of one scenario came to, beside each other.

use serde::Serialize;

use crate::report::{
    Difference, Fault, ScenarioReport, Sides, comparison, comparison_table, missing, no_comparison,
    null_test,
};

/// For whom it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people at a terminal.
    Text,
    /// For programs.
    Json,
    /// For people in a pull request.
    Markdown,
}

/// One scenario's two runs.
#[derive(Serialize)]
pub(super) struct Compared {
    /// `suite::scenario`
    pub(super) name: String,
    #[serde(skip)]
    pub(super) sides: Option<Sides>,
    #[serde(flatten)]
    pub(super) outcome: Outcome,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    /// Two builds.
    Difference(Difference),
    /// Two runs of one build, and the parts of their reports that are not equal.
    NullTest {
        difference: Difference,
        unequal: Vec<String>,
    },
    /// Only one side has the scenario: the first one, or the second.
    OnlyIn(Side),
    /// One of the runs did not come to figures.
    Fault(Fault),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Side {
    A,
    B,
}

/// Compares two runs, if both came to figures.
pub(super) fn both(
    a: &ScenarioReport,
    b: &ScenarioReport,
    compare: impl Fn() -> Outcome,
) -> Outcome {
    let fault = a.fault.as_ref().or(b.fault.as_ref());
    fault.cloned().map_or_else(compare, Outcome::Fault)
}

/// All of them, told.
pub(super) fn told(compared: &[Compared], format: Format) -> String {
    match format {
        Format::Json => {
            let json = serde_json::to_string_pretty(&compared);
            json.expect("figures and names are JSON values") + "\n"
        }
        Format::Text => compared.iter().map(Compared::text).collect(),
        Format::Markdown => compared.iter().map(Compared::markdown).collect(),
    }
}

/// The exit code of the worst.
pub(super) fn code(compared: &[Compared]) -> u8 {
    compared.iter().map(Compared::code).max().unwrap_or(2)
}

impl Compared {
    pub(super) fn is_same(&self) -> bool {
        self.code() == 0
    }

    fn text(&self) -> String {
        let Compared {
            name,
            sides,
            outcome,
        } = self;
        let sides = || sides.as_ref().expect("builds have names");
        match outcome {
            Outcome::Difference(difference) => comparison(name, sides(), difference),
            Outcome::NullTest {
                difference,
                unequal,
            } => null_test(name, difference, unequal),
            Outcome::OnlyIn(Side::A) => missing(name, &sides().a, &sides().b),
            Outcome::OnlyIn(Side::B) => missing(name, &sides().b, &sides().a),
            Outcome::Fault(fault) => no_comparison(name, fault),
        }
    }

    /// A difference as tables; the rest in its own words.
    fn markdown(&self) -> String {
        match (&self.outcome, &self.sides) {
            (Outcome::Difference(difference), Some(sides)) if !difference.is_empty() => {
                comparison_table(&self.name, sides, difference)
            }
            _ => crate::report::verbatim(&self.text()),
        }
    }

    /// The exit code that it asks for.
    pub(super) fn code(&self) -> u8 {
        match &self.outcome {
            Outcome::Difference(difference) => u8::from(!difference.is_empty()),
            Outcome::NullTest { unequal, .. } if unequal.is_empty() => 0,
            Outcome::OnlyIn(_) => 1,
            Outcome::NullTest { .. } | Outcome::Fault(_) => 2,
        }
    }

    /// By how much it matters.
    pub(super) fn weight(&self) -> (u8, u64) {
        let first = match &self.outcome {
            Outcome::Difference(difference) => difference.sites.first(),
            _ => None,
        };
        let bytes = first.map(|site| {
            let more = site.more();
            more.kept
                .bytes
                .unsigned_abs()
                .max(more.total.bytes.unsigned_abs())
        });
        (self.code(), bytes.unwrap_or_default())
    }
}
