//! What is said of a module that was run without a suite: what it allocates, what it leaves, what it loses.

use std::cmp::Reverse;

use super::failure::fault::fault_text;
use super::failure::frames::{frame_lines, placed};
use super::failure::holders::holders;
use super::failure::layout::{TITLE, WIDTH, counted, headline, line, titled};
use super::failure::timeline;
use super::failure::wrong_frees::wrong_frees;
use super::names::own_frames;
use super::shell::shell_word;
use super::survey::{HolderReport, SurveyReport};
use super::value::{Counted, Place, ScenarioReport, SiteReport};
use crate::module::printable;
use crate::suite::{Unit, format_bytes};

/// Holders that are shown.
const HOLDERS: usize = 5;

/// Columns before what is said of a site.
const INDENT: usize = TITLE + 2;

/// What a summary tells beside the report.
#[derive(Clone, Debug)]
pub struct ProfileText<'a> {
    /// The module's file, as the reader knows it.
    pub module: &'a str,
    /// Where the whole report is.
    pub saved: &'a str,
    /// Whether growth would be told apart if the story were repeated.
    pub repeats: bool,
    /// A command that may do better.
    pub again: Option<String>,
    /// How many sites are shown.
    pub top: usize,
}

/// The summary of a profile: totals, the sites that matter, who holds what is left, what to type next.
pub fn profile(report: &ScenarioReport, told: &ProfileText) -> String {
    let mut text = String::new();
    let name = printable(report.module.as_str());
    match &report.fault {
        Some(fault) => {
            headline(&mut text, &format!("{name}: {}", fault.headline));
            text.push('\n');
            fault_text(&mut text, report, fault);
        }
        None => {
            line(&mut text, &format!("{name} ran to its end"));
            text.push('\n');
            totals(&mut text, report);
            over_cycles(&mut text, report);
        }
    }
    sites(&mut text, report, told.top);
    held_in_all(&mut text, report);
    wrong_frees(&mut text, report);
    for note in &report.notes {
        titled(&mut text, "note", note);
    }
    if !report.notes.is_empty() {
        text.push('\n');
    }
    what_next(&mut text, report, told);
    text
}

fn totals(text: &mut String, report: &ScenarioReport) {
    let (Some(last), peak) = (report.marks.last(), report.peak) else {
        return;
    };
    titled(text, "in all", &amount(last.total));
    titled(text, "peak", &amount(peak));
    titled(text, "left", &amount(last.live));
    titled(text, "lost", &lost_in_all(report));
    let used = format_bytes(last.heap_span as f64);
    let memory = format_bytes(last.memory as f64);
    titled(
        text,
        "memory",
        &format!("{memory}, of which the heap took {used}"),
    );
    if let Some(growth) = report.metrics.iter().find(|metric| metric.name == "growth") {
        titled(text, "growth", &Unit::BytesPerCycle.format(growth.value));
    }
    text.push('\n');
}

/// A command has one cycle, and a row of two bars tells nothing.
fn over_cycles(text: &mut String, report: &ScenarioReport) {
    let cycles = report.marks.iter();
    let cycles = cycles.filter(|mark| mark.name.starts_with("cycle "));
    if cycles.count() > 1 {
        timeline(text, report);
    }
}

fn lost_in_all(report: &ScenarioReport) -> String {
    let Some(SurveyReport { losses, .. }) = at_the_end(report) else {
        return "not known".to_string();
    };
    let kinds = [
        (losses.definitely_lost, "definitely"),
        (losses.indirectly_lost, "indirectly"),
        (losses.possibly_lost, "possibly"),
    ];
    let told = kinds.iter().filter(|(lost, _)| lost.blocks > 0);
    let told: Vec<String> = told
        .map(|(lost, how)| format!("{} {how}", amount(*lost)))
        .collect();
    match told.is_empty() {
        true => "nothing".to_string(),
        false => told.join(", "),
    }
}

fn at_the_end(report: &ScenarioReport) -> Option<&SurveyReport> {
    report.surveys.iter().find(|survey| survey.mark == "final")
}

/// "1.2 MB in 300 blocks"
fn amount(Counted { bytes, blocks }: Counted) -> String {
    if blocks == 0 {
        return "nothing".to_string();
    }
    let blocks = Unit::Blocks.format(blocks as f64);
    format!("{} in {blocks}", format_bytes(bytes as f64))
}

/// What a site came to, in the order in which it matters.
struct Figures {
    lost: Counted,
    left: Counted,
    peak: Counted,
    total: Counted,
}

impl Figures {
    fn of(site: &SiteReport) -> Figures {
        let losses = site.survey("final").map(|survey| survey.losses);
        let losses = losses.unwrap_or_default();
        Figures {
            lost: Counted {
                bytes: losses.definitely_lost.bytes + losses.indirectly_lost.bytes,
                blocks: losses.definitely_lost.blocks + losses.indirectly_lost.blocks,
            },
            left: site.at_end,
            peak: site.at_peak,
            total: site.total,
        }
    }

    fn rank(&self) -> [(i64, i64); 4] {
        let all = [self.lost, self.left, self.peak, self.total];
        all.map(|Counted { bytes, blocks }| (bytes, blocks))
    }

    /// In one word, and with the figures that are behind it.
    fn told(&self) -> (&'static str, String) {
        let Figures {
            lost,
            left,
            peak,
            total,
        } = self;
        let of_all = |part: &Counted| match part == total {
            true => amount(*part),
            false => format!("{}, of {} in all", amount(*part), amount(*total)),
        };
        if lost.blocks > 0 && lost != left {
            let rest = Counted {
                bytes: left.bytes - lost.bytes,
                blocks: left.blocks - lost.blocks,
            };
            let lost = format!("{}, {} more left", amount(*lost), amount(rest));
            return ("lost", format!("{lost}, of {} in all", amount(*total)));
        }
        match () {
            () if lost.blocks > 0 => ("lost", of_all(lost)),
            () if left.blocks > 0 => ("left", of_all(left)),
            () if peak.blocks > 0 => ("peak", format!("{}, all of it freed since", of_all(peak))),
            () => ("freed", format!("{}, all of it freed", amount(*total))),
        }
    }
}

fn sites(text: &mut String, report: &ScenarioReport, top: usize) {
    let mut sites: Vec<(&SiteReport, Figures)> = report
        .sites
        .iter()
        .map(|site| (site, Figures::of(site)))
        .collect();
    sites.sort_by_key(|(_, figures)| Reverse(figures.rank()));
    for (site, figures) in sites.iter().take(top) {
        let (word, amounts) = figures.told();
        titled(text, word, &amounts);
        for below in described(report, site) {
            line(text, &format!("{:INDENT$}{below}", ""));
        }
        text.push('\n');
    }
    let rest = &sites[sites.len().min(top)..];
    if !rest.is_empty() {
        let sum = rest
            .iter()
            .fold(Counted::default(), |sum, (_, figures)| Counted {
                bytes: sum.bytes.saturating_add(figures.total.bytes),
                blocks: sum.blocks.saturating_add(figures.total.blocks),
            });
        let more = counted(rest.len(), "more site");
        titled(
            text,
            "and",
            &format!("{more} that allocated {}", amount(sum)),
        );
        text.push('\n');
    }
    let has_lines = report
        .sites
        .iter()
        .any(|site| site.stack.iter().any(|place| place.line.is_some()));
    if !has_lines && !report.sites.is_empty() {
        line(text, "  (no lines: the module has no line table)");
        text.push('\n');
    }
}

fn described(report: &ScenarioReport, site: &SiteReport) -> Vec<String> {
    let width = WIDTH - INDENT;
    let mut lines = frame_lines(&own_frames(&site.stack), width);
    if site.folded {
        lines.push("by more calling contexts than are kept apart".to_string());
    }
    let is_telling = |name: &str| !matches!(name, "churn" | "unknown");
    let class = site.class.as_ref().filter(|class| is_telling(&class.name));
    // Over one cycle everything was allocated once.
    let class = class.filter(|class| class.name != "one-time");
    lines.extend(class.map(|class| class.words.clone()));
    let survey = site.survey("final").into_iter();
    lines.extend(survey.flat_map(|survey| holders(report, site, survey, width)));
    lines
}

/// Who holds most of what is left.
fn held_in_all(text: &mut String, report: &ScenarioReport) {
    let holders = at_the_end(report).map(|survey| survey.holders.as_slice());
    let holders: &[HolderReport] = holders.unwrap_or_default();
    let holders: Vec<&HolderReport> = holders.iter().filter(|it| it.retained.blocks > 0).collect();
    if holders.len() < 2 {
        return;
    }
    line(text, "  what is left is held by");
    let amounts: Vec<String> = holders.iter().map(|it| amount(it.retained)).collect();
    let shown = || holders.iter().zip(&amounts).take(HOLDERS);
    let column = shown().map(|(_, amount)| amount.len()).max().unwrap_or(0);
    for (holder, amount) in shown() {
        let root = Place {
            function: holder.root.name.clone(),
            file: holder.root.file.clone(),
            line: holder.root.line,
            inlined: false,
            library: false,
        };
        let indent = 4 + column + 3;
        let mut lines = placed(&root.function, &root, WIDTH.saturating_sub(indent)).into_iter();
        let first = lines.next().unwrap_or_default();
        line(text, &format!("    {amount:<column$}   {first}"));
        lines.for_each(|below| line(text, &format!("{:indent$}{below}", "")));
    }
    match holders.len().saturating_sub(HOLDERS) {
        0 => {}
        more => line(text, &format!("    and {}", counted(more, "more holder"))),
    }
    text.push('\n');
}

fn what_next(text: &mut String, report: &ScenarioReport, told: &ProfileText) {
    let advice = report.fault.as_ref();
    if let Some(advice) = advice.and_then(|fault| fault.advice.as_deref()) {
        titled(text, "do", advice);
    }
    // Whole, so that it can be copied.
    let mut command = |title: &str, command: &str| {
        line(text, &format!("  {title:<TITLE$}{command}"));
    };
    if let Some(again) = &told.again {
        command("again", again);
    }
    let is_left = report.marks.last().is_some_and(|mark| mark.live.blocks > 0);
    if report.fault.is_none() && told.repeats && is_left {
        command(
            "repeat",
            "--cycles 10 tells what grows from what is kept once",
        );
    }
    if report.fault.is_none() {
        command("gate", &format!("memgate init {}", shell_word(told.module)));
    }
    command("more", &printable(told.saved));
}
