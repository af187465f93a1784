//! Rewriting one function's body: raw copies, with calls redirected and contexts put before them.

use std::ops::Range;

use wasm_encoder::{Encode, InstructionSink};
use wasmparser::{BinaryReader, FunctionBody, Operator, ValType};

use super::contexts::{self, Taken};
use super::counting::{self, Counting};
use super::layout::Layout;
use super::offsets::Offsets;
use super::plan::Plan;
use crate::module::{Allocator, Role};

/// How a function's body is rewritten.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// As it is, but for the references that it makes.
    Other,
    /// An allocation can be reached from it: it carries the calling context.
    Context,
    /// An allocator's, with what it does written down.
    Counted,
    /// An allocator's, as other allocators call it.
    Plain,
}

impl Kind {
    /// What becomes of the function at its own index.
    pub(crate) fn of(plan: &Plan<'_>, function: u32) -> Kind {
        if plan.allocator(function).is_some() {
            Kind::Counted
        } else if plan.keeps_context(function) {
            Kind::Context
        } else {
            Kind::Other
        }
    }
}

/// Appends the body (without its size) to `output`, and where its parts come from to `offsets`; `allocator_calls` counts the
/// calls that may be of an allocator, over all bodies.
pub(crate) fn rewrite(
    plan: &Plan<'_>,
    layout: &Layout,
    kind: Kind,
    function: u32,
    output: &mut Vec<u8>,
    offsets: &mut Offsets,
    allocator_calls: &mut u32,
) -> wasmparser::Result<()> {
    let range = plan
        .module
        .body(function)
        .expect("only defined functions are rewritten");
    let source = plan.module.bytes();
    let body = FunctionBody::new(BinaryReader::new(&source[range.clone()], range.start));
    let locals = declared_locals(&body)?;
    let first_local = plan.parameters(function) + locals.count;
    let own = own_locals(plan, kind, function);
    let counting = (kind == Kind::Counted)
        .then(|| Counting::of_body(plan, layout, function, first_local + own.len() as u32));
    let mut rewrite = Rewrite {
        plan,
        function,
        kind,
        first_local,
        depth: 0,
        allocator_calls,
        copy: Copy {
            source,
            from: range.start,
            output,
            offsets,
        },
    };
    let more: Vec<_> = own
        .into_iter()
        .chain(counting.iter().flat_map(Counting::locals))
        .collect();
    rewrite.copy.declare_locals(&locals, &more);
    rewrite.enter(counting.as_ref());
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        let (operator, start) = operators.read_with_offset()?;
        rewrite.operator(&operator, start..operators.original_position());
    }
    rewrite.copy.until(range.end);
    if let Some(counting) = counting {
        rewrite.copy.insert(|code| {
            counting.leave(code);
            code.end();
        });
    }
    Ok(())
}

/// Locals through which an allocator passes what another one handed to it, by its type.
const NOTED: [wasm_encoder::ValType; 2] = [wasm_encoder::ValType::I32, wasm_encoder::ValType::I64];

/// The locals that are added for the rewrite itself.
fn own_locals(plan: &Plan<'_>, kind: Kind, function: u32) -> Vec<wasm_encoder::ValType> {
    if keeps_context(plan, kind, function) {
        let unfolded = plan.hands_on_unfolded(function);
        return vec![wasm_encoder::ValType::I64; 1 + usize::from(unfolded)];
    }
    match kind {
        Kind::Counted | Kind::Plain => NOTED.to_vec(),
        Kind::Context | Kind::Other => Vec::new(),
    }
}

/// Whether the calling context is handed on, which an allocator does only to what counts by itself.
fn keeps_context(plan: &Plan<'_>, kind: Kind, function: u32) -> bool {
    kind != Kind::Plain && plan.keeps_context(function)
}

/// The rewrite of one body, as far as it got.
struct Rewrite<'a> {
    plan: &'a Plan<'a>,
    function: u32,
    kind: Kind,
    /// The first of the locals that were added.
    first_local: u32,
    /// Blocks that are open.
    depth: u32,
    allocator_calls: &'a mut u32,
    copy: Copy<'a>,
}

impl Rewrite<'_> {
    fn keeps_context(&self) -> bool {
        keeps_context(self.plan, self.kind, self.function)
    }

    fn enter(&mut self, counting: Option<&Counting<'_>>) {
        let (plan, function, taken) = (self.plan, self.function, self.taken());
        if self.keeps_context() {
            let entry = plan.recursion_entry(function);
            self.copy
                .insert(|code| contexts::enter(code, &plan.indices, taken, function, entry));
        }
        if let Some(counting) = counting {
            self.copy.insert(|code| counting.enter(code));
        }
    }

    fn taken(&self) -> Taken {
        let unfolded = self.plan.hands_on_unfolded(self.function);
        Taken {
            local: self.first_local,
            is_multiplied: !self.plan.hands_on(self.function),
            unfolded: unfolded.then_some(self.first_local + 1),
        }
    }

    fn operator(&mut self, operator: &Operator<'_>, at: Range<usize>) {
        if self.kind == Kind::Counted && self.leaves(operator, at.clone()) {
            return;
        }
        let Some(reference) = Reference::of(operator) else {
            return;
        };
        self.copy.until(at.start);
        if self.keeps_context() && self.plan.call_reaches(&reference) {
            self.set_context(&reference, at.start as u32);
        }
        self.copy.mark(at.start);
        if let Some((opcode, target)) = reference.direct() {
            self.direct(&reference, opcode, target, at.end);
        }
    }

    /// Turns what would leave an allocator's body into a jump to the block around it, behind which the event is written down;
    /// whether the operator was one of those.
    fn leaves(&mut self, operator: &Operator<'_>, at: Range<usize>) -> bool {
        match operator {
            Operator::Block { .. }
            | Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::TryTable { .. } => self.depth += 1,
            Operator::End => self.depth = self.depth.saturating_sub(1),
            Operator::Return => {
                self.copy.until(at.start);
                self.jump_out(at.end);
                return true;
            }
            Operator::ReturnCall { function_index } => {
                self.copy.until(at.start);
                self.copy.mark(at.start);
                const CALL: u8 = 0x10;
                self.direct(
                    &Reference::Call(*function_index),
                    CALL,
                    *function_index,
                    at.end,
                );
                self.jump_out(at.end);
                return true;
            }
            Operator::ReturnCallIndirect { .. } | Operator::ReturnCallRef { .. } => {
                self.copy.until(at.start);
                self.copy.return_call(at.clone());
                self.jump_out(at.end);
                return true;
            }
            _ => {}
        }
        false
    }

    fn jump_out(&mut self, end: usize) {
        let depth = self.depth;
        self.copy.insert(|code| {
            code.br(depth);
        });
        self.copy.from = end;
    }

    fn set_context(&mut self, reference: &Reference, offset: u32) {
        let (plan, taken) = (self.plan, self.taken());
        let indices = &plan.indices;
        let is_recursion = plan.is_plain_recursion(self.function, reference);
        self.copy.insert(|code| {
            if reference.is_tail_call() {
                contexts::before_tail_call(code, indices, taken);
            } else if is_recursion {
                contexts::hand_on(code, indices, taken);
            } else {
                contexts::before_call(code, indices, taken, offset);
            }
        });
        if plan.may_be_allocator(reference) {
            *self.allocator_calls += 1;
            let number = *self.allocator_calls;
            self.copy
                .insert(|code| contexts::before_allocator(code, &plan.indices, number));
        }
    }

    fn direct(&mut self, reference: &Reference, opcode: u8, target: u32, end: usize) {
        let hides = matches!(self.kind, Kind::Counted | Kind::Plain) && !self.keeps_context();
        match self.plan.allocator(target) {
            Some(callee) if hides && reference.is_call() => {
                self.nested_call(reference, callee, opcode, end);
            }
            _ => {
                let target = self.plan.indices.reference(target);
                self.copy.replace(opcode, target, end);
            }
        }
    }

    /// An allocator calls another one: no event, but what it gets may come back to be freed.
    fn nested_call(&mut self, reference: &Reference, callee: &Allocator, opcode: u8, end: usize) {
        let (plan, indices) = (self.plan, &self.plan.indices);
        let caller = plan.allocator(self.function).expect("it calls from within");
        let plain = indices.plain(callee.function);
        let is_heard = matches!(callee.role, Role::Release { .. });
        if plan.nesting(self.function).passes_on || !(caller.role.allocates() || is_heard) {
            return self.copy.replace(opcode, plain, end);
        }
        let results = plan.module.signature(callee.function).results();
        match (reference, results) {
            (Reference::Call(_), [result]) if returns_block(callee.role) => {
                let is_wide = *result == ValType::I64;
                let local = self.first_local + u32::from(is_wide);
                self.copy.replace(opcode, plain, end);
                self.copy
                    .insert(|code| counting::note_inner(code, indices, plan.width, local, is_wide));
            }
            _ => self
                .copy
                .replace(opcode, indices.nested(callee.function), end),
        }
    }
}

/// Whether what an allocator returns is the address of a block.
fn returns_block(role: Role) -> bool {
    matches!(
        role,
        Role::Allocate { .. }
            | Role::AllocateArray { .. }
            | Role::Resize { .. }
            | Role::ResizeArray { .. }
    )
}

/// An operator that names a function or calls one.
pub(crate) enum Reference {
    Call(u32),
    TailCall(u32),
    Function(u32),
    Indirect { type_index: u32 },
    IndirectTailCall { type_index: u32 },
}

impl Reference {
    fn of(operator: &Operator<'_>) -> Option<Reference> {
        match *operator {
            Operator::Call { function_index } => Some(Reference::Call(function_index)),
            Operator::ReturnCall { function_index } => Some(Reference::TailCall(function_index)),
            Operator::RefFunc { function_index } => Some(Reference::Function(function_index)),
            Operator::CallIndirect { type_index, .. } | Operator::CallRef { type_index } => {
                Some(Reference::Indirect { type_index })
            }
            Operator::ReturnCallIndirect { type_index, .. }
            | Operator::ReturnCallRef { type_index } => {
                Some(Reference::IndirectTailCall { type_index })
            }
            _ => None,
        }
    }

    fn is_call(&self) -> bool {
        !matches!(self, Reference::Function(_))
    }

    fn is_tail_call(&self) -> bool {
        matches!(
            self,
            Reference::TailCall(_) | Reference::IndirectTailCall { .. }
        )
    }

    /// Opcode and function of an operator whose immediate is a function's index.
    fn direct(&self) -> Option<(u8, u32)> {
        match *self {
            Reference::Call(function) => Some((0x10, function)),
            Reference::TailCall(function) => Some((0x12, function)),
            Reference::Function(function) => Some((0xd2, function)),
            Reference::Indirect { .. } | Reference::IndirectTailCall { .. } => None,
        }
    }
}

struct Locals {
    groups: u32,
    groups_start: usize,
    end: usize,
    /// Locals in all groups, parameters not counted.
    count: u32,
}

fn declared_locals(body: &FunctionBody<'_>) -> wasmparser::Result<Locals> {
    let mut reader = body.get_locals_reader()?;
    let groups_start = reader.original_position();
    let groups = reader.get_count();
    let mut count = 0;
    for _ in 0..groups {
        count += reader.read()?.0;
    }
    Ok(Locals {
        groups,
        groups_start,
        end: reader.original_position(),
        count,
    })
}

/// Copies a body from the original file, with parts of it replaced.
struct Copy<'a> {
    source: &'a [u8],
    /// Everything before is done.
    from: usize,
    output: &'a mut Vec<u8>,
    offsets: &'a mut Offsets,
}

impl Copy<'_> {
    /// Declares more locals behind the function's own.
    fn declare_locals(&mut self, locals: &Locals, more: &[wasm_encoder::ValType]) {
        if more.is_empty() {
            return self.until(locals.end);
        }
        (locals.groups + more.len() as u32).encode(self.output);
        self.output
            .extend(&self.source[locals.groups_start..locals.end]);
        for local in more {
            self.output.push(1);
            local.encode(self.output);
        }
        self.from = locals.end;
    }

    /// Writes the call of a tail call that is not direct: the same immediates behind another opcode.
    fn return_call(&mut self, at: Range<usize>) {
        self.mark(at.start);
        // `return_call_indirect` and `return_call_ref`, and the calls that they are.
        self.output.push(match self.source[at.start] {
            0x13 => 0x11,
            _ => 0x14,
        });
        self.output.extend(&self.source[at.start + 1..at.end]);
        self.from = at.end;
    }

    /// Copies what is left before that offset.
    fn until(&mut self, offset: usize) {
        if self.from < offset {
            self.mark(self.from);
            self.output.extend(&self.source[self.from..offset]);
            self.from = offset;
        }
    }

    /// Notes that what is written next comes from that offset.
    fn mark(&mut self, offset: usize) {
        self.offsets.push(self.output.len() as u32, offset as u32);
    }

    fn insert(&mut self, write: impl FnOnce(&mut InstructionSink<'_>)) {
        write(&mut InstructionSink::new(self.output));
    }

    /// Writes an operator with another function index in place of the one that ends at `end`.
    fn replace(&mut self, opcode: u8, function: u32, end: usize) {
        self.output.push(opcode);
        function.encode(self.output);
        self.from = end;
    }
}
