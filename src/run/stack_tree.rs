//! Many stacks in little room: what they have in common at their outer ends is there once.

use crate::module::CodeFrame;

/// The place of a stack in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct StackId(u32);

/// No node.
const NONE: u32 = u32::MAX;

/// A tree of frames, the outermost ones at its root.
#[derive(Debug)]
pub(crate) struct StackTree {
    nodes: Vec<Node>,
}

#[derive(Debug)]
struct Node {
    frame: CodeFrame,
    parent: u32,
    /// The callee that was added last, and behind each callee the one that was added before.
    callee: u32,
    next: u32,
}

impl Default for StackTree {
    fn default() -> Self {
        let frame = CodeFrame {
            function: 0,
            offset: 0,
        };
        StackTree {
            nodes: vec![Node {
                frame,
                parent: NONE,
                callee: NONE,
                next: NONE,
            }],
        }
    }
}

impl StackTree {
    /// The place of a stack, innermost first, which is added if it is new.
    pub(crate) fn place(&mut self, stack: &[CodeFrame]) -> StackId {
        let place = stack
            .iter()
            .rev()
            .fold(0, |caller, frame| self.callee(caller, *frame));
        StackId(place)
    }

    /// The stack at a place, innermost first.
    pub(crate) fn stack(&self, StackId(place): StackId) -> Vec<CodeFrame> {
        let nodes =
            std::iter::successors(Some(place), |node| Some(self.nodes[*node as usize].parent));
        nodes
            .map(|node| &self.nodes[node as usize])
            .take_while(|node| node.parent != NONE)
            .map(|node| node.frame)
            .collect()
    }

    fn callee(&mut self, caller: u32, frame: CodeFrame) -> u32 {
        let first = self.nodes[caller as usize].callee;
        let mut callee = first;
        while let Some(node) = self.nodes.get(callee as usize) {
            if node.frame == frame {
                return callee;
            }
            callee = node.next;
        }
        let new = self.nodes.len() as u32;
        self.nodes.push(Node {
            frame,
            parent: caller,
            callee: NONE,
            next: first,
        });
        self.nodes[caller as usize].callee = new;
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack(functions: &[u32]) -> Vec<CodeFrame> {
        let frame = |function: &u32| CodeFrame {
            function: *function,
            offset: 7,
        };
        functions.iter().map(frame).collect()
    }

    #[test]
    fn a_stack_has_one_place() {
        let mut tree = StackTree::default();
        let stacks = [&[][..], &[1], &[2, 1], &[3, 1], &[1, 2]].map(stack);
        let places = stacks.each_ref().map(|stack| tree.place(stack));
        for (stack, place) in stacks.iter().zip(places) {
            assert_eq!(tree.place(stack), place);
            assert_eq!(&tree.stack(place), stack);
        }
        let again = places.iter().filter(|place| **place == places[2]);
        assert_eq!(again.count(), 1);
    }
}
