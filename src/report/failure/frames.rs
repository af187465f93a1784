//! The frames that matter, and where they are.

use super::layout::counted;
use crate::report::names::short_name;
use crate::report::value::Place;

/// Frames that are shown of a site.
const FRAMES: usize = 3;

pub(in crate::report) fn frame_lines(frames: &[&Place], width: usize) -> Vec<String> {
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
pub(in crate::report) fn placed(function: &str, place: &Place, width: usize) -> Vec<String> {
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

pub(super) fn position(place: &Place) -> Option<String> {
    let file = place.file.as_ref()?;
    Some(
        place
            .line
            .map_or(file.clone(), |line| format!("{file}:{line}")),
    )
}
