//! Who may call whom: where an allocation can be reached from, and which functions may recurse.

use petgraph::Direction;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeFiltered;
use wasmparser::{
    ConstExpr, ElementItems, FunctionBody, Operator, Parser, Payload, Result, TableInit,
};

use super::Module;

/// Who may call whom, as far as it concerns allocations.
///
/// An indirect call may reach every function of its type whose address is taken somewhere, so that it goes to a node
/// that stands for the type and from there on to them: the graph stays as large as the code, whatever the tables hold.
/// The host may call back what is exported, but for WASI, which does not.
#[derive(Debug)]
pub struct CallGraph {
    reaches: Vec<bool>,
    type_reaches: Vec<bool>,
    components: Vec<Option<u32>>,
    makes_tail_calls: Vec<bool>,
}

impl CallGraph {
    /// Reads all code once. What an allocator itself calls is its own affair, since the outermost allocator counts: those
    /// calls make nobody recursive. Neither do calls that do not return, which an `unreachable` follows: a panic's way
    /// through the formatter would otherwise tie most functions of a Rust module into one knot.
    pub fn build(module: &Module, allocators: &[u32]) -> CallGraph {
        let mut edges = Edges::new(module, allocators);
        edges
            .read()
            .expect("the module was validated when it was loaded");
        edges.add_host();
        let (graph, makes_tail_calls) = (edges.graph, edges.makes_tail_calls);
        let functions = module.function_count() as usize;
        let reaches = reaching(&graph, allocators);
        let type_reaches = module
            .contents
            .type_classes
            .iter()
            .map(|&class| reaches[functions + class as usize]);
        let type_reaches = type_reaches.collect();
        let mut components = components(&graph);
        components.truncate(functions);
        CallGraph {
            reaches: reaches[..functions].to_vec(),
            type_reaches,
            components,
            makes_tail_calls,
        }
    }

    /// Whether an allocation can be reached from a function, by calls of any kind. Allocators reach themselves.
    pub fn reaches(&self, function: u32) -> bool {
        self.reaches[function as usize]
    }

    /// Whether an indirect call of that type may lead to an allocation.
    pub fn type_reaches(&self, type_index: u32) -> bool {
        self.type_reaches[type_index as usize]
    }

    /// Whether a function ends in a call that takes its place on the stack.
    pub fn makes_tail_calls(&self, function: u32) -> bool {
        self.makes_tail_calls[function as usize]
    }

    /// The cycle that a function lies on, as a dense number that all functions share which may call each other in turn;
    /// `None` where a function cannot be active twice at a time.
    pub fn component(&self, function: u32) -> Option<u32> {
        self.components[function as usize]
    }
}

/// Whether a call may be part of a recursion.
type Graph = DiGraph<(), bool, u32>;

/// The graph while it is read: functions by index, then one node for each class of equal types, then one for the host.
struct Edges<'m> {
    module: &'m Module,
    graph: Graph,
    is_allocator: Vec<bool>,
    /// Functions whose address is taken, so that a second mention adds no second edge.
    is_taken: Vec<bool>,
    makes_tail_calls: Vec<bool>,
}

#[derive(Clone, Copy)]
enum Callee {
    Function(u32),
    Type(u32),
}

impl<'m> Edges<'m> {
    fn new(module: &'m Module, allocators: &[u32]) -> Edges<'m> {
        let functions = module.function_count() as usize;
        let mut graph = Graph::default();
        for _ in 0..functions + module.contents.supertypes.len() + 1 {
            graph.add_node(());
        }
        let mut is_allocator = vec![false; functions];
        for &function in allocators {
            is_allocator[function as usize] = true;
        }
        Edges {
            module,
            graph,
            is_allocator,
            is_taken: vec![false; functions],
            makes_tail_calls: vec![false; functions],
        }
    }

    fn read(&mut self) -> Result<()> {
        let mut function = self.module.imported_functions();
        for payload in Parser::new(0).parse_all(self.module.bytes()) {
            match payload? {
                Payload::TableSection(tables) => {
                    for table in tables {
                        if let TableInit::Expr(expression) = table?.init {
                            self.read_expression(&expression)?;
                        }
                    }
                }
                Payload::GlobalSection(globals) => {
                    for global in globals {
                        self.read_expression(&global?.init_expr)?;
                    }
                }
                Payload::ElementSection(elements) => {
                    for element in elements {
                        self.read_elements(element?.items)?;
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    self.read_body(function, &body)?;
                    function += 1;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn read_elements(&mut self, items: ElementItems<'_>) -> Result<()> {
        match items {
            ElementItems::Functions(functions) => {
                for function in functions {
                    self.take_address(function?);
                }
            }
            ElementItems::Expressions(_, expressions) => {
                for expression in expressions {
                    self.read_expression(&expression?)?;
                }
            }
        }
        Ok(())
    }

    fn read_expression(&mut self, expression: &ConstExpr<'_>) -> Result<()> {
        for operator in expression.get_operators_reader() {
            if let Operator::RefFunc { function_index } = operator? {
                self.take_address(function_index);
            }
        }
        Ok(())
    }

    fn read_body(&mut self, caller: u32, body: &FunctionBody<'_>) -> Result<()> {
        let mut pending = None;
        for operator in body.get_operators_reader()? {
            let operator = operator?;
            if let Some(callee) = pending.take() {
                let returns = !matches!(operator, Operator::Unreachable);
                self.add_call(caller, callee, returns);
            }
            match operator {
                Operator::Call { function_index } => {
                    pending = Some(Callee::Function(function_index))
                }
                Operator::CallIndirect { type_index, .. } | Operator::CallRef { type_index } => {
                    pending = Some(Callee::Type(type_index));
                }
                Operator::ReturnCall { function_index } => {
                    self.add_tail_call(caller, Callee::Function(function_index));
                }
                Operator::ReturnCallIndirect { type_index, .. }
                | Operator::ReturnCallRef { type_index } => {
                    self.add_tail_call(caller, Callee::Type(type_index));
                }
                Operator::RefFunc { function_index } => self.take_address(function_index),
                _ => {}
            }
        }
        Ok(())
    }

    fn add_tail_call(&mut self, caller: u32, callee: Callee) {
        self.makes_tail_calls[caller as usize] = true;
        self.add_call(caller, callee, true);
    }

    fn add_call(&mut self, caller: u32, callee: Callee, returns: bool) {
        let callee = match callee {
            Callee::Function(function) => NodeIndex::new(function as usize),
            Callee::Type(ty) => self.type_node(self.module.contents.type_classes[ty as usize]),
        };
        let may_recurse = returns && !self.is_allocator[caller as usize];
        self.graph
            .add_edge(NodeIndex::new(caller as usize), callee, may_recurse);
    }

    /// A call through a type may reach functions of its subtypes too.
    fn take_address(&mut self, function: u32) {
        if std::mem::replace(&mut self.is_taken[function as usize], true) {
            return;
        }
        let contents = &self.module.contents;
        let mut class = Some(contents.type_classes[self.module.type_index(function) as usize]);
        while let Some(current) = class {
            self.graph.add_edge(
                self.type_node(current),
                NodeIndex::new(function as usize),
                true,
            );
            class = contents.supertypes[current as usize];
        }
    }

    fn add_host(&mut self) {
        let host = NodeIndex::new(self.graph.node_count() - 1);
        for function in self.module.hosts() {
            self.graph
                .add_edge(NodeIndex::new(function as usize), host, true);
        }
        let exports = self.module.exports().iter();
        for export in exports.filter(|export| export.is_function()) {
            self.graph
                .add_edge(host, NodeIndex::new(export.index as usize), true);
        }
    }

    fn type_node(&self, class: u32) -> NodeIndex<u32> {
        NodeIndex::new(self.module.function_count() as usize + class as usize)
    }
}

/// Every node from which one of the targets can be reached.
fn reaching(graph: &Graph, targets: &[u32]) -> Vec<bool> {
    let mut reaches = vec![false; graph.node_count()];
    let mut next: Vec<NodeIndex> = targets
        .iter()
        .map(|target| NodeIndex::new(*target as usize))
        .collect();
    while let Some(node) = next.pop() {
        if !std::mem::replace(&mut reaches[node.index()], true) {
            next.extend(graph.neighbors_directed(node, Direction::Incoming));
        }
    }
    reaches
}

/// The cycles that calls may run in, numbered in the order of their first nodes.
fn components(graph: &Graph) -> Vec<Option<u32>> {
    let recursive = EdgeFiltered::from_fn(graph, |edge| *edge.weight());
    let mut component_of = vec![None; graph.node_count()];
    let mut cycles: Vec<Vec<NodeIndex>> = kosaraju_scc(&recursive);
    cycles.retain(|nodes| nodes.len() > 1 || calls_itself(graph, nodes[0]));
    cycles.iter_mut().for_each(|nodes| nodes.sort());
    cycles.sort();
    for (number, nodes) in (0..).zip(&cycles) {
        for node in nodes {
            component_of[node.index()] = Some(number);
        }
    }
    component_of
}

fn calls_itself(graph: &Graph, node: NodeIndex) -> bool {
    graph
        .edges_connecting(node, node)
        .any(|edge| *edge.weight())
}
