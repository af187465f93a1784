//! The marks between two calls, at which nothing of the module's code is under way.

use std::fmt;

use schemars::JsonSchema;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

use super::fault::unknown_word;

/// A mark between two calls, at which nothing of the module's code is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case")]
pub enum QuietMark {
    /// After warm-up.
    Baseline,
    /// After the idle time's settling.
    IdleStart,
    /// When the idle period is over.
    IdleEnd,
}

impl QuietMark {
    const ALL: [QuietMark; 3] = [
        QuietMark::Baseline,
        QuietMark::IdleStart,
        QuietMark::IdleEnd,
    ];

    /// The name in suites.
    const fn name(self) -> &'static str {
        match self {
            QuietMark::Baseline => "baseline",
            QuietMark::IdleStart => "idle_start",
            QuietMark::IdleEnd => "idle_end",
        }
    }
}

impl<'de> Deserialize<'de> for QuietMark {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<QuietMark, D::Error> {
        deserializer.deserialize_str(Name)
    }
}

struct Name;

impl Visitor<'_> for Name {
    type Value = QuietMark;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("the name of a mark")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<QuietMark, E> {
        let mut all = QuietMark::ALL.into_iter();
        all.find(|mark| mark.name() == name).ok_or_else(|| {
            let names = QuietMark::ALL.map(QuietMark::name);
            let message = unknown_word("mark", name, &names);
            E::custom(format!("{message}\naccepted: {}", names.join(", ")))
        })
    }
}
