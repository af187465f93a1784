//! Arena freed at once, no leak: the nodes of a formula lie in an arena, and go with it.

const CHUNK: usize = 64;

struct Node {
    children: Option<[usize; 2]>,
    value: u32,
}

/// Chunks that never move.
#[derive(Default)]
struct Arena {
    chunks: Vec<Vec<Node>>,
    nodes: usize,
}

impl Arena {
    #[inline(never)]
    fn add_node(&mut self, node: Node) -> usize {
        if self.nodes % CHUNK == 0 {
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        self.chunks[self.nodes / CHUNK].push(node);
        self.nodes += 1;
        self.nodes - 1
    }

    fn build(&mut self, depth: u32) -> usize {
        let children = (depth > 0).then(|| [self.build(depth - 1), self.build(depth - 1)]);
        self.add_node(Node {
            children,
            value: depth,
        })
    }

    fn sum(&self, number: usize) -> u32 {
        let node = &self.chunks[number / CHUNK][number % CHUNK];
        let children = node.children.iter().flatten();
        node.value + children.map(|child| self.sum(*child)).sum::<u32>()
    }
}

/// Builds a formula of 255 nodes and works it out.
#[unsafe(no_mangle)]
pub extern "C" fn arena() -> u32 {
    let mut arena = Arena::default();
    let root = arena.build(7);
    arena.sum(root)
}
