//! From a place in the instrumented module back to the original.

use std::ops::Range;

/// Stretches of code that were copied, by where they begin in the instrumented and in the original file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Offsets {
    /// `(instrumented, original)`, ascending.
    starts: Vec<(u32, u32)>,
}

impl Offsets {
    /// Says that from `instrumented` on the code is that from `original` on. Calls come in ascending order.
    pub(crate) fn push(&mut self, instrumented: u32, original: u32) {
        self.starts.push((instrumented, original));
    }

    /// Takes over what is known of the code that follows, which begins at `start`.
    pub(crate) fn append(&mut self, other: &mut Offsets, start: u32) {
        other.shift(start);
        self.starts.append(&mut other.starts);
    }

    /// Moves everything by that many bytes, once it is known where the code lies.
    pub(crate) fn shift(&mut self, bytes: u32) {
        for (instrumented, _) in &mut self.starts {
            *instrumented += bytes;
        }
    }

    /// The offset in the original file; none before the first function.
    pub(crate) fn original(&self, instrumented: u32) -> Option<u32> {
        let after = self
            .starts
            .partition_point(|(start, _)| *start <= instrumented);
        let (start, original) = self.starts[after.checked_sub(1)?];
        Some(original + (instrumented - start))
    }

    /// Where an instruction of the original file is in a stretch of the instrumented one, which holds a whole body; none before
    /// the body's code.
    pub(crate) fn instrumented(&self, original: u32, body: &Range<u32>) -> Option<u32> {
        let within = |end: u32| self.starts.partition_point(|(start, _)| *start < end);
        let starts = &self.starts[within(body.start)..within(body.end)];
        let after = starts.partition_point(|(_, start)| *start <= original);
        let (instrumented, start) = starts[after.checked_sub(1)?];
        Some(instrumented + (original - start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_keep_their_distance() {
        let mut offsets = Offsets::default();
        offsets.push(10, 4);
        offsets.push(20, 9);
        offsets.shift(100);
        assert_eq!(offsets.original(109), None);
        assert_eq!(offsets.original(113), Some(7));
        assert_eq!(offsets.original(125), Some(14));
        assert_eq!(offsets.instrumented(3, &(110..200)), None);
        assert_eq!(offsets.instrumented(7, &(110..200)), Some(113));
        assert_eq!(offsets.instrumented(14, &(110..200)), Some(125));
    }
}
