//! A site as the failure text has it: in full, or in as few rows as still say what it is.

use super::frames::{frame_lines, placed};
use super::holders::{Holders, in_a_word};
use super::layout::{WIDTH, rows};
use crate::report::names::{own_frames, short_name};
use crate::report::survey::SiteSurveyReport;
use crate::report::value::{Place, ScenarioReport, SiteReport};

/// Sites of one table, most first.
pub(super) struct Sites<'a> {
    pub(super) report: &'a ScenarioReport,
    pub(super) sites: &'a [&'a SiteReport],
    /// The marks at which it was looked for what holds their blocks, the best first.
    pub(super) marks: &'static [&'static str],
    /// Whether their figures are growth, which the class explains.
    pub(super) is_growth: bool,
    /// Columns that there are for them.
    pub(super) width: usize,
}

impl<'a> Sites<'a> {
    /// The rows of each site, as many of them in full as there is room for, and those that have any.
    pub(super) fn described(&self, room: usize) -> Vec<Vec<String>> {
        let briefly: Vec<_> = (0..self.sites.len()).map(|site| self.brief(site)).collect();
        let in_full: Vec<_> = (0..self.sites.len()).map(|site| self.full(site)).collect();
        let with = |number: usize| -> Vec<Vec<String>> {
            let rest = briefly.iter().skip(number);
            in_full.iter().take(number).chain(rest).cloned().collect()
        };
        let taken = |sites: &[Vec<String>]| sites.iter().map(Vec::len).sum::<usize>();
        // The largest one is always told in full.
        let mut described = (1..=self.sites.len())
            .rev()
            .map(with)
            .find(|sites| taken(sites) <= room)
            .unwrap_or_else(|| with(1));
        while described.len() > 1 && taken(&described) > room {
            described.pop();
        }
        described
    }

    /// The frames that matter, when the blocks were born that are left, and what holds them.
    fn full(&self, number: usize) -> Vec<String> {
        let site = self.sites[number];
        let mut lines = frame_lines(&own_frames(&site.stack), self.width);
        if site.folded {
            lines.push("by more calling contexts than are kept apart".to_string());
        }
        lines.extend(self.class(site).map(str::to_string));
        let holders = self.holders(site);
        let above: Vec<Holders> = self.sites[..number]
            .iter()
            .filter_map(|site| self.holders(site))
            .collect();
        lines.extend(
            holders
                .into_iter()
                .flat_map(|it| it.lines_below(&above, self.width)),
        );
        lines
    }

    /// The function that allocates, what sets the site apart from one above with the same function, and what it is.
    fn brief(&self, number: usize) -> Vec<String> {
        let site = self.sites[number];
        let frames = own_frames(&site.stack);
        let mut lines = match frames.first() {
            Some(top) => placed(&short_name(&top.function), top, self.width),
            None => frame_lines(&frames, self.width),
        };
        if let Some(caller) = self.other_caller(number, &frames) {
            let from = format!("from {}", short_name(&caller.function));
            lines.extend(placed(&from, caller, self.width));
        }
        let held = self.survey(site).and_then(in_a_word);
        let words: Vec<&str> = self
            .class(site)
            .into_iter()
            .chain(held.as_deref())
            .collect();
        if !words.is_empty() {
            lines.extend(rows(
                &words.join("; "),
                WIDTH - self.width,
                WIDTH - self.width,
            ));
        }
        lines
    }

    /// The first caller that a site above does not have whose innermost frame reads the same.
    fn other_caller<'p>(&self, number: usize, frames: &[&'p Place]) -> Option<&'p Place> {
        let above = self.sites[..number].iter();
        let above = above.map(|site| own_frames(&site.stack));
        let mut like = above.filter(|other| read_the_same(other.first(), frames.first()));
        let other = like.next_back()?;
        let callers = frames.iter().enumerate().skip(1);
        let mut different =
            callers.filter(|(at, frame)| !read_the_same(other.get(*at), Some(frame)));
        different.next().map(|(_, frame)| *frame)
    }

    fn class(&self, site: &'a SiteReport) -> Option<&'a str> {
        let class = site.class.as_ref().filter(|_| self.is_growth)?;
        Some(&class.words)
    }

    fn survey(&self, site: &'a SiteReport) -> Option<&'a SiteSurveyReport> {
        self.marks.iter().find_map(|mark| site.survey(mark))
    }

    fn holders(&self, site: &'a SiteReport) -> Option<Holders> {
        let survey = self.survey(site)?;
        Some(Holders::of(self.report, site, survey, self.width))
    }
}

/// Whether two frames are shown as one and the same: type arguments are left out of names.
fn read_the_same(a: Option<&&Place>, b: Option<&&Place>) -> bool {
    let shown = |place: &&Place| (short_name(&place.function), place.file.clone(), place.line);
    a.map(shown) == b.map(shown)
}
