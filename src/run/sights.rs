//! Sites: what a calling context is seen to be when it is seen for the first time.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::instrument::Recursion;
use crate::module::CodeFrame;

/// Every site that was seen, and every component of the call graph that was seen to recurse.
#[derive(Debug, Default)]
pub(crate) struct Sights {
    sites: HashMap<(Vec<CodeFrame>, bool), u32>,
    recursing: BTreeSet<u32>,
}

/// What comes of one look at a stack.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sight {
    /// The site's number, from 0.
    pub(crate) site: u32,
    /// The site's stack if no context led to it before.
    pub(crate) new: Option<Vec<CodeFrame>>,
    /// Functions that the guest is to fold from now on.
    pub(crate) recursing: Vec<Recursing>,
}

/// A function of a component in which something recursed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Recursing {
    pub(crate) function: u32,
    /// Where it is on the stack without cycles, from the outermost frame; none if it is not.
    pub(crate) place: Option<usize>,
}

impl Sights {
    /// Looks at the stack of a context, innermost first. `folded` keeps no more of it than the call site.
    pub(crate) fn see(
        &mut self,
        stack: &[CodeFrame],
        folded: bool,
        recursion: &BTreeMap<u32, Recursion>,
    ) -> Sight {
        let reduced = without_cycles(stack);
        let recursing = self.find_recursion(stack, &reduced, recursion);
        let kept = if folded {
            reduced.into_iter().take(1).collect()
        } else {
            reduced
        };
        let key = (kept, folded);
        let next = self.sites.len() as u32;
        match self.sites.get(&key) {
            Some(site) => Sight {
                site: *site,
                new: None,
                recursing,
            },
            None => {
                let new = Some(key.0.clone());
                self.sites.insert(key, next);
                Sight {
                    site: next,
                    new,
                    recursing,
                }
            }
        }
    }

    /// Once anything in a component of the call graph recurses, every function of it is to be folded: were one left out, what
    /// lies between two of its activations might be folded although it hides them.
    fn find_recursion(
        &mut self,
        stack: &[CodeFrame],
        reduced: &[CodeFrame],
        recursion: &BTreeMap<u32, Recursion>,
    ) -> Vec<Recursing> {
        let mut on_stack = BTreeSet::new();
        let repeated = stack
            .iter()
            .filter(|frame| !on_stack.insert(frame.function));
        let components: BTreeSet<u32> = repeated
            .filter_map(|frame| Some(recursion.get(&frame.function)?.component))
            .collect();
        let new: BTreeSet<u32> = components
            .into_iter()
            .filter(|component| self.recursing.insert(*component))
            .collect();
        let place = |function| {
            reduced
                .iter()
                .rev()
                .position(|frame| frame.function == function)
        };
        recursion
            .iter()
            .filter(|(_, function)| new.contains(&function.component))
            .map(|(function, _)| Recursing {
                function: *function,
                place: place(*function),
            })
            .collect()
    }
}

/// The stack with its cycles removed: a function that is on it already folds back to its first activation.
///
/// Both stacks are innermost first. What is left of a function that recursed is the call that its latest activation makes.
pub(crate) fn without_cycles(stack: &[CodeFrame]) -> Vec<CodeFrame> {
    let mut depth_of: HashMap<u32, usize> = HashMap::new();
    let mut folded: Vec<CodeFrame> = Vec::with_capacity(stack.len());
    for frame in stack.iter().rev() {
        if let Some(depth) = depth_of.get(&frame.function) {
            for hidden in folded.drain(*depth..) {
                depth_of.remove(&hidden.function);
            }
        }
        depth_of.insert(frame.function, folded.len());
        folded.push(*frame);
    }
    folded.reverse();
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames named by letters, outermost first, each at an offset of its own.
    fn stack(functions: &str) -> Vec<CodeFrame> {
        let frame = |(offset, letter): (usize, char)| CodeFrame {
            function: letter as u32,
            offset: offset as u32,
        };
        let mut frames: Vec<CodeFrame> = functions.chars().enumerate().map(frame).collect();
        frames.reverse();
        frames
    }

    fn check_folding(functions: &str, expected: &str) {
        let folded = without_cycles(&stack(functions));
        let names: String = folded
            .iter()
            .rev()
            .filter_map(|frame| char::from_u32(frame.function))
            .collect();
        assert_eq!(names, expected, "{functions} without its cycles");
    }

    #[test]
    fn cycles_are_removed() {
        check_folding("abc", "abc");
        check_folding("abab", "ab");
        check_folding("aaaa", "a");
        check_folding("abcbd", "abd");
        // What was hidden by a fold is on the stack no longer.
        check_folding("abac", "ac");
        check_folding("abacb", "acb");
    }

    #[test]
    fn the_latest_call_of_a_function_that_recurses_is_kept() {
        let folded = without_cycles(&stack("aba"));
        assert_eq!(
            folded,
            [CodeFrame {
                function: 'a' as u32,
                offset: 2
            }]
        );
    }

    fn one_component(functions: &str) -> BTreeMap<u32, Recursion> {
        let entry = |letter: char| {
            (
                letter as u32,
                Recursion {
                    entry: letter as u32 * 4,
                    component: 0,
                },
            )
        };
        functions.chars().map(entry).collect()
    }

    #[test]
    fn one_site_for_one_stack_without_cycles() {
        let mut sights = Sights::default();
        let recursion = one_component("ab");
        assert_eq!(sights.see(&stack("abx"), false, &recursion).site, 0);
        assert_eq!(sights.see(&stack("aby"), false, &recursion).site, 1);
        assert_eq!(sights.see(&stack("abx"), false, &recursion).new, None);
    }

    #[test]
    fn a_component_folds_once_something_in_it_recurses() {
        let mut sights = Sights::default();
        let recursion = one_component("abc");
        let mut recursing = |functions: &str| {
            let sight = sights.see(&stack(functions), false, &recursion);
            let named =
                |recursing: &Recursing| (char::from_u32(recursing.function), recursing.place);
            sight.recursing.iter().map(named).collect::<Vec<_>>()
        };
        assert_eq!(recursing("xab"), []);
        assert_eq!(
            recursing("xacbc"),
            [
                (Some('a'), Some(1)),
                (Some('b'), None),
                (Some('c'), Some(2))
            ]
        );
        assert_eq!(recursing("xaa"), []);
    }

    #[test]
    fn beyond_the_cap_a_call_site_is_a_site() {
        let mut sights = Sights::default();
        let recursion = BTreeMap::new();
        let first = sights.see(&stack("abx"), true, &recursion);
        assert_eq!(first.new.map(|stack| stack.len()), Some(1));
    }
}
