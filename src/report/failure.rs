//! The failure text of a trial: what broke and by how much, where, and what to do. The product's face.

use std::cmp::Reverse;
use std::fmt::Write;
use std::time::Duration;

use super::names::short_name;
use super::sparkline::sparkline;
use super::value::{Bound, Fault, MetricReport, Place, ScenarioReport, SiteReport, SnapshotChange};
use crate::suite::{Metric, Unit, format_bytes, format_duration};

/// Columns of a terminal that nobody has made wider.
const WIDTH: usize = 80;
/// Sites that are shown; the rest is counted.
const SITES: usize = 5;
/// Frames that are shown of a site.
const FRAMES: usize = 3;
/// Frames that are shown of the stack at which a guest was stopped.
const STACK: usize = 12;
/// Columns of the words before a paragraph, such as `again`.
const TITLE: usize = 9;
/// Bars of the row that shows live bytes over the marks.
const BARS: usize = 24;

/// What a reader can type next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commands {
    /// Runs this scenario again.
    pub again: String,
    /// Reviews the sites that changed.
    pub review: String,
    /// Where the suite is, as the reader knows it.
    pub suite: String,
    /// Where the whole report is.
    pub report: String,
}

/// The text of a trial that did not pass.
pub fn failure(name: &str, report: &ScenarioReport, commands: &Commands) -> String {
    let mut text = String::new();
    match &report.fault {
        Some(fault) => fault_text(&mut text, name, report, fault),
        None => regression_text(&mut text, name, report),
    }
    for note in &report.notes {
        titled(&mut text, "note", note);
    }
    what_next(&mut text, report, commands);
    text
}

fn regression_text(text: &mut String, name: &str, report: &ScenarioReport) {
    let broken: Vec<(&MetricReport, &Bound)> = broken_bounds(report).collect();
    match broken.first() {
        Some((metric, bound)) => line(text, &format!("{name} {}", sentence(metric, bound))),
        None => line(text, &format!("{name} {}", snapshot_sentence(report))),
    }
    text.push('\n');
    thresholds(text, report);
    timeline(text, report);
    if !broken.is_empty() {
        Ranking::of(report, broken[0].0).write(text, report);
    }
    // Growth explains itself by the sites that grew; all of them beside it would hide that.
    if let Some(change) = report.snapshot.as_ref().filter(|_| broken.is_empty()) {
        snapshot(text, change);
    }
}

fn broken_bounds(report: &ScenarioReport) -> impl Iterator<Item = (&MetricReport, &Bound)> {
    report.metrics.iter().flat_map(|metric| {
        metric
            .bounds
            .iter()
            .filter(|bound| !bound.holds)
            .map(move |bound| (metric, bound))
    })
}

/// What was measured and what may be, in one sentence.
fn sentence(metric: &MetricReport, bound: &Bound) -> String {
    let measured = amount(metric, metric.value);
    let most = match bound.comparison.as_str() {
        "<" => format!("less than {}", limit(metric, bound)),
        "<=" if bound.limit == 0.0 => "nothing".to_string(),
        "<=" => format!("at most {}", limit(metric, bound)),
        ">" => format!("more than {}", limit(metric, bound)),
        _ => format!("at least {}", limit(metric, bound)),
    };
    match metric.name.parse() {
        Ok(Metric::Delta) => format!("grew by {measured} where {most} may stay"),
        Ok(Metric::IdleRate) => format!("grows by {measured} while idle where {most} may be kept"),
        Ok(Metric::IdleChurn) => format!("allocates {measured} while idle where {most} is allowed"),
        Ok(Metric::Growth) => format!("grows by {measured} where {most} may stay"),
        Ok(Metric::Total | Metric::TotalBlocks) => {
            format!("allocated {measured} in all where {most} is allowed")
        }
        Ok(Metric::Peak | Metric::PeakBlocks) => {
            format!("held {measured} at its peak where {most} is allowed")
        }
        Ok(Metric::End | Metric::EndBlocks) => {
            format!("holds {measured} at its end where {most} may stay")
        }
        Ok(Metric::Memory) => {
            format!("ended with {measured} of linear memory where {most} is allowed")
        }
        Ok(Metric::MemoryGrowth) => {
            format!("grew its linear memory by {measured} where {most} is allowed")
        }
        Ok(Metric::Fragmentation) | Err(_) => format!(
            "has a {} of {measured} where {most} is allowed",
            metric.name
        ),
    }
}

fn snapshot_sentence(report: &ScenarioReport) -> &'static str {
    match &report.snapshot {
        Some(SnapshotChange { is_new: true, .. }) => {
            "has no accepted sites yet: look at them once, and accept them"
        }
        _ => "allocates at other sites, or in other amounts, than were accepted",
    }
}

fn unit(metric: &MetricReport) -> Unit {
    metric.name.parse().map_or(Unit::Ratio, Metric::unit)
}

/// Human where that is enough, to the byte where it would read like the limit.
fn amount(metric: &MetricReport, value: f64) -> String {
    let reads_like_a_limit =
        |bound: &Bound| unit(metric).format(value) == unit(metric).format(bound.limit);
    let is_close = metric
        .bounds
        .iter()
        .any(|bound| bound.limit != value && reads_like_a_limit(bound));
    if is_close {
        unit(metric).format_exact(value)
    } else {
        unit(metric).format(value)
    }
}

fn limit(metric: &MetricReport, bound: &Bound) -> String {
    unit(metric).format(bound.limit)
}

/// Every bound: what was measured, the limit, and how they compare.
fn thresholds(text: &mut String, report: &ScenarioReport) {
    let bounds = report
        .metrics
        .iter()
        .flat_map(|metric| metric.bounds.iter().map(move |bound| (metric, bound)));
    let rows: Vec<[String; 4]> = bounds
        .map(|(metric, bound)| {
            let shown_limit = format!("{} {}", bound.comparison, limit(metric, bound));
            [
                metric.name.clone(),
                amount(metric, metric.value),
                shown_limit,
                compared(metric, bound),
            ]
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    for row in &rows {
        let mut columns = String::new();
        for (index, cell) in row[..3].iter().enumerate() {
            let width = rows
                .iter()
                .map(|row| row[index].chars().count())
                .max()
                .unwrap_or(0);
            write!(columns, "{cell:<width$}   ").expect("writing to a string");
        }
        line(text, &format!("  {columns}{}", row[3]));
    }
    text.push('\n');
}

fn compared(metric: &MetricReport, bound: &Bound) -> String {
    let is_ceiling = bound.comparison.starts_with('<');
    match (bound.holds, bound.excess > 0.0, is_ceiling) {
        (true, ..) => "ok".to_string(),
        (false, true, true) => format!("over by {}", unit(metric).format(bound.excess)),
        (false, true, false) => format!("under by {}", unit(metric).format(bound.excess)),
        (false, false, true) => "just reached".to_string(),
        (false, false, false) => "just not reached".to_string(),
    }
}

/// Live bytes over the marks, and what happened meanwhile.
fn timeline(text: &mut String, report: &ScenarioReport) {
    let marks: Vec<_> = report
        .marks
        .iter()
        .filter(|mark| mark.name != "final")
        .collect();
    let (Some(first), Some(last)) = (marks.first(), marks.last()) else {
        return;
    };
    let live: Vec<u64> = marks
        .iter()
        .map(|mark| mark.live.bytes.unsigned_abs())
        .collect();
    let bytes = |bytes: i64| format_bytes(bytes as f64);
    let change = format!("{} -> {}", bytes(first.live.bytes), bytes(last.live.bytes));
    line(
        text,
        &format!(
            "  live  {}  {change} over {}",
            sparkline(&live, BARS),
            story(report)
        ),
    );
    text.push('\n');
}

/// "50 cycles and 30 s idle"
fn story(report: &ScenarioReport) -> String {
    let time = |name: &str| {
        report
            .marks
            .iter()
            .find(|mark| mark.name == name)
            .map(|mark| mark.time)
    };
    let idle = time("idle end")
        .unwrap_or(0)
        .saturating_sub(time("idle start").unwrap_or(0));
    let idle = (idle > 0).then(|| format!("{} idle", format_duration(Duration::from_nanos(idle))));
    let cycles = report
        .marks
        .iter()
        .filter(|mark| mark.name.starts_with("cycle "))
        .count();
    let cycles = match cycles {
        0 => None,
        1 => Some("one cycle".to_string()),
        _ => Some(format!("{cycles} cycles")),
    };
    [cycles, idle]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" and ")
}

/// Bytes and blocks of a site that a threshold is about.
type Figure = fn(&SiteReport) -> (i64, i64);

/// The sites in the order in which they have to do with the broken threshold.
struct Ranking<'a> {
    /// What the first column is called.
    title: &'static str,
    figure: Figure,
    sites: Vec<&'a SiteReport>,
    /// Whether the figures are differences.
    is_growth: bool,
}

impl<'a> Ranking<'a> {
    fn of(report: &'a ScenarioReport, metric: &MetricReport) -> Ranking<'a> {
        let by_growth = |site: &SiteReport| (site.delta.bytes, site.delta.blocks);
        let (title, figure, is_growth): (_, Figure, _) = match metric.name.parse() {
            Ok(Metric::Total | Metric::TotalBlocks) => (
                "in all",
                |site| (site.total.bytes, site.total.blocks),
                false,
            ),
            Ok(Metric::Peak | Metric::PeakBlocks) => (
                "at peak",
                |site| (site.at_peak.bytes, site.at_peak.blocks),
                false,
            ),
            Ok(Metric::End | Metric::EndBlocks) => (
                "at end",
                |site| (site.at_end.bytes, site.at_end.blocks),
                false,
            ),
            Ok(Metric::Memory | Metric::MemoryGrowth | Metric::Fragmentation) => (
                "at idle end",
                |site| (site.at_idle_end.bytes, site.at_idle_end.blocks),
                false,
            ),
            Ok(Metric::IdleChurn) => (
                "in all",
                |site| (site.total.bytes, site.total.blocks),
                false,
            ),
            Ok(Metric::IdleRate) => (
                "grew by",
                |site| {
                    let blocks = site.at_idle_end.blocks - site.at_idle_start.blocks;
                    (site.at_idle_end.bytes - site.at_idle_start.bytes, blocks)
                },
                true,
            ),
            Ok(Metric::Delta | Metric::Growth) | Err(_) => ("grew by", by_growth, true),
        };
        let mut sites: Vec<&SiteReport> = report
            .sites
            .iter()
            .filter(|site| figure(site) > (0, 0))
            .collect();
        sites.sort_by_key(|site| Reverse(figure(site)));
        Ranking {
            title,
            figure,
            sites,
            is_growth,
        }
    }

    fn write(&self, text: &mut String, report: &ScenarioReport) {
        if self.sites.is_empty() {
            let words = "no block is left that would account for it: what was freed lies in between (fragmentation), or \
                         the allocator does not use it again";
            paragraph(text, "  ", "  ", words);
            return text.push('\n');
        }
        let shown = &self.sites[..self.sites.len().min(SITES)];
        let rows: Vec<[String; 2]> = shown
            .iter()
            .map(|site| self.figures((self.figure)(site)))
            .collect();
        let rest = self.rest();
        let figures = rows.iter().chain(rest.iter().map(|(figures, _)| figures));
        let width = |column: usize, title: &str| {
            figures
                .clone()
                .map(|row| row[column].len())
                .max()
                .unwrap_or(0)
                .max(title.len())
        };
        let (first, second) = (width(0, self.title), width(1, "blocks"));
        line(
            text,
            &format!("  {:<first$}   {:>second$}   where", self.title, "blocks"),
        );
        let indent = first + second + 8;
        for (site, [bytes, blocks]) in shown.iter().zip(&rows) {
            let mut lines = self.described(site, indent).into_iter();
            let top = lines.next().unwrap_or_default();
            line(
                text,
                &format!("  {bytes:<first$}   {blocks:>second$}   {top}"),
            );
            lines.for_each(|below| line(text, &format!("{:indent$}{below}", "")));
        }
        if let Some(([bytes, blocks], words)) = rest {
            line(
                text,
                &format!("  {bytes:<first$}   {blocks:>second$}   {words}"),
            );
        }
        if report
            .sites
            .iter()
            .all(|site| site.stack.iter().all(|place| place.line.is_none()))
        {
            line(
                text,
                &format!("{:indent$}(no lines: the module has no line table)", ""),
            );
        }
        text.push('\n');
    }

    fn figures(&self, (bytes, blocks): (i64, i64)) -> [String; 2] {
        let blocks = if self.is_growth {
            format!("{blocks:+}")
        } else {
            blocks.to_string()
        };
        [format_bytes(bytes as f64), blocks]
    }

    /// What is not shown, in sum.
    fn rest(&self) -> Option<([String; 2], String)> {
        let rest = self.sites.get(SITES..).filter(|rest| !rest.is_empty())?;
        let sum = rest
            .iter()
            .map(|site| (self.figure)(site))
            .fold((0, 0), |sum, figure| (sum.0 + figure.0, sum.1 + figure.1));
        let words = counted(rest.len(), "more site");
        Some((self.figures(sum), format!("{words}, see the report")))
    }

    /// The frames that matter, and when the blocks were born that are left.
    fn described(&self, site: &SiteReport, indent: usize) -> Vec<String> {
        let frames = frames_that_matter(&site.stack);
        let mut lines = frame_lines(&frames, WIDTH.saturating_sub(indent));
        if site.folded {
            lines.push("by more calling contexts than are kept apart".to_string());
        }
        lines.extend(site.pattern.clone().filter(|_| self.is_growth));
        lines
    }
}

/// The program's own frames, from the one that allocates outwards; all frames where only libraries are on the stack.
fn frames_that_matter(stack: &[Place]) -> Vec<&Place> {
    let own: Vec<&Place> = stack.iter().filter(|place| !place.library).collect();
    if own.is_empty() {
        stack.iter().collect()
    } else {
        own
    }
}

fn frame_lines(frames: &[&Place], width: usize) -> Vec<String> {
    let Some((top, callers)) = frames.split_first() else {
        return vec!["called by the host".to_string()];
    };
    let mut lines = placed(&short_name(&top.function), top, width);
    for caller in callers.iter().take(FRAMES - 1) {
        lines.extend(placed(
            &format!("from {}", short_name(&caller.function)),
            caller,
            width,
        ));
    }
    match callers.len().saturating_sub(FRAMES - 1) {
        0 => {}
        more => lines.push(format!("from {}", counted(more, "more frame"))),
    }
    lines
}

/// The function and where it is, on one line if it fits.
fn placed(function: &str, place: &Place, width: usize) -> Vec<String> {
    let Some(position) = position(place) else {
        return vec![function.to_string()];
    };
    let one_line = format!("{function}  {position}");
    if one_line.chars().count() <= width {
        vec![one_line]
    } else {
        vec![function.to_string(), format!("  {position}")]
    }
}

fn position(place: &Place) -> Option<String> {
    let file = place.file.as_ref()?;
    Some(
        place
            .line
            .map_or(file.clone(), |line| format!("{file}:{line}")),
    )
}

fn snapshot(text: &mut String, change: &SnapshotChange) {
    if change.is_new {
        line(
            text,
            "  bytes and blocks it allocated, what it kept of them, and where\n",
        );
        change
            .diff
            .lines()
            .for_each(|row| line(text, &format!("  {}", row.strip_prefix('+').unwrap_or(row))));
    } else {
        line(text, "  what was accepted (-) and what it does now (+)\n");
        change
            .diff
            .lines()
            .for_each(|row| line(text, &format!("  {row}")));
    }
    text.push('\n');
}

fn fault_text(text: &mut String, name: &str, report: &ScenarioReport, fault: &Fault) {
    line(text, &format!("{name}: {}", fault.headline));
    text.push('\n');
    for cause in fault.cause.lines() {
        // What is laid out by hand, such as a compiler's words, keeps its layout.
        let indent = cause.len() - cause.trim_start().len();
        if indent > 0 {
            line(text, &format!("  {cause}"));
        } else {
            paragraph(text, "  ", "  ", cause);
        }
    }
    if !fault.cause.is_empty() {
        text.push('\n');
    }
    stack(text, &fault.stack);
    if !fault.stderr.trim().is_empty() {
        line(text, "  its standard error ends with");
        let lines: Vec<&str> = fault.stderr.trim_end().lines().collect();
        lines[lines.len().saturating_sub(STACK)..]
            .iter()
            .for_each(|row| line(text, &format!("    {row}")));
        text.push('\n');
    }
    heap_as_it_was(text, report);
    line(
        text,
        "  This says nothing about leaks: no verdict was reached.",
    );
    text.push('\n');
}

fn stack(text: &mut String, stack: &[Place]) {
    if stack.is_empty() {
        return;
    }
    line(text, "  the guest's stack, innermost first");
    // A panic goes through a dozen frames of the library; what led to it comes after them.
    let of_library = stack.iter().take_while(|place| place.library).count();
    let skipped = if of_library < stack.len() {
        of_library
    } else {
        0
    };
    if skipped > 0 {
        line(
            text,
            &format!("    {} of the library, then", counted(skipped, "frame")),
        );
    }
    for place in stack[skipped..].iter().take(STACK) {
        placed(&short_name(&place.function), place, WIDTH - 4)
            .iter()
            .for_each(|row| line(text, &format!("    {row}")));
    }
    let more = (stack.len() - skipped).saturating_sub(STACK);
    if more > 0 {
        line(text, &format!("    and {}", counted(more, "more frame")));
    }
    text.push('\n');
}

/// `1 frame`, `2 frames`
fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

fn heap_as_it_was(text: &mut String, report: &ScenarioReport) {
    let Some(last) = report.marks.last() else {
        return;
    };
    let live = Unit::Bytes.format(last.live.bytes as f64);
    let blocks = Unit::Blocks.format(last.live.blocks as f64);
    let memory = format_bytes(last.memory as f64);
    line(
        text,
        &format!("  the heap was {live} in {blocks}, in {memory} of linear memory"),
    );
    text.push('\n');
}

fn what_next(text: &mut String, report: &ScenarioReport, commands: &Commands) {
    if let Some(advice) = report
        .fault
        .as_ref()
        .and_then(|fault| fault.advice.as_deref())
    {
        titled(text, "do", advice);
    }
    // Whole, so that it can be copied.
    line(text, &format!("  {:<TITLE$}{}", "again", commands.again));
    if report.fault.is_some() {
        return;
    }
    let names: Vec<&str> = broken_bounds(report)
        .map(|(metric, _)| metric.name.as_str())
        .collect();
    if !names.is_empty() {
        let thresholds = names.join(", ");
        titled(
            text,
            "allow",
            &format!("if it is meant, raise {thresholds} in {}", commands.suite),
        );
    }
    if report.snapshot.is_some() {
        titled(
            text,
            "accept",
            &format!("if these sites are meant: {}", commands.review),
        );
    }
    titled(text, "more", &commands.report);
}

/// A paragraph with its title in front, at most as wide as a terminal.
fn titled(text: &mut String, title: &str, words: &str) {
    paragraph(
        text,
        &format!("  {title:<TITLE$}"),
        &" ".repeat(TITLE + 2),
        words,
    );
}

/// Words between margins; a word that is too long stays whole.
fn paragraph(text: &mut String, first: &str, indent: &str, words: &str) {
    let mut row = first.to_string();
    let mut is_empty = true;
    for word in words.split_whitespace() {
        if !is_empty && row.chars().count() + word.chars().count() + 1 > WIDTH {
            line(text, &row);
            row = indent.to_string();
            is_empty = true;
        }
        if !is_empty {
            row.push(' ');
        }
        row.push_str(word);
        is_empty = false;
    }
    line(text, &row);
}

fn line(text: &mut String, row: &str) {
    text.push_str(row.trim_end());
    text.push('\n');
}
