//! The same by definition, however long it takes.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Graph, Kind, Retained};
use crate::heap::Count;

/// Nodes, and whether the pointer is to a start.
type Edges = Vec<Vec<(usize, bool)>>;

fn edges(graph: &Graph<'_>) -> Edges {
    let pointers = |node| {
        let pointers = graph.pointers(node, 0);
        let to = pointers.map(|it| (graph.node(it.block) as usize, it.is_start));
        to.collect()
    };
    (0..graph.node_count()).map(pointers).collect()
}

/// All that is reached from those nodes, them included.
fn reached(
    edges: &Edges,
    from: impl IntoIterator<Item = usize>,
    follow: impl Fn(usize, bool) -> bool,
) -> BTreeSet<usize> {
    let mut reached: BTreeSet<usize> = from.into_iter().collect();
    let mut pending: Vec<usize> = reached.iter().copied().collect();
    while let Some(node) = pending.pop() {
        for (target, is_start) in &edges[node] {
            if follow(*target, *is_start) && reached.insert(*target) {
                pending.push(*target);
            }
        }
    }
    reached
}

pub(super) fn kinds(graph: &Graph<'_>) -> Vec<Kind> {
    let edges = edges(graph);
    let roots = graph.roots.len();
    let certain = reached(&edges, 0..roots, |_, is_start| is_start);
    let held = reached(&edges, 0..roots, |_, _| true);
    let mut kinds: Vec<Kind> = (0..edges.len())
        .map(|node| match () {
            () if certain.contains(&node) => Kind::Reachable,
            () if held.contains(&node) => Kind::Possible,
            () => Kind::Definite,
        })
        .collect();
    for node in 0..edges.len() {
        if kinds[node] == Kind::Definite {
            let is_new = |target: usize, _| kinds[target] == Kind::Definite && target != node;
            for led_to in reached(&edges, [node], is_new) {
                if led_to != node {
                    kinds[led_to] = Kind::Indirect;
                }
            }
        }
    }
    kinds.split_off(roots)
}

pub(super) fn retained(graph: &Graph<'_>) -> Retained {
    let edges = edges(graph);
    let roots = graph.roots.len();
    let held = reached(&edges, 0..roots, |_, _| true);
    // What is not reached without a node.
    let dominated = |node: usize| -> BTreeSet<usize> {
        let others = (0..roots).filter(|root| *root != node);
        let left = reached(&edges, others, |target, _| target != node);
        held.difference(&left)
            .copied()
            .filter(|node| *node >= roots)
            .collect()
    };
    let count = |nodes: &BTreeSet<usize>| {
        let mut count = Count::default();
        for node in nodes {
            count.add(graph.live.requested((node - roots) as u32));
        }
        count
    };
    let mut sites: BTreeMap<u32, BTreeSet<usize>> = BTreeMap::new();
    for node in held.iter().filter(|node| **node >= roots) {
        let site = graph.live.site((node - roots) as u32);
        sites.entry(site).or_default().extend(dominated(*node));
    }
    Retained {
        roots: (0..roots).map(|root| count(&dominated(root))).collect(),
        sites: sites
            .iter()
            .map(|(site, nodes)| (*site, count(nodes)))
            .collect(),
    }
}
