//! What is lost and what is held, as the report tells it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::value::{Counted, ScenarioReport, SiteReport};
use crate::heap::{Held, Losses, Recording, Root, Survey};

/// The heap at a mark at which nothing of the module's code was under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SurveyReport {
    /// The name of the mark.
    pub mark: String,
    /// All live blocks.
    pub losses: LossesReport,
    /// Those of the ones that are reached to which only such words lead as hold no addresses by their type.
    pub look_alikes: Counted,
    /// What each root holds that nothing else holds; most bytes first.
    pub holders: Vec<HolderReport>,
}

/// Live blocks by what they are to the program, in the words of valgrind's memcheck.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LossesReport {
    /// Nothing points to them.
    pub definitely_lost: Counted,
    /// Only lost blocks lead to them.
    pub indirectly_lost: Counted,
    /// They are reached by way of a pointer into the midst of a block only.
    pub possibly_lost: Counted,
    /// Pointers to the starts of blocks lead to them.
    pub still_reachable: Counted,
}

/// What one root holds alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HolderReport {
    /// What holds it.
    pub root: RootReport,
    /// What would not be reached without it.
    pub retained: Counted,
}

/// Something that is alive by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct RootReport {
    /// What it is and what it is called: `the static CACHE`, `the global $heap`, `$document`, `the stack`.
    pub name: String,
    /// The source file in which it is declared, as the build named it.
    pub file: Option<String>,
    /// The line in it.
    pub line: Option<u32>,
}

/// What became of a site's live blocks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SiteSurveyReport {
    /// The name of the mark.
    pub mark: String,
    /// Its live blocks.
    pub losses: LossesReport,
    /// What would not be reached without those that are reached, they included.
    pub retained: Counted,
    /// By what most of those that are reached are, by bytes.
    pub held: Option<HeldReport>,
}

/// A shortest way from a root to blocks of a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HeldReport {
    /// Where it begins.
    pub by: RootReport,
    /// The blocks on the way: the numbers of their sites, in the order of the report's, the last being the site itself.
    pub through: Vec<usize>,
    /// How many are left out of the middle, behind the first eight, since the way is long.
    pub left_out: usize,
    /// The types of these blocks, where debug information tells them.
    pub types: Vec<Option<String>>,
    /// The site's blocks to which it leads.
    pub blocks: Counted,
}

impl ScenarioReport {
    /// Adds what was lost and what was held; `root` tells what a root is called, of whose words one at that address is
    /// meant, `types` of what types the blocks on a way are.
    pub fn with_surveys(
        mut self,
        recording: &Recording,
        root: impl Fn(&Root, Option<u64>) -> RootReport,
        types: impl Fn(&Held) -> Vec<Option<String>>,
    ) -> ScenarioReport {
        for survey in &recording.surveys {
            self.surveys.push(report(survey, &root));
            for (site, found) in &survey.sites {
                let Some(site) = self.sites.get_mut(*site as usize) else {
                    continue;
                };
                let held = found.held.as_ref();
                site.surveys.push(SiteSurveyReport {
                    mark: super::assemble::mark_name(survey.mark),
                    losses: found.losses.into(),
                    retained: found.retained.into(),
                    held: held.map(|held| held_report(held, &root, types(held))),
                });
            }
        }
        self
    }
}

impl SiteReport {
    /// What became of its blocks at that mark; none where it has none, or where nobody looked.
    pub(super) fn survey(&self, mark: &str) -> Option<&SiteSurveyReport> {
        self.surveys.iter().find(|survey| survey.mark == mark)
    }
}

fn report(survey: &Survey, root: impl Fn(&Root, Option<u64>) -> RootReport) -> SurveyReport {
    let mut holders: Vec<HolderReport> = survey
        .retained
        .iter()
        .map(|(holder, retained)| HolderReport {
            root: root(holder, None),
            retained: (*retained).into(),
        })
        .collect();
    holders.sort_by_key(|holder| std::cmp::Reverse(holder.retained.bytes));
    SurveyReport {
        mark: super::assemble::mark_name(survey.mark),
        losses: survey.losses.into(),
        look_alikes: survey.look_alikes.into(),
        holders,
    }
}

fn held_report(
    held: &Held,
    root: impl Fn(&Root, Option<u64>) -> RootReport,
    types: Vec<Option<String>>,
) -> HeldReport {
    HeldReport {
        by: root(&held.by, held.at),
        through: held.through.iter().map(|site| *site as usize).collect(),
        left_out: held.left_out,
        types,
        blocks: held.blocks.into(),
    }
}

impl From<Losses> for LossesReport {
    fn from(losses: Losses) -> LossesReport {
        LossesReport {
            definitely_lost: losses.definite.into(),
            indirectly_lost: losses.indirect.into(),
            possibly_lost: losses.possible.into(),
            still_reachable: losses.reachable.into(),
        }
    }
}
