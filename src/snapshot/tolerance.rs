//! Sites that moved a little: figures compare within a tolerance, names and their set compare exactly.

use std::collections::BTreeMap;

/// Whether two texts of sites differ in figures only, and in these by at most so many hundredths of what was accepted.
///
/// Sites may come in another order. A text that is not one of sites is no such text.
pub(super) fn is_within(percent: f64, accepted: &str, current: &str) -> bool {
    let (Some(accepted), Some(current)) = (Sites::parse(accepted), Sites::parse(current)) else {
        return false;
    };
    let same_names = accepted.figures.keys().eq(current.figures.keys());
    let mut pairs = accepted.figures.values().zip(current.figures.values());
    accepted.rest == current.rest
        && same_names
        && pairs.all(|(accepted, current)| accepted.has_near(percent, current))
}

/// The sites of a text by their stacks, and the line that counts the others.
struct Sites<'t> {
    figures: BTreeMap<&'t str, Figures<'t>>,
    rest: Option<&'t str>,
}

/// The line above a stack: the words without their numbers, and the numbers.
struct Figures<'t> {
    words: Vec<&'t str>,
    numbers: Vec<f64>,
}

impl<'t> Sites<'t> {
    fn parse(text: &'t str) -> Option<Sites<'t>> {
        let mut sites = Sites {
            figures: BTreeMap::new(),
            rest: None,
        };
        for paragraph in text.trim().split("\n\n") {
            match paragraph.split_once('\n') {
                None => sites.rest = Some(paragraph),
                Some((figures, stack)) => {
                    let known = sites.figures.insert(stack, Figures::parse(figures));
                    if known.is_some() {
                        return None;
                    }
                }
            }
        }
        Some(sites)
    }
}

impl<'t> Figures<'t> {
    fn parse(line: &'t str) -> Figures<'t> {
        let mut figures = Figures {
            words: Vec::new(),
            numbers: Vec::new(),
        };
        for word in line.split(' ') {
            match word.replace(',', "").parse() {
                Ok(number) => figures.numbers.push(number),
                // One block or several: their number tells.
                Err(_) => figures
                    .words
                    .push(word.trim_matches(',').trim_end_matches('s')),
            }
        }
        figures
    }

    fn has_near(&self, percent: f64, other: &Figures) -> bool {
        let is_near = |(accepted, current): (&f64, &f64)| {
            (accepted - current).abs() <= accepted.abs() * percent / 100.0
        };
        self.words == other.words && self.numbers.iter().zip(&other.numbers).all(is_near)
    }
}

#[cfg(test)]
mod tests {
    use super::is_within;

    const ACCEPTED: &str = "10,000 B in 100 blocks, 1,000 B in 10 blocks kept
  insert (cache.rs)
  from draw (draw.rs)

9,900 B in 1 block, nothing kept
  draw (draw.rs)

and 3 more sites";

    #[track_caller]
    fn check(from: &str, to: &str, expected: bool) {
        assert!(ACCEPTED.contains(from));
        let current = ACCEPTED.replacen(from, to, 1);
        assert_eq!(is_within(2.0, ACCEPTED, &current), expected, "{current}");
    }

    #[test]
    fn figures_may_move_a_little() {
        check("10,000 B", "10,000 B", true);
        check("10,000 B", "10,200 B", true);
        check("10,000 B", "9,800 B", true);
        check("10,000 B", "10,201 B", false);
        check("100 blocks", "102 blocks", true);
        check("100 blocks", "103 blocks", false);
        check("10 blocks kept", "11 blocks kept", false);
    }

    #[test]
    fn names_and_their_set_may_not() {
        check("insert (cache.rs)", "insert (caches.rs)", false);
        check("  from draw (draw.rs)\n", "", false);
        check("and 3 more sites", "and 4 more sites", false);
        check("nothing kept", "9,900 B in 1 block kept", false);
        check("1,000 B in 10 blocks kept", "nothing kept", false);
    }

    #[test]
    fn sites_may_change_places() {
        let mut paragraphs: Vec<&str> = ACCEPTED.split("\n\n").collect();
        paragraphs.swap(0, 1);
        let current = paragraphs.join("\n\n").replace("9,900", "10,010");
        assert!(is_within(2.0, ACCEPTED, &current));
        assert!(!is_within(0.0, ACCEPTED, &current));
    }
}
