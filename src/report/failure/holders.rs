//! What holds a site's blocks, or that nothing does.

use super::frames::placed;
use super::layout::{WIDTH, counted, rows};
use crate::report::names::{own_frames, short_name};
use crate::report::survey::{HeldReport, LossesReport, RootReport, SiteSurveyReport};
use crate::report::value::{Counted, Place, ScenarioReport, SiteReport};
use crate::suite::{Unit, format_bytes};

/// Steps of the way that are told.
const STEPS: usize = 3;

/// What became of a site's blocks, and what holds those that are held.
pub(super) struct Holders {
    /// Each kind of what is lost, in a line of its own.
    lost: Vec<String>,
    /// "held by the static CACHE", and that of how many.
    name: Option<String>,
    /// Where that is, and all that it holds.
    about: Vec<String>,
    /// The way from there to the site's blocks.
    way: Vec<String>,
}

impl Holders {
    pub(super) fn of(
        report: &ScenarioReport,
        site: &SiteReport,
        survey: &SiteSurveyReport,
        width: usize,
    ) -> Holders {
        let kinds = kinds(&survey.losses);
        let reached = survey.losses.still_reachable.blocks;
        let all = kinds
            .iter()
            .fold(reached, |sum, (lost, ..)| sum.saturating_add(lost.blocks));
        let lost = kinds.into_iter().filter(|(lost, ..)| lost.blocks > 0);
        let lost = lost.map(|(lost, kind, how)| lost_line(lost, all, &format!("{kind}: {how}")));
        let mut holders = Holders {
            lost: lost.collect(),
            name: None,
            about: Vec::new(),
            way: Vec::new(),
        };
        // What is possibly lost is reached as well, but not for sure.
        if let Some(held) = survey.held.as_ref().filter(|_| reached > 0) {
            let rest = (reached < all).then(|| {
                format!(
                    "{reached} more {} ",
                    if reached == 1 { "is" } else { "are" }
                )
            });
            let name = format!("{}held by {}", rest.unwrap_or_default(), held.by.name);
            let mut about = placed(&name, &position(&held.by), width);
            about.extend(holds_in_all(report, &survey.mark, held));
            let own = held.types.last().and_then(Option::as_deref);
            let own = own.map(|ty| format!("  each of type {}", short_name(ty)));
            holders.way = way(report, site, held, width);
            holders.way.extend(own);
            holders.about = about;
            holders.name = Some(name);
        }
        holders
    }

    /// The lines of a site that has others above it: what was said of its holder there is not said again.
    pub(super) fn lines_below(self, above: &[Holders], width: usize) -> Vec<String> {
        let margin = WIDTH - width;
        let same = above
            .iter()
            .rev()
            .find(|other| other.name.is_some() && other.about == self.about);
        let about = match (same, self.name) {
            (Some(_), Some(name)) => rows(&format!("{name}, too"), margin, margin),
            _ => self.about,
        };
        let goes_the_same_way = same.is_some_and(|other| other.way == self.way);
        let way = if goes_the_same_way {
            Vec::new()
        } else {
            self.way
        };
        self.lost.into_iter().chain(about).chain(way).collect()
    }
}

/// All that is said of a site that stands by itself.
pub(in crate::report) fn holders(
    report: &ScenarioReport,
    site: &SiteReport,
    survey: &SiteSurveyReport,
    width: usize,
) -> Vec<String> {
    Holders::of(report, site, survey, width).lines_below(&[], width)
}

/// "definitely lost", or "held by the static CACHE": what became of most of the blocks.
pub(super) fn in_a_word(survey: &SiteSurveyReport) -> Option<String> {
    let kinds = kinds(&survey.losses);
    let (most, kind, _) = kinds.into_iter().max_by_key(|(lost, ..)| lost.blocks)?;
    let held = survey.held.as_ref();
    if most.blocks > 0 && most.blocks >= survey.losses.still_reachable.blocks {
        return Some(kind.to_string());
    }
    held.map(|held| format!("held by {}", held.by.name))
}

fn kinds(losses: &LossesReport) -> [(Counted, &'static str, &'static str); 3] {
    [
        (
            losses.definitely_lost,
            "definitely lost",
            "nothing points to",
        ),
        (
            losses.indirectly_lost,
            "indirectly lost",
            "only lost blocks lead to",
        ),
        (
            losses.possibly_lost,
            "possibly lost",
            "only a pointer into the midst of a block leads to",
        ),
    ]
}

/// All that goes with a holder, where that is more than the blocks that are told of.
fn holds_in_all(report: &ScenarioReport, mark: &str, held: &HeldReport) -> Option<String> {
    let survey = report.surveys.iter().find(|survey| survey.mark == mark);
    let mut holders = survey.into_iter().flat_map(|survey| &survey.holders);
    let all = holders.find(|holder| holder.root == held.by)?.retained;
    let is_more = all.blocks > held.blocks.blocks;
    is_more.then(|| {
        let blocks = Unit::Blocks.format(all.blocks as f64);
        let bytes = format_bytes(all.bytes as f64);
        format!("  which holds {bytes} in {blocks} in all")
    })
}

fn lost_line(lost: Counted, all: i64, how: &str) -> String {
    let them = if lost.blocks == 1 { "it" } else { "them" };
    if lost.blocks == all {
        return format!("{how} {them}");
    }
    format!("{} {how} {them}", counted(lost.blocks as usize, "block"))
}

fn position(root: &RootReport) -> Place {
    Place {
        function: root.name.clone(),
        file: root.file.clone(),
        line: root.line,
        inlined: false,
        library: false,
    }
}

/// The blocks on the way from the holder to the site's.
fn way(report: &ScenarioReport, site: &SiteReport, held: &HeldReport, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let between = &held.through[..held.through.len().saturating_sub(1)];
    let steps = between.iter().zip(&held.types);
    let steps = steps.filter_map(|(step, ty)| Some((report.sites.get(*step)?, ty.as_deref())));
    let steps: Vec<_> = steps.filter(|(step, _)| step.stack != site.stack).collect();
    for (step, ty) in steps.iter().take(STEPS) {
        lines.extend(step_lines(step, *ty, width));
    }
    let more = steps.len().saturating_sub(STEPS) + held.left_out;
    if more > 0 {
        let more = counted(more, "more block");
        lines.push(format!("  through {more}, see the report"));
    }
    lines
}

/// A block on the way, told by where it comes from.
fn step_lines(step: &SiteReport, ty: Option<&str>, width: usize) -> Vec<String> {
    let Some(top) = own_frames(&step.stack).first().copied() else {
        return vec!["  through a block that the host asked for".to_string()];
    };
    let function = short_name(&top.function);
    let what = match ty {
        Some(ty) => short_name(ty),
        None => "block".to_string(),
    };
    let article = if what.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) {
        "an"
    } else {
        "a"
    };
    let through = format!("  through {article} {what} of");
    let whole = format!("{through} {function}");
    if whole.chars().count() <= width {
        return placed(&whole, top, width);
    }
    // A name is not broken, so that it can be searched for.
    let mut lines = vec![through];
    lines.extend(placed(&format!("  {function}"), top, width));
    lines
}
