//! The shortest way from a root to each block, told by sites.

use std::collections::BTreeMap;

use super::graph::Graph;
use crate::heap::Count;

/// A way from a root to blocks of one site, over blocks of other sites.
///
/// As in a calling context, cycles are folded: what is reached over a block of its own site is reached as that one is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The number of the root.
    pub root: u32,
    /// Where in memory the first pointer to a block on the way lies, if the root is in memory.
    pub at: Option<u64>,
    /// The sites of the blocks on the way, the last being that of the blocks at its end.
    pub sites: Vec<u32>,
    /// How it came to the first block of each.
    pub hops: Vec<Hop>,
    /// How many sites are left out in the middle of a long way, behind the first [`ENDS`].
    pub left_out: usize,
    /// The blocks at its end.
    pub blocks: Count,
}

/// How many sites are told of either end of a long way: a list whose nodes all come from other sites has ways as long as it is.
pub const ENDS: usize = 8;

/// A step on a way, as it was found first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hop {
    /// Where the pointer lies in the block before; 0 where there is none.
    pub offset: u64,
    /// The requested bytes of the block that it points to.
    pub size: u64,
}

/// For each site that has blocks which are reached, the way by which most of their bytes are; in the order of sites.
pub fn paths(graph: &Graph<'_>) -> BTreeMap<u32, Path> {
    let ways = Ways::search(graph);
    let mut best: BTreeMap<u32, (u32, Count)> = BTreeMap::new();
    for (way, blocks) in (0..).zip(&ways.blocks).skip(graph.roots.len()) {
        let (_, site) = ways.steps[way as usize];
        let (_, most) = best.entry(site).or_insert((way, *blocks));
        if (blocks.bytes, blocks.blocks) > (most.bytes, most.blocks) {
            best.insert(site, (way, *blocks));
        }
    }
    let told = best
        .into_iter()
        .map(|(site, (way, blocks))| (site, ways.tell(way, blocks)));
    told.collect()
}

/// No way leads there so far.
const NONE: u32 = u32::MAX;

/// Ways, by number: those of the roots first, which have no step, then in the order in which they are found.
struct Ways {
    roots: u32,
    /// The way that one goes on from, and the site to which it goes.
    steps: Vec<(u32, u32)>,
    known: BTreeMap<(u32, u32), u32>,
    /// What lies at the end of each.
    blocks: Vec<Count>,
    /// Where the first pointer lies by which each was found, and the step that it makes.
    found: Vec<(Option<u64>, Hop)>,
}

impl Ways {
    /// Breadth first, so that the first way to a block is a shortest one; in the order of roots and of addresses.
    fn search(graph: &Graph<'_>) -> Ways {
        let roots = graph.root_count();
        let mut ways = Ways {
            roots,
            steps: vec![(NONE, NONE); roots as usize],
            known: BTreeMap::new(),
            blocks: vec![Count::default(); roots as usize],
            found: vec![(None, Hop { offset: 0, size: 0 }); roots as usize],
        };
        let mut way_of = vec![NONE; graph.live.len() as usize];
        let mut found: Vec<u32> = Vec::new();
        for root in 0..roots {
            ways.follow(graph, root, root, &mut way_of, &mut found);
        }
        let mut next = 0;
        while next < found.len() {
            let block = found[next];
            next += 1;
            let way = way_of[block as usize];
            ways.follow(graph, graph.node(block), way, &mut way_of, &mut found);
        }
        ways
    }

    fn follow(
        &mut self,
        graph: &Graph<'_>,
        node: u32,
        way: u32,
        way_of: &mut [u32],
        found: &mut Vec<u32>,
    ) {
        for pointer in graph.pointers(node, 0) {
            let known = &mut way_of[pointer.block as usize];
            if *known == NONE {
                let size = graph.live.requested(pointer.block);
                let hop = Hop {
                    offset: offset(graph, node, pointer.at),
                    size,
                };
                *known = self.go_on(way, graph.live.site(pointer.block), (pointer.at, hop));
                self.blocks[*known as usize].add(size);
                found.push(pointer.block);
            }
        }
    }

    /// The way that goes on from that one to a site.
    fn go_on(&mut self, way: u32, site: u32, found: (Option<u64>, Hop)) -> u32 {
        let mut before = way;
        while before >= self.roots {
            let (earlier, visited) = self.steps[before as usize];
            if visited == site {
                return before;
            }
            before = earlier;
        }
        let next = self.steps.len() as u32;
        let number = *self.known.entry((way, site)).or_insert(next);
        if number == next {
            self.steps.push((way, site));
            self.blocks.push(Count::default());
            self.found.push(found);
        }
        number
    }

    fn tell(&self, mut way: u32, blocks: Count) -> Path {
        let (mut at, mut sites, mut hops) = (None, Vec::new(), Vec::new());
        while way >= self.roots {
            let (before, site) = self.steps[way as usize];
            let (found_at, hop) = self.found[way as usize];
            at = found_at;
            sites.push(site);
            hops.push(hop);
            way = before;
        }
        sites.reverse();
        hops.reverse();
        let left_out = sites.len().saturating_sub(2 * ENDS);
        if left_out > 0 {
            sites.drain(ENDS..ENDS + left_out);
            hops.drain(ENDS..ENDS + left_out);
        }
        Path {
            root: way,
            at,
            sites,
            hops,
            left_out,
            blocks,
        }
    }
}

/// Where in a block an address lies.
fn offset(graph: &Graph<'_>, node: u32, at: Option<u64>) -> u64 {
    let start = graph.block(node).map(|block| graph.live.range(block).0);
    at.zip(start)
        .map_or(0, |(at, start)| at.saturating_sub(start))
}
