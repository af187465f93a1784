//! By what sites are weighed, where one figure stands for a site: in flame graphs, in profiles, in sorted tables.

use std::str::FromStr;

use super::value::{Counted, ScenarioReport, SiteReport};

/// A figure of every site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Live at idle end.
    Live,
    /// Live at the instant of the global peak.
    Peak,
    /// All that was ever allocated.
    Total,
    /// Live at idle end, less live at baseline.
    Delta,
    /// What the cycles added: live after the last one, less live at baseline.
    Growth,
    /// Live after teardown.
    End,
}

impl Weight {
    /// All of them, the one first that most readers want.
    pub const ALL: [Weight; 6] = [
        Weight::Live,
        Weight::Peak,
        Weight::Total,
        Weight::Delta,
        Weight::Growth,
        Weight::End,
    ];

    /// In one word, as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Weight::Live => "live",
            Weight::Peak => "peak",
            Weight::Total => "total",
            Weight::Delta => "delta",
            Weight::Growth => "growth",
            Weight::End => "end",
        }
    }

    /// What it is, in a few words.
    pub fn words(self) -> &'static str {
        match self {
            Weight::Live => "live at idle end",
            Weight::Peak => "live at the peak",
            Weight::Total => "all that was allocated",
            Weight::Delta => "live at idle end, less live at baseline",
            Weight::Growth => "what the cycles added",
            Weight::End => "live after teardown",
        }
    }

    /// Bytes and blocks of a site; below zero where a difference is.
    pub fn of(self, scenario: &ScenarioReport, site: &SiteReport) -> Counted {
        match self {
            Weight::Live => site.at_idle_end,
            Weight::Peak => site.at_peak,
            Weight::Total => site.total,
            Weight::Delta => site.delta,
            Weight::Growth => over_cycles(scenario, site),
            Weight::End => site.at_end,
        }
    }
}

impl FromStr for Weight {
    type Err = String;

    fn from_str(name: &str) -> Result<Weight, String> {
        let named = Weight::ALL.into_iter().find(|weight| weight.name() == name);
        named.ok_or_else(|| {
            let names: Vec<&str> = Weight::ALL.iter().map(|weight| weight.name()).collect();
            format!("sites are weighed by {}", names.join(", "))
        })
    }
}

fn over_cycles(scenario: &ScenarioReport, site: &SiteReport) -> Counted {
    let marks = || (0..).zip(&scenario.marks);
    let last = marks()
        .filter(|(_, mark)| mark.name.starts_with("cycle "))
        .last();
    let Some((last, _)) = last else {
        return Counted::default();
    };
    let after = site.level(last);
    Counted {
        bytes: after.bytes.saturating_sub(site.at_baseline.bytes),
        blocks: after.blocks.saturating_sub(site.at_baseline.blocks),
    }
}
