//! The dominator tree of what is reached: who holds a block alone.
//!
//! Semi-NCA (Georgiadis, "Linear-Time Algorithms for Dominators and Related Problems", Princeton 2005, 2.3), over arrays of
//! numbers in the order of a depth-first search. Who points to a block is read from memory again, for as many blocks at a time
//! as have few enough pointers to them, so that no more than a few bytes a block are taken at any time.

use super::graph::Graph;

/// Pointers that are kept at a time, for each block.
const KEPT_POINTERS: usize = 3;
/// How often all pointers are read at the most, however many a block has.
const MOST_STRETCHES: u32 = 16;
/// A block that was not found.
const NONE: u32 = 0;

/// The tree. Number 0 stands above all roots; others are numbered as they were found.
pub(super) struct Dominators {
    /// The node of each number but 0, whose place is taken by nothing of meaning.
    pub(super) nodes: Vec<u32>,
    /// The number of each one's dominator, which is smaller than its own.
    pub(super) above: Vec<u32>,
}

impl Dominators {
    pub(super) fn new(graph: &Graph<'_>) -> Dominators {
        let search = Search::new(graph);
        let semi = semidominators(graph, &search);
        let mut above = search.parents;
        for number in 1..above.len() {
            let mut dominator = above[number];
            while dominator > semi[number] {
                dominator = above[dominator as usize];
            }
            above[number] = dominator;
        }
        Dominators {
            nodes: search.nodes,
            above,
        }
    }
}

/// A depth-first search from the roots.
struct Search {
    nodes: Vec<u32>,
    /// The number of the one from which each was found.
    parents: Vec<u32>,
    /// The number of each node.
    numbers: Vec<u32>,
}

impl Search {
    fn new(graph: &Graph<'_>) -> Search {
        let mut search = Search {
            nodes: vec![0],
            parents: vec![0],
            numbers: vec![NONE; graph.node_count() as usize],
        };
        for root in 0..graph.root_count() {
            search.number(root, 0);
            search.descend(graph);
        }
        search
    }

    fn number(&mut self, node: u32, parent: u32) {
        self.numbers[node as usize] = self.nodes.len() as u32;
        self.nodes.push(node);
        self.parents.push(parent);
    }

    /// Goes down from what was numbered last. The way back up is in the parents; kept is only where each goes on.
    fn descend(&mut self, graph: &Graph<'_>) {
        let mut positions: Vec<u32> = vec![0];
        let mut number = self.nodes.len() as u32 - 1;
        while let Some(position) = positions.pop() {
            let node = self.nodes[number as usize];
            let from = u64::from(position) * graph.width;
            let mut pointers = graph.pointers(node, from);
            let is_new = |block: u32| self.numbers[graph.node(block) as usize] == NONE;
            // A value has no second word.
            match pointers.find(|pointer| is_new(pointer.block)) {
                Some(pointer) => {
                    positions.push(((pointers.position()).max(graph.width) / graph.width) as u32);
                    positions.push(0);
                    self.number(graph.node(pointer.block), number);
                    number = self.nodes.len() as u32 - 1;
                }
                None => number = self.parents[number as usize],
            }
        }
    }
}

/// The semidominator of each number.
fn semidominators(graph: &Graph<'_>, search: &Search) -> Vec<u32> {
    let count = search.nodes.len();
    let mut forest = Forest {
        ancestors: search.parents.clone(),
        lowest: (0..count as u32).collect(),
        way: Vec::new(),
    };
    let mut semi = search.parents.clone();
    let mut ends = ends_of_pointers(graph, search);
    let mut end = count;
    let mut kept = Vec::new();
    while end > 1 {
        let start = start_of_stretch(&ends, end, count);
        keep_pointers(graph, search, start..end, &mut ends, &mut kept);
        for number in (start..end).rev() {
            let first = ends[number - 1] - ends[start - 1];
            let last = ends[number] - ends[start - 1];
            for source in &kept[first as usize..last as usize] {
                let lowest = forest.lowest(*source, number as u32);
                semi[number] = semi[number].min(lowest);
            }
            forest.lowest[number] = semi[number];
        }
        end = start;
    }
    semi
}

/// For each number, how many pointers there are to it and to those before it, besides those by which they were found.
fn ends_of_pointers(graph: &Graph<'_>, search: &Search) -> Vec<u32> {
    let mut ends = vec![0_u32; search.nodes.len()];
    for_each_pointer(graph, search, |_, target| {
        ends[target as usize] = ends[target as usize].saturating_add(1);
    });
    let mut sum = 0_u32;
    for end in &mut ends {
        sum = sum.saturating_add(*end);
        *end = sum;
    }
    ends
}

/// Where the numbers before `end` start that together have few enough pointers to them; one has, however many it has.
fn start_of_stretch(ends: &[u32], end: usize, count: usize) -> usize {
    let all = ends.last().copied().unwrap_or(0);
    let most = ((KEPT_POINTERS * count) as u32).max(all / MOST_STRETCHES);
    let floor = ends[end - 1].saturating_sub(most);
    let start = ends[..end - 1].partition_point(|sum| *sum < floor) + 1;
    start.min(end - 1)
}

/// Keeps where the pointers to those numbers come from, in the order of the numbers.
fn keep_pointers(
    graph: &Graph<'_>,
    search: &Search,
    numbers: std::ops::Range<usize>,
    ends: &mut [u32],
    kept: &mut Vec<u32>,
) {
    let base = ends[numbers.start - 1];
    kept.clear();
    kept.resize((ends[numbers.end - 1] - base) as usize, NONE);
    // Filled from the back, an end becomes a start, which is the end of the one before.
    for_each_pointer(graph, search, |source, target| {
        if numbers.contains(&(target as usize)) {
            let end = &mut ends[target as usize];
            *end -= 1;
            kept[(*end - base) as usize] = source;
        }
    });
    for number in numbers.start..numbers.end - 1 {
        ends[number] = ends[number + 1];
    }
    ends[numbers.end - 1] = base + kept.len() as u32;
}

/// Calls `visit` with the numbers of both ends of each pointer that the search did not take.
fn for_each_pointer(graph: &Graph<'_>, search: &Search, mut visit: impl FnMut(u32, u32)) {
    for node in 0..graph.node_count() {
        let source = search.numbers[node as usize];
        if source == NONE {
            continue;
        }
        for pointer in graph.pointers(node, 0) {
            let target = search.numbers[graph.node(pointer.block) as usize];
            if search.parents[target as usize] != source && target != source {
                visit(source, target);
            }
        }
    }
}

/// Those numbers that were looked at, as trees with shortened ways up.
struct Forest {
    ancestors: Vec<u32>,
    /// The lowest semidominator on the way that was shortened; a number's own before it was looked at.
    lowest: Vec<u32>,
    way: Vec<u32>,
}

impl Forest {
    /// The lowest semidominator on the way from `number` up to `last`, which is looked at now; `number` itself if it comes
    /// before it.
    fn lowest(&mut self, number: u32, last: u32) -> u32 {
        let mut up = number;
        while self.ancestors[up as usize] > last {
            self.way.push(up);
            up = self.ancestors[up as usize];
        }
        while let Some(below) = self.way.pop() {
            let lowest = self.lowest[up as usize].min(self.lowest[below as usize]);
            self.lowest[below as usize] = lowest;
            self.ancestors[below as usize] = self.ancestors[up as usize];
            up = below;
        }
        self.lowest[number as usize]
    }
}
