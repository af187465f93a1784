//! Sites: what a calling context is seen to be when it is seen for the first time.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::stack_tree::{StackId, StackTree};
use crate::instrument::Context;
use crate::module::CodeFrame;

/// Frames that are looked at in order to fold contexts. What lies beyond stays as it is, which is finer and never wrong; a
/// program gets there only if it goes ten thousand calls deep again and again before it allocates for the first time.
const FOLDED_FRAMES: usize = 20_000_000;

/// Every site that was seen, and every function that was seen to recurse.
#[derive(Debug, Default)]
pub(crate) struct Sights {
    tree: StackTree,
    /// The stack of each site.
    places: Vec<StackId>,
    /// The site of each stack, and of each call site that stands for its contexts.
    sites: HashMap<(StackId, bool), u32>,
    recursing: BTreeSet<u32>,
    /// Frames that were looked at for the sake of folding.
    folded_frames: usize,
}

/// What comes of one look at a stack.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sight {
    /// The site's number, from 0.
    pub(crate) site: u32,
    /// The site's stack if no context led to it before.
    pub(crate) new: Option<Vec<CodeFrame>>,
}

impl Sights {
    /// Looks at the stack of a context, innermost first. `folded` keeps no more of it than the call site.
    pub(crate) fn see(&mut self, stack: &[CodeFrame], folded: bool) -> Sight {
        let mut kept = without_cycles(stack);
        if folded {
            kept.truncate(1);
        }
        let place = self.tree.place(&kept);
        let next = self.places.len() as u32;
        let site = *self.sites.entry((place, folded)).or_insert(next);
        let is_new = site == next;
        if is_new {
            self.places.push(place);
        }
        Sight {
            site,
            new: is_new.then_some(kept),
        }
    }

    /// The stacks of all sites, innermost first.
    pub(crate) fn stacks(&self) -> Vec<Vec<CodeFrame>> {
        self.places
            .iter()
            .map(|place| self.tree.stack(*place))
            .collect()
    }

    /// The context of the function on top of the stack, innermost first, that has come by `context`.
    pub(crate) fn fold(&mut self, stack: &[CodeFrame], context: i64) -> i64 {
        self.folded_frames += stack.len();
        if self.folded_frames > FOLDED_FRAMES {
            return context;
        }
        let reduced = without_cycles(stack);
        let callers = reduced.iter().skip(1).rev();
        callers
            .fold(Context::default(), |context, frame| {
                context.called_at(frame.offset)
            })
            .number()
    }

    /// Those functions that are on the stack more than once and were not known to be; `may_recurse` are those of which it is
    /// asked.
    pub(crate) fn recursing(
        &mut self,
        stack: &[CodeFrame],
        may_recurse: &BTreeMap<u32, u32>,
    ) -> Vec<u32> {
        let mut on_stack = BTreeSet::new();
        let repeated = stack
            .iter()
            .map(|frame| frame.function)
            .filter(|function| !on_stack.insert(*function));
        repeated
            .filter(|function| may_recurse.contains_key(function))
            .filter(|function| self.recursing.insert(*function))
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

    #[test]
    fn one_site_for_one_stack_without_cycles() {
        let mut sights = Sights::default();
        assert_eq!(sights.see(&stack("abx"), false).site, 0);
        assert_eq!(sights.see(&stack("aby"), false).site, 1);
        assert_eq!(sights.see(&stack("abx"), false).new, None);
    }

    #[test]
    fn beyond_the_cap_a_call_site_is_a_site() {
        let mut sights = Sights::default();
        let first = sights.see(&stack("abx"), true);
        assert_eq!(first.new.map(|stack| stack.len()), Some(1));
    }

    #[test]
    fn functions_are_seen_to_recurse_once() {
        let mut sights = Sights::default();
        let may_recurse = "abc".chars().map(|letter| (letter as u32, 0)).collect();
        let mut recursing = |functions: &str| {
            let functions = sights.recursing(&stack(functions), &may_recurse);
            functions
                .into_iter()
                .filter_map(char::from_u32)
                .collect::<String>()
        };
        assert_eq!(recursing("xaxb"), "");
        assert_eq!(recursing("xabbca"), "ba");
        assert_eq!(recursing("xaabcc"), "c");
    }

    #[test]
    fn a_context_folds_to_that_of_the_stack_without_cycles() {
        let fold = |functions: &str| Sights::default().fold(&stack(functions), 7);
        let of = |offsets: &[u32]| {
            let called = |context: Context, offset: &u32| context.called_at(*offset);
            offsets.iter().fold(Context::default(), called).number()
        };
        assert_eq!(fold("abc"), of(&[0, 1]));
        assert_eq!(fold("abcbcb"), of(&[0]));
        assert_eq!(fold("abac"), of(&[2]));
    }

    #[test]
    fn folding_has_an_end() {
        let mut sights = Sights {
            folded_frames: FOLDED_FRAMES,
            ..Sights::default()
        };
        assert_eq!(sights.fold(&stack("abab"), 7), 7);
    }
}
