//! What each root and each site holds alone: what would go with it.

use std::collections::BTreeMap;

use super::dominators::Dominators;
use super::graph::Graph;
use crate::heap::Count;

/// What would not be reached without a root, or without the blocks of a site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Retained {
    /// Of each root, in their order.
    pub roots: Vec<Count>,
    /// Of each site that has blocks which are reached; blocks that hold others of their own site count once.
    pub sites: BTreeMap<u32, Count>,
}

/// Finds out by the tree of dominators.
pub fn retained(graph: &Graph<'_>) -> Retained {
    let Dominators { nodes, above } = Dominators::new(graph);
    let held = held(graph, &nodes, &above);
    let mut retained = Retained {
        roots: vec![Count::default(); graph.roots.len()],
        sites: BTreeMap::new(),
    };
    for (node, held) in nodes.iter().zip(&held).skip(1) {
        if graph.block(*node).is_none() {
            retained.roots[*node as usize] = *held;
        }
    }
    // Where the outermost block of a site ends that holds what is looked at now.
    let mut ends = vec![0_u32; graph.live.site_count()];
    let Preorder { order, positions } = Preorder::new(graph, &nodes, &above, &held);
    for number in order {
        let Some(block) = graph.block(nodes[number as usize]) else {
            continue;
        };
        let site = graph.live.site(block);
        let position = positions[number as usize];
        let end = &mut ends[site as usize];
        if position >= *end {
            let held = held[number as usize];
            *end = position + held.blocks as u32;
            let sum = retained.sites.entry(site).or_default();
            sum.bytes = sum.bytes.saturating_add(held.bytes);
            sum.blocks += held.blocks;
        }
    }
    retained
}

/// What each number holds, itself included.
fn held(graph: &Graph<'_>, nodes: &[u32], above: &[u32]) -> Vec<Count> {
    let own = |node: &u32| {
        let mut own = Count::default();
        if let Some(block) = graph.block(*node) {
            own.add(graph.live.requested(block));
        }
        own
    };
    let mut held: Vec<Count> = nodes.iter().map(own).collect();
    if let Some(all) = held.first_mut() {
        *all = Count::default();
    }
    for number in (1..nodes.len()).rev() {
        let Count { bytes, blocks } = held[number];
        let above = &mut held[above[number] as usize];
        above.bytes = above.bytes.saturating_add(bytes);
        above.blocks += blocks;
    }
    held
}

/// The blocks in an order in which what one holds follows right after it.
struct Preorder {
    /// Numbers, by position.
    order: Vec<u32>,
    /// Positions, by number.
    positions: Vec<u32>,
}

impl Preorder {
    fn new(graph: &Graph<'_>, nodes: &[u32], above: &[u32], held: &[Count]) -> Preorder {
        // Where the next one goes that is held by each.
        let mut free = vec![0_u32; nodes.len()];
        let mut positions = vec![0_u32; nodes.len()];
        let mut order = vec![0_u32; held.first().map_or(0, |all| all.blocks) as usize];
        for number in 1..nodes.len() {
            let above = above[number] as usize;
            let position = free[above];
            free[above] += held[number].blocks as u32;
            positions[number] = position;
            let is_block = graph.block(nodes[number]).is_some();
            free[number] = position + u32::from(is_block);
            if is_block {
                order[position as usize] = number as u32;
            }
        }
        Preorder { order, positions }
    }
}
