//! The sites that a failure is about, each in a sentence, for readers who see one line at a time.

use super::holders::in_a_word;
use super::ranking;
use crate::report::value::{Counted, Place, ScenarioReport};
use crate::suite::{Unit, format_bytes};

/// A site, or a wrong free, that a failure is about.
pub(in crate::report) struct WorstSite<'a> {
    /// Where that is, innermost first.
    pub(in crate::report) stack: &'a [Place],
    /// What is said of it, a line each: figures, class, holder.
    pub(in crate::report) words: Vec<String>,
}

/// Those that have to do with what broke first, worst first; wrong frees, where that is what broke.
pub(in crate::report) fn worst_sites(report: &ScenarioReport) -> Vec<WorstSite<'_>> {
    let Some(ranking) = ranking(report) else {
        return wrong_frees(report);
    };
    let sites = ranking.sites.iter();
    let told = sites.map(|site| {
        let column = &ranking.column;
        let figures = format!("{} {}", column.title, amount(column.figure(site)));
        let class = site.class.as_ref().filter(|_| column.is_growth);
        let survey = column.marks.iter().find_map(|mark| site.survey(mark));
        let words = [
            Some(figures),
            class.map(|class| class.words.clone()),
            survey.and_then(in_a_word),
        ];
        WorstSite {
            stack: &site.stack,
            words: words.into_iter().flatten().collect(),
        }
    });
    told.collect()
}

fn amount(counted: Counted) -> String {
    let bytes = format_bytes(counted.bytes as f64);
    let blocks = Unit::Blocks.format(counted.blocks as f64);
    format!("{bytes} in {blocks}")
}

fn wrong_frees(report: &ScenarioReport) -> Vec<WorstSite<'_>> {
    let frees = report.wrong_frees.iter();
    let told = frees.filter_map(|free| {
        let verb = if free.by_resize { "resized" } else { "freed" };
        let what = match &free.former {
            Some(former) => {
                let bytes = format_bytes(former.bytes as f64);
                format!("a block of {bytes} that is gone already is {verb} here")
            }
            None => format!("what no allocation returned is {verb} here"),
        };
        Some(WorstSite {
            stack: free.freed.as_deref()?,
            words: vec![what],
        })
    });
    told.collect()
}
