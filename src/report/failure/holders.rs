//! What holds a site's blocks, or that nothing does.

use super::frames::placed;
use super::layout::counted;
use crate::report::names::{own_frames, short_name};
use crate::report::survey::{HeldReport, RootReport, SiteSurveyReport};
use crate::report::value::{Counted, Place, ScenarioReport, SiteReport};
use crate::suite::{Unit, format_bytes};

/// Steps of the way that are told.
const STEPS: usize = 3;

/// Each kind of what is lost in a line of its own, and what holds the rest.
pub(super) fn holders(
    report: &ScenarioReport,
    site: &SiteReport,
    survey: &SiteSurveyReport,
    width: usize,
) -> Vec<String> {
    let losses = &survey.losses;
    let kinds = [
        (losses.definitely_lost, "definitely lost: nothing points to"),
        (
            losses.indirectly_lost,
            "indirectly lost: only lost blocks lead to",
        ),
        (
            losses.possibly_lost,
            "possibly lost: only a pointer into the midst of a block leads to",
        ),
    ];
    let reached = losses.still_reachable.blocks;
    let all = kinds.iter().map(|(lost, _)| lost.blocks).sum::<i64>() + reached;
    let lost = kinds.into_iter().filter(|(lost, _)| lost.blocks > 0);
    let mut lines: Vec<String> = lost.map(|(lost, how)| lost_line(lost, all, how)).collect();
    // What is possibly lost is reached as well, but not for sure.
    if let Some(held) = survey.held.as_ref().filter(|_| reached > 0) {
        let rest = (reached < all).then(|| {
            format!(
                "{reached} more {} ",
                if reached == 1 { "is" } else { "are" }
            )
        });
        let holder = format!("{}held by {}", rest.unwrap_or_default(), held.by.name);
        lines.extend(placed(&holder, &position(&held.by), width));
        lines.extend(holds_in_all(report, &survey.mark, held));
        lines.extend(way(report, site, held, width));
        let own = held.types.last().and_then(Option::as_deref);
        lines.extend(own.map(|ty| format!("  each of type {}", short_name(ty))));
    }
    lines
}

/// What holds a site's blocks, or that nothing does, in a few words.
pub(super) fn holder(survey: &SiteSurveyReport) -> Option<String> {
    let losses = &survey.losses;
    let lost = losses.definitely_lost.blocks + losses.indirectly_lost.blocks;
    match &survey.held {
        Some(held) if losses.still_reachable.blocks >= lost => {
            let position = super::frames::position(&position(&held.by));
            let position = position.map(|position| format!(" ({position})"));
            Some(format!(
                "held by {}{}",
                held.by.name,
                position.unwrap_or_default()
            ))
        }
        _ if lost > 0 => Some(format!("{} lost", counted(lost as usize, "block"))),
        _ => None,
    }
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
        Some(ty) => format!("a {} of {function}", short_name(ty)),
        None => format!("a block of {function}"),
    };
    placed(&format!("  through {what}"), top, width)
}
