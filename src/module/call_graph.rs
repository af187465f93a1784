//! Who may call whom: where an allocation can be reached from, and which functions may recurse.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::Direction;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeFiltered;
use wasmparser::{
    BinaryReader, ConstExpr, ElementItems, FunctionBody, Operator, Parser, Payload, Result,
    TableInit,
};

use super::mentions::{Mention, Mentions, What};
use super::nesting::{self, Nesting};
use super::{Allocator, Module};

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
    /// How many nodes each component has.
    sizes: Vec<u32>,
    nesting: BTreeMap<u32, Nesting>,
    type_holds_allocator: Vec<bool>,
    allocator_calls: u32,
    makes_tail_calls: Vec<bool>,
    mentions: Mentions,
}

/// Modules are not loaded unless they are valid.
const VALIDATED: &str = "the module was validated when it was loaded";

impl CallGraph {
    /// Reads all code once. What an allocator itself calls is its own affair, since the outermost allocator counts: those
    /// calls make nobody recursive, and a function that only frees reaches no allocation. Neither do calls that do not return
    /// make anybody recursive, which an `unreachable` follows: a panic's way through the formatter would otherwise tie most
    /// functions of a Rust module into one knot.
    pub fn build(module: &Module, allocators: &[Allocator]) -> CallGraph {
        let mentions = Mentions::read(module).expect(VALIDATED);
        let mut edges = Edges::new(module, allocators);
        edges.read_sections().expect(VALIDATED);
        edges.read_code(&mentions).expect(VALIDATED);
        edges.add_host();
        let class_holds_allocator = edges.classes_with_allocators();
        let indirect_calls = edges.indirect_calls.iter().zip(&class_holds_allocator);
        let allocator_calls = edges.allocator_calls
            + indirect_calls
                .filter(|(_, holds)| **holds)
                .map(|(calls, _)| *calls)
                .sum::<u32>();
        let (graph, is_allocator) = (&edges.graph, &edges.hides);
        let functions = module.function_count() as usize;
        let allocating = allocators
            .iter()
            .filter(|allocator| allocator.role.allocates())
            .map(|allocator| allocator.function);
        let reaches = reaching(graph, is_allocator, allocating);
        let every = allocators.iter().map(|allocator| allocator.function);
        let reaches_any = reaching(graph, is_allocator, every.clone().chain(module.hosts()));
        let nesting = nesting::of_all(module, allocators, &edges.pass_on, |allocator| {
            nesting(graph, is_allocator, &reaches_any, allocator)
        });
        let classes = module.contents.type_classes.iter();
        let type_reaches = classes
            .clone()
            .map(|&class| reaches[functions + class as usize])
            .collect();
        let type_holds_allocator = classes
            .map(|&class| class_holds_allocator[class as usize])
            .collect();
        let (mut components, sizes) = components(graph);
        components.truncate(functions);
        CallGraph {
            reaches: reaches[..functions].to_vec(),
            type_reaches,
            components,
            sizes,
            nesting,
            type_holds_allocator,
            allocator_calls,
            makes_tail_calls: edges.makes_tail_calls,
            mentions,
        }
    }

    /// What the code of a defined function says of functions, counted from the first defined one.
    pub fn mentions(&self, defined: usize) -> &[Mention] {
        self.mentions.of(defined)
    }

    /// Whether a function ends in a call that takes its place on the stack.
    pub fn makes_tail_calls(&self, function: u32) -> bool {
        self.makes_tail_calls[function as usize]
    }

    /// Whether an allocation can be reached from a function, by calls of any kind. Allocators reach themselves, but for those
    /// that only free.
    pub fn reaches(&self, function: u32) -> bool {
        self.reaches[function as usize]
    }

    /// What an allocator calls that is an allocator itself.
    ///
    /// # Panics
    ///
    /// If the function is none of the allocators that the graph was built with.
    pub fn nesting(&self, allocator: u32) -> &Nesting {
        &self.nesting[&allocator]
    }

    /// Whether any allocator may get to another one by ways that cannot be seen where it calls.
    pub fn has_hidden_nesting(&self) -> bool {
        self.nesting.values().any(|nesting| nesting.hidden)
    }

    /// Whether an indirect call of that type may be one of an allocator.
    pub fn type_holds_allocator(&self, type_index: u32) -> bool {
        self.type_holds_allocator[type_index as usize]
    }

    /// How many calls may be of an allocator.
    pub fn allocator_calls(&self) -> u32 {
        self.allocator_calls
    }

    /// Whether an indirect call of that type may lead to an allocation.
    pub fn type_reaches(&self, type_index: u32) -> bool {
        self.type_reaches[type_index as usize]
    }

    /// The cycle that a function lies on, as a dense number that all functions share which may call each other in turn;
    /// `None` where a function cannot be active twice at a time.
    pub fn component(&self, function: u32) -> Option<u32> {
        self.components[function as usize]
    }

    /// Whether a function may be active twice at a time for no other reason than that it calls itself by its index.
    pub fn only_calls_itself(&self, function: u32) -> bool {
        self.component(function)
            .is_some_and(|component| self.sizes[component as usize] == 1)
    }
}

/// Whether a call may be part of a recursion.
type Graph = DiGraph<(), bool, u32>;

/// The graph while it is read: functions by index, then one node for each class of equal types, then one for the host.
struct Edges<'m> {
    module: &'m Module,
    graph: Graph,
    is_allocator: Vec<bool>,
    /// Allocators but for those of which what they call counts by itself.
    hides: Vec<bool>,
    /// Functions whose address is taken, so that a second mention adds no second edge.
    is_taken: Vec<bool>,
    makes_tail_calls: Vec<bool>,
    /// Allocators that only call another one and return what it returned.
    pass_on: BTreeSet<u32>,
    /// Direct calls of allocators.
    allocator_calls: u32,
    /// Indirect calls, by the class of their type.
    indirect_calls: Vec<u32>,
}

impl<'m> Edges<'m> {
    fn new(module: &'m Module, allocators: &[Allocator]) -> Edges<'m> {
        let functions = module.function_count() as usize;
        let mut graph = Graph::default();
        for _ in 0..functions + module.contents.supertypes.len() + 1 {
            graph.add_node(());
        }
        let mut is_allocator = vec![false; functions];
        let mut hides = vec![false; functions];
        for allocator in allocators {
            is_allocator[allocator.function as usize] = true;
            hides[allocator.function as usize] = !allocator.role.is_apart();
        }
        Edges {
            module,
            graph,
            is_allocator,
            hides,
            is_taken: vec![false; functions],
            makes_tail_calls: vec![false; functions],
            pass_on: BTreeSet::new(),
            allocator_calls: 0,
            indirect_calls: vec![0; module.contents.supertypes.len()],
        }
    }

    fn read_sections(&mut self) -> Result<()> {
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
                _ => {}
            }
        }
        Ok(())
    }

    fn read_code(&mut self, mentions: &Mentions) -> Result<()> {
        let first = self.module.imported_functions();
        for function in first..self.module.function_count() {
            if self.hides[function as usize] && self.passes_on(function)? {
                self.pass_on.insert(function);
            }
            for mention in mentions.of((function - first) as usize) {
                self.read_mention(function, mention);
            }
        }
        Ok(())
    }

    fn read_mention(&mut self, caller: u32, mention: &Mention) {
        self.makes_tail_calls[caller as usize] |= mention.what.is_tail_call();
        match mention.what {
            What::Call(callee) | What::TailCall(callee) => {
                self.allocator_calls += u32::from(self.is_allocator[callee as usize]);
                self.add_call(caller, NodeIndex::new(callee as usize), mention.returns);
            }
            What::Indirect { type_index } | What::IndirectTailCall { type_index } => {
                let class = self.module.contents.type_classes[type_index as usize];
                self.indirect_calls[class as usize] += 1;
                self.add_call(caller, self.type_node(class), mention.returns);
            }
            What::Address(function) => self.take_address(function),
        }
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

    /// Whether a body gets its arguments together, calls an allocator, and ends.
    fn passes_on(&self, allocator: u32) -> Result<bool> {
        let range = self.module.body(allocator).expect("it is defined");
        let code = BinaryReader::new(&self.module.bytes()[range.clone()], range.start);
        let body = FunctionBody::new(code);
        let mut calls = 0;
        for operator in body.get_operators_reader()? {
            match operator? {
                Operator::LocalGet { .. } | Operator::I32Const { .. } if calls == 0 => {}
                Operator::Call { function_index } if self.is_allocator[function_index as usize] => {
                    calls += 1;
                }
                Operator::Return | Operator::End => {}
                _ => return Ok(false),
            }
        }
        Ok(calls == 1)
    }

    fn add_call(&mut self, caller: u32, callee: NodeIndex<u32>, returns: bool) {
        let may_recurse = returns && !self.hides[caller as usize];
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

    /// For each class of types, whether an allocator's address is taken that is of one of them.
    fn classes_with_allocators(&self) -> Vec<bool> {
        let functions = self.is_allocator.len();
        (functions..self.graph.node_count() - 1)
            .map(|class| {
                self.graph
                    .neighbors(NodeIndex::new(class))
                    .any(|function| self.is_allocator[function.index()])
            })
            .collect()
    }

    fn type_node(&self, class: u32) -> NodeIndex<u32> {
        NodeIndex::new(self.module.function_count() as usize + class as usize)
    }
}

/// Every node from which one of the targets can be reached without passing through an allocator.
fn reaching(graph: &Graph, is_allocator: &[bool], targets: impl Iterator<Item = u32>) -> Vec<bool> {
    let mut reaches = vec![false; graph.node_count()];
    let mut next: Vec<NodeIndex> = targets
        .map(|target| NodeIndex::new(target as usize))
        .collect();
    for target in &next {
        reaches[target.index()] = true;
    }
    while let Some(node) = next.pop() {
        for caller in graph.neighbors_directed(node, Direction::Incoming) {
            let passes = !is_allocator.get(caller.index()).is_some_and(|is| *is);
            if passes && !std::mem::replace(&mut reaches[caller.index()], true) {
                next.push(caller);
            }
        }
    }
    reaches
}

/// What an allocator calls: other allocators by their index, and what may lead to one.
fn nesting(graph: &Graph, is_allocator: &[bool], reaches: &[bool], allocator: u32) -> Nesting {
    let mut nesting = Nesting::default();
    for callee in graph.neighbors(NodeIndex::new(allocator as usize)) {
        if is_allocator.get(callee.index()).is_some_and(|is| *is) {
            nesting.direct.insert(callee.index() as u32);
        } else {
            nesting.hidden |= reaches[callee.index()];
        }
    }
    nesting
}

/// The cycles that calls may run in, numbered in the order of their first nodes, and the size of each.
fn components(graph: &Graph) -> (Vec<Option<u32>>, Vec<u32>) {
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
    let sizes = cycles.iter().map(|nodes| nodes.len() as u32).collect();
    (component_of, sizes)
}

fn calls_itself(graph: &Graph, node: NodeIndex) -> bool {
    graph
        .edges_connecting(node, node)
        .any(|edge| *edge.weight())
}
