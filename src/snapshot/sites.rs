//! The top sites as text, for people to review.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::report::{Counted, Place, ScenarioReport, SiteReport, own_frames, short_name};
use crate::suite::{Unit, format_exact_bytes};

/// Frames that are shown of a site.
const FRAMES: usize = 6;

/// The top sites as text: stable figures and names, no lines, addresses, hashes or host paths.
pub fn body(report: &ScenarioReport, top: usize) -> String {
    let mut stacks: BTreeMap<String, Figures> = BTreeMap::new();
    for site in &report.sites {
        stacks.entry(stack(&site.stack)).or_default().add(site);
    }
    let mut ranked: Vec<(String, Figures)> = stacks.into_iter().collect();
    // Equal figures stay in the order of their stacks.
    ranked
        .sort_by_key(|(_, figures)| std::cmp::Reverse((figures.total.bytes, figures.total.blocks)));
    let mut text = String::new();
    for (index, (stack, figures)) in ranked.iter().take(top).enumerate() {
        if index > 0 {
            text.push('\n');
        }
        figures.write(&mut text);
        text.push_str(stack);
    }
    match ranked.len().saturating_sub(top) {
        0 => {}
        1 => text.push_str("\nand 1 more site\n"),
        more => writeln!(text, "\nand {more} more sites").expect("writing to a string"),
    }
    text
}

/// The figures of all sites that read the same.
#[derive(Clone, Copy, Default)]
struct Figures {
    total: Counted,
    kept: Counted,
}

impl Figures {
    fn add(&mut self, site: &SiteReport) {
        for (sum, more) in [
            (&mut self.total, site.total),
            (&mut self.kept, site.at_idle_end),
        ] {
            sum.bytes = sum.bytes.saturating_add(more.bytes);
            sum.blocks = sum.blocks.saturating_add(more.blocks);
        }
    }

    fn write(&self, text: &mut String) {
        let shown = |counted: Counted| {
            let bytes = format_exact_bytes(counted.bytes as f64);
            format!("{bytes} in {}", Unit::Blocks.format(counted.blocks as f64))
        };
        let kept = if self.kept.blocks == 0 {
            "nothing kept".to_string()
        } else {
            format!("{} kept", shown(self.kept))
        };
        writeln!(text, "{}, {kept}", shown(self.total)).expect("writing to a string");
    }
}

/// The program's own frames, or the libraries' where there are no others.
fn stack(stack: &[Place]) -> String {
    let frames = own_frames(stack);
    let mut text = String::new();
    for (index, place) in frames.iter().take(FRAMES).enumerate() {
        let file = place
            .file
            .as_ref()
            .map(|file| format!(" ({file})"))
            .unwrap_or_default();
        let from = if index == 0 { "" } else { "from " };
        writeln!(text, "  {from}{}{file}", short_name(&place.function))
            .expect("writing to a string");
    }
    if frames.is_empty() {
        text.push_str("  called by the host\n");
    }
    text
}
