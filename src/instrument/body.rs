//! Rewriting one function's body: raw copies, with calls redirected and contexts put before them.

use std::ops::Range;

use wasm_encoder::{Encode, InstructionSink};
use wasmparser::{BinaryReader, FunctionBody, Operator, ValType};

use super::offsets::Offsets;
use super::plan::Plan;
use super::{contexts, wrapper};
use crate::module::{Allocator, Role};

/// Type codes of locals.
const I64: u8 = 0x7e;
const I32: u8 = 0x7f;

/// Appends the body (without its size) to `output`, and where its parts come from to `offsets`; `allocator_calls` counts the
/// calls that may be of an allocator, over all bodies.
pub(crate) fn rewrite(
    plan: &Plan<'_>,
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
    let kind = Kind::of(plan, function);
    let mut copy = Copy {
        source,
        from: range.start,
        output,
        offsets,
    };

    let locals = declared_locals(&body)?;
    copy.declare_locals(&locals, kind.locals());
    let mut rewrite = Rewrite {
        plan,
        function,
        kind,
        first_local: plan.parameters(function) + locals.count,
        ordinal: 0,
        allocator_calls,
        copy,
    };
    rewrite.enter();
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        let (operator, start) = operators.read_with_offset()?;
        if let Some(reference) = Reference::of(&operator) {
            rewrite.reference(&reference, start..operators.original_position());
        }
    }
    rewrite.copy.until(range.end);
    Ok(())
}

/// What is done to a function.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// An allocation can be reached from it: it carries the calling context, in one local.
    Context,
    /// It is an allocator that calls others: what they hand out may be aliases, and passes through a local of its type.
    Layered,
    /// References that it makes are redirected, and no more.
    Other,
}

impl Kind {
    fn of(plan: &Plan<'_>, function: u32) -> Kind {
        if plan.keeps_context(function) {
            Kind::Context
        } else if plan.allocator(function).is_some()
            && !plan.nesting(function).direct.is_empty()
        {
            Kind::Layered
        } else {
            Kind::Other
        }
    }

    fn locals(self) -> &'static [u8] {
        match self {
            Kind::Context => &[I64],
            Kind::Layered => &[I32, I64],
            Kind::Other => &[],
        }
    }
}

/// The rewrite of one body, as far as it got.
struct Rewrite<'a> {
    plan: &'a Plan<'a>,
    function: u32,
    kind: Kind,
    /// The first of the locals that were added.
    first_local: u32,
    /// Calls so far from which an allocation can be reached.
    ordinal: u32,
    allocator_calls: &'a mut u32,
    copy: Copy<'a>,
}

impl Rewrite<'_> {
    fn enter(&mut self) {
        let (plan, saved) = (self.plan, self.first_local);
        if self.kind == Kind::Context {
            let entry = plan.recursion_entry(self.function);
            let has_depth = plan.has_recursion();
            self.copy
                .insert(|code| contexts::enter(code, &plan.indices, saved, entry, has_depth));
        }
    }

    fn reference(&mut self, reference: &Reference, at: Range<usize>) {
        self.copy.until(at.start);
        if self.kind == Kind::Context && self.plan.call_reaches(reference) {
            self.set_context(reference);
        }
        self.copy.mark(at.start);
        let Some((opcode, target)) = reference.direct() else {
            return;
        };
        match self.plan.allocator(target) {
            Some(callee) if self.kind == Kind::Layered && reference.is_call() => {
                self.nested_call(reference, callee, opcode, at.end);
            }
            _ => {
                let target = self.plan.indices.reference(target);
                self.copy.replace(opcode, target, at.end);
            }
        }
    }

    fn set_context(&mut self, reference: &Reference) {
        let (plan, saved) = (self.plan, self.first_local);
        self.ordinal += 1;
        let call_site = contexts::call_site(self.function, self.ordinal);
        self.copy
            .insert(|code| contexts::before_call(code, &plan.indices, saved, call_site));
        if plan.may_be_allocator(reference) {
            *self.allocator_calls += 1;
            let number = *self.allocator_calls;
            self.copy
                .insert(|code| contexts::before_allocator(code, &plan.indices, number));
        }
    }

    /// An allocator calls another one: no event, but what it gets may come back to be freed.
    fn nested_call(&mut self, reference: &Reference, callee: &Allocator, opcode: u8, end: usize) {
        let indices = &self.plan.indices;
        let results = self.plan.module.signature(callee.function).results();
        let hands_out = callee.role.allocates() && !matches!(callee.role, Role::AllocateInto { .. });
        match (reference, results) {
            (Reference::Call(_), [result]) if hands_out => {
                let is_wide = *result == ValType::I64;
                let local = self.first_local + u32::from(is_wide);
                let width = self.plan.width;
                self.copy
                    .replace(opcode, indices.body(callee.function), end);
                self.copy
                    .insert(|code| wrapper::note_inner(code, indices, width, local, is_wide));
            }
            _ => self
                .copy
                .replace(opcode, indices.nested(callee.function), end),
        }
    }
}

/// An operator that names a function or calls one.
pub(crate) enum Reference {
    Call(u32),
    TailCall(u32),
    Function(u32),
    Indirect { type_index: u32 },
}

impl Reference {
    fn of(operator: &Operator<'_>) -> Option<Reference> {
        match *operator {
            Operator::Call { function_index } => Some(Reference::Call(function_index)),
            Operator::ReturnCall { function_index } => Some(Reference::TailCall(function_index)),
            Operator::RefFunc { function_index } => Some(Reference::Function(function_index)),
            Operator::CallIndirect { type_index, .. }
            | Operator::ReturnCallIndirect { type_index, .. }
            | Operator::CallRef { type_index }
            | Operator::ReturnCallRef { type_index } => Some(Reference::Indirect { type_index }),
            _ => None,
        }
    }

    fn is_call(&self) -> bool {
        !matches!(self, Reference::Function(_))
    }

    /// Opcode and function of an operator whose immediate is a function's index.
    fn direct(&self) -> Option<(u8, u32)> {
        match *self {
            Reference::Call(function) => Some((0x10, function)),
            Reference::TailCall(function) => Some((0x12, function)),
            Reference::Function(function) => Some((0xd2, function)),
            Reference::Indirect { .. } => None,
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
    fn declare_locals(&mut self, locals: &Locals, more: &[u8]) {
        if more.is_empty() {
            return self.until(locals.end);
        }
        (locals.groups + more.len() as u32).encode(self.output);
        self.output
            .extend(&self.source[locals.groups_start..locals.end]);
        self.output.extend(more.iter().flat_map(|local| [1, *local]));
        self.from = locals.end;
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
