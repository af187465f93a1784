//! Which static data is an allocator's own: that which nothing but allocators speaks of.
//!
//! What an allocator knows of its blocks is no reason for them to be alive. Such data has no name in most modules, but code
//! gets at a variable by its address, or by one in it, which stands in the code or in other data. So what begins with an
//! address that only allocators mention, and what they call that nobody else does, is theirs, up to the next address that
//! anybody else mentions.

use std::collections::BTreeSet;
use std::ops::Range;

use wasmparser::{
    BinaryReader, Data, DataKind, ElementItems, FunctionBody, Operator, Parser, Payload, Result,
};

use super::global::constant;
use super::{Allocator, Module};

/// The ranges within `data` that are allocators' own, in ascending order. `allocators` are those whose insides are known to be
/// nothing else.
pub(super) fn find(module: &Module, allocators: &[Allocator], data: Range<u64>) -> Vec<Range<u64>> {
    let mut reading = Reading::new(module, data);
    // The module was validated when it was loaded; if anything is left out all the same, less is ignored.
    reading.read().ok();
    let own = reading.own(allocators);
    reading.ranges(&own)
}

struct Reading<'m> {
    module: &'m Module,
    data: Range<u64>,
    /// Who calls each function.
    callers: Vec<Vec<u32>>,
    /// Functions that may be called in other ways.
    known_elsewhere: BTreeSet<u32>,
    /// Addresses, and the functions that mention them; none for other data.
    mentions: Vec<(u64, Option<u32>)>,
}

impl<'m> Reading<'m> {
    fn new(module: &'m Module, data: Range<u64>) -> Reading<'m> {
        Reading {
            module,
            data,
            callers: vec![Vec::new(); module.function_count() as usize],
            known_elsewhere: BTreeSet::new(),
            mentions: Vec::new(),
        }
    }

    fn read(&mut self) -> Result<()> {
        for export in self.module.exports() {
            if export.is_function() {
                self.known_elsewhere.insert(export.index);
            }
        }
        for payload in Parser::new(0).parse_all(self.module.bytes()) {
            match payload? {
                Payload::StartSection { func, .. } => drop(self.known_elsewhere.insert(func)),
                Payload::ElementSection(elements) => {
                    for element in elements {
                        self.read_elements(element?.items)?;
                    }
                }
                Payload::DataSection(segments) => {
                    for segment in segments {
                        self.read_data(&segment?);
                    }
                }
                _ => {}
            }
        }
        for function in self.module.imported_functions()..self.module.function_count() {
            self.read_code(function)?;
        }
        Ok(())
    }

    fn read_elements(&mut self, items: ElementItems<'_>) -> Result<()> {
        match items {
            ElementItems::Functions(functions) => {
                for function in functions {
                    self.known_elsewhere.insert(function?);
                }
            }
            ElementItems::Expressions(_, expressions) => {
                for expression in expressions {
                    for operator in expression?.get_operators_reader() {
                        if let Operator::RefFunc { function_index } = operator? {
                            self.known_elsewhere.insert(function_index);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Any word of data may be the address of other data.
    fn read_data(&mut self, segment: &Data<'_>) {
        let start = match &segment.kind {
            DataKind::Active { offset_expr, .. } => constant(offset_expr).unwrap_or(0),
            DataKind::Passive => 0,
        };
        let skipped = (start.next_multiple_of(4) - start) as usize;
        let words = segment.data.get(skipped..).unwrap_or_default();
        for word in words.as_chunks().0 {
            self.mention(u32::from_le_bytes(*word).into(), None);
        }
    }

    fn read_code(&mut self, function: u32) -> Result<()> {
        let Some(range) = self.module.body(function) else {
            return Ok(());
        };
        let code = BinaryReader::new(&self.module.bytes()[range.clone()], range.start);
        let mut before = 0;
        for operator in FunctionBody::new(code).get_operators_reader()? {
            let operator = operator?;
            let constant = match operator {
                Operator::I32Const { value } => Some(value.cast_unsigned().into()),
                Operator::I64Const { value } => Some(value.cast_unsigned()),
                _ => None,
            };
            match &operator {
                Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                    self.callers[*function_index as usize].push(function);
                }
                Operator::RefFunc { function_index } => {
                    self.known_elsewhere.insert(*function_index);
                }
                _ => {}
            }
            if let Some(address) = constant {
                self.mention(address, Some(function));
            }
            if let Some(offset) = offset(&operator) {
                self.mention(offset, Some(function));
                self.mention(offset.saturating_add(before), Some(function));
            }
            before = constant.unwrap_or(0);
        }
        Ok(())
    }

    fn mention(&mut self, address: u64, by: Option<u32>) {
        if self.data.contains(&address) && self.mentions.last() != Some(&(address, by)) {
            self.mentions.push((address, by));
        }
    }

    /// The allocators, and what is called by nobody else.
    fn own(&self, allocators: &[Allocator]) -> BTreeSet<u32> {
        let allocators: BTreeSet<u32> = allocators.iter().map(|it| it.function).collect();
        let mut own = allocators.clone();
        // Everything that they call, then without what others call as well, until nothing changes.
        let mut grown = true;
        while grown {
            let called = (0..).zip(&self.callers);
            let called = called.filter(|(_, callers)| callers.iter().any(|it| own.contains(it)));
            let called: Vec<u32> = called.map(|(function, _)| function).collect();
            let before = own.len();
            own.extend(called);
            grown = own.len() > before;
        }
        loop {
            let is_own = |function: &u32| {
                let callers = &self.callers[*function as usize];
                allocators.contains(function)
                    || !self.known_elsewhere.contains(function)
                        && callers.iter().all(|caller| own.contains(caller))
            };
            let left: BTreeSet<u32> = own.iter().copied().filter(is_own).collect();
            if left.len() == own.len() {
                return own;
            }
            own = left;
        }
    }

    fn ranges(mut self, own: &BTreeSet<u32>) -> Vec<Range<u64>> {
        let is_own = |by: &Option<u32>| by.is_some_and(|function| own.contains(&function));
        let mut mentions = std::mem::take(&mut self.mentions);
        mentions.sort_unstable();
        let mut ranges: Vec<Range<u64>> = Vec::new();
        let mut start = None;
        for same in mentions.chunk_by(|one, other| one.0 == other.0) {
            let address = same[0].0;
            if same.iter().all(|(_, by)| is_own(by)) {
                start.get_or_insert(address);
            } else if let Some(start) = start.take() {
                ranges.push(start..address);
            }
        }
        ranges.extend(start.map(|start| start..self.data.end));
        ranges
    }
}

/// The offset of an instruction that loads or stores.
fn offset(operator: &Operator<'_>) -> Option<u64> {
    match operator {
        Operator::I32Load { memarg }
        | Operator::I64Load { memarg }
        | Operator::I32Load8S { memarg }
        | Operator::I32Load8U { memarg }
        | Operator::I32Load16S { memarg }
        | Operator::I32Load16U { memarg }
        | Operator::I64Load8S { memarg }
        | Operator::I64Load8U { memarg }
        | Operator::I64Load16S { memarg }
        | Operator::I64Load16U { memarg }
        | Operator::I64Load32S { memarg }
        | Operator::I64Load32U { memarg }
        | Operator::I32Store { memarg }
        | Operator::I64Store { memarg }
        | Operator::I32Store8 { memarg }
        | Operator::I32Store16 { memarg }
        | Operator::I64Store8 { memarg }
        | Operator::I64Store16 { memarg }
        | Operator::I64Store32 { memarg }
        | Operator::F32Load { memarg }
        | Operator::F64Load { memarg }
        | Operator::F32Store { memarg }
        | Operator::F64Store { memarg } => Some(memarg.offset),
        _ => None,
    }
}
