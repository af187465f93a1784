//! Which of the sites that read the same is which in another build, where all lines may have moved.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::{Figures, Sum};

/// Sites of one reading, each with its counterpart: where there are as many in both builds, by the order of their lines. Where
/// there are not, those stay together that came to the same, in that order, and what is between them.
pub(super) fn counterparts([mut a, mut b]: [Vec<Sum>; 2]) -> Vec<(Option<Sum>, Option<Sum>)> {
    for sums in [&mut a, &mut b] {
        sums.sort_by_cached_key(|(stack, _)| {
            stack.iter().map(|place| place.line).collect::<Vec<_>>()
        });
    }
    let stretches = match a.len() == b.len() {
        true => vec![(a.len(), b.len())],
        false => stretches(&a, &b),
    };
    let (mut a, mut b) = (a.into_iter(), b.into_iter());
    let mut pairs = Vec::new();
    for (of_a, of_b) in stretches {
        for index in 0..of_a.max(of_b) {
            let a = (index < of_a).then(|| a.next()).flatten();
            let b = (index < of_b).then(|| b.next()).flatten();
            pairs.push((a, b));
        }
    }
    pairs
}

/// How many of each side go together, from first to last.
fn stretches(a: &[Sum], b: &[Sum]) -> Vec<(usize, usize)> {
    let figures = |sums: &[Sum]| {
        sums.iter()
            .map(|(_, figures)| key(*figures))
            .collect::<Vec<_>>()
    };
    let operations = capture_diff_slices(Algorithm::Myers, &figures(a), &figures(b));
    let lengths = |operation: DiffOp| {
        let (_, of_a, of_b) = operation.as_tag_tuple();
        (of_a.len(), of_b.len())
    };
    operations.into_iter().map(lengths).collect()
}

/// What two sites come to that are one.
fn key(Figures { kept, total }: Figures) -> [i64; 4] {
    [kept.bytes, kept.blocks, total.bytes, total.blocks]
}
