//! Rewriting one function's body: raw copies, with calls redirected and contexts put before them.

use wasm_encoder::{Encode, InstructionSink};
use wasmparser::{BinaryReader, FunctionBody, Operator};

use super::contexts;
use super::offsets::Offsets;
use super::plan::Plan;

/// Type code of an i64 local.
const I64: u8 = 0x7e;

/// Appends the body (without its size) to `output`, and where its parts come from to `offsets`; returns how many of its calls
/// may be of an allocator.
pub(crate) fn rewrite(
    plan: &Plan<'_>,
    function: u32,
    output: &mut Vec<u8>,
    offsets: &mut Offsets,
) -> wasmparser::Result<u32> {
    let range = plan
        .module
        .body(function)
        .expect("only defined functions are rewritten");
    let source = plan.module.bytes();
    let body = FunctionBody::new(BinaryReader::new(&source[range.clone()], range.start));
    let keeps_context = plan.keeps_context(function);
    let mut copy = Copy {
        source,
        from: range.start,
        output,
        offsets,
    };

    let locals = declared_locals(&body)?;
    let makes_tail_calls = plan.makes_tail_calls(function);
    if keeps_context {
        copy.replace_locals(&locals, 1 + u8::from(makes_tail_calls));
    }
    let saved = plan.parameters(function) + locals.count;
    copy.skip_or_keep(locals.end, keeps_context);
    if keeps_context && makes_tail_calls {
        copy.insert(|code| contexts::keep_callers(code, &plan.indices, saved + 1));
    }
    if keeps_context {
        copy.insert(|code| {
            contexts::enter(code, &plan.indices, saved, plan.recursion_entry(function))
        });
    }
    let allocator_calls = rewrite_operators(plan, function, &body, saved, &mut copy)?;
    copy.until(range.end);
    Ok(allocator_calls)
}

fn rewrite_operators(
    plan: &Plan<'_>,
    function: u32,
    body: &FunctionBody<'_>,
    saved: u32,
    copy: &mut Copy<'_>,
) -> wasmparser::Result<u32> {
    let keeps_context = plan.keeps_context(function);
    let mut operators = body.get_operators_reader()?;
    let (mut ordinal, mut allocator_calls) = (0, 0);
    while !operators.eof() {
        let (operator, start) = operators.read_with_offset()?;
        let Some(reference) = Reference::of(&operator) else {
            continue;
        };
        copy.until(start);
        if keeps_context && reference.is_call() && plan.call_reaches(&reference) {
            ordinal += 1;
            let call_site = contexts::call_site(function, ordinal);
            copy.insert(|code| match reference.is_tail_call() {
                true => contexts::before_tail_call(code, &plan.indices, saved + 1),
                false => contexts::before_call(code, &plan.indices, saved, call_site),
            });
            if plan.may_be_allocator(&reference) {
                allocator_calls += 1;
                copy.insert(|code| contexts::before_allocator(code, &plan.indices, call_site));
            }
        }
        copy.mark(start);
        if let Some((opcode, target)) = reference.direct() {
            copy.replace(
                opcode,
                plan.indices.reference(target),
                operators.original_position(),
            );
        }
    }
    Ok(allocator_calls)
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
    /// Declares so many more locals of 64 bits behind the function's own.
    fn replace_locals(&mut self, locals: &Locals, more: u8) {
        (locals.groups + 1).encode(self.output);
        self.output
            .extend(&self.source[locals.groups_start..locals.end]);
        self.output.extend([more, I64]);
    }

    fn skip_or_keep(&mut self, end: usize, skip: bool) {
        if skip {
            self.from = end;
        } else {
            self.until(end);
        }
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
