//! A flame graph as an SVG that can be clicked and searched, drawn by inferno.

use inferno::flamegraph::color::{BasicPalette, Palette};
use inferno::flamegraph::{Options, from_lines};

use super::folded::stacks;
use super::text::clean;
use super::{FormatError, Told};
use crate::report::weight::Weight;

pub(super) fn render(told: &Told<'_>, weight: Weight) -> Result<Vec<u8>, FormatError> {
    let stacks = stacks(told, weight);
    let nothing = || FormatError::WeighsNothing {
        scenario: told.name.clone(),
        weight,
    };
    if stacks.is_empty() {
        return Err(nothing());
    }
    let lines = stacks
        .iter()
        .map(|(stack, bytes)| format!("{stack} {bytes}"));
    let lines: Vec<String> = lines.collect();
    let mut svg = Vec::new();
    let drawn = from_lines(
        &mut options(told, weight),
        lines.iter().map(String::as_str),
        &mut svg,
    );
    drawn.map_err(|_| nothing())?;
    Ok(svg)
}

fn options(told: &Told<'_>, weight: Weight) -> Options<'static> {
    let mut options = Options::default();
    options.title = clean(&told.name);
    options.subtitle = Some(format!("bytes: {}", weight.words()));
    options.count_name = "bytes".to_string();
    options.colors = Palette::Basic(BasicPalette::Mem);
    // The same colours in every run.
    options.deterministic = true;
    options
}
