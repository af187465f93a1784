//! What code says of functions: every call and every reference in every body, in one pass over the code.
//!
//! Nothing else is decoded of it: all that is done to a body happens at these places, so that even large modules are read
//! once, and rewritten by copying what lies between.

use wasmparser::{
    BinaryReader, FrameKind, FrameStack, FunctionBody, Result, VisitOperator, VisitSimdOperator,
};

use super::Module;

/// A place in a function's code that names a function, or calls one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mention {
    /// What it says.
    pub what: What,
    /// Where the instruction begins in the file.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// Not set for a call behind which there is an `unreachable`: it does not return.
    pub returns: bool,
}

/// What an instruction says of functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// `call`, of a function by its index.
    Call(u32),
    /// `return_call`.
    TailCall(u32),
    /// `ref.func`: it takes the function's address.
    Address(u32),
    /// `call_indirect` and `call_ref`, of any function of a type.
    Indirect {
        /// The type's index.
        type_index: u32,
    },
    /// `return_call_indirect` and `return_call_ref`.
    IndirectTailCall {
        /// The type's index.
        type_index: u32,
    },
}

impl What {
    /// Whether something is called.
    pub fn is_call(self) -> bool {
        !matches!(self, What::Address(_))
    }

    /// Whether what is called takes the place of its caller on the stack.
    pub fn is_tail_call(self) -> bool {
        matches!(self, What::TailCall(_) | What::IndirectTailCall { .. })
    }
}

/// The mentions of all defined functions.
#[derive(Debug)]
pub(super) struct Mentions {
    all: Vec<Mention>,
    /// Where those of each defined function end.
    ends: Vec<u32>,
}

impl Mentions {
    /// Reads all code.
    pub(super) fn read(module: &Module) -> Result<Mentions> {
        let mut mentions = Mentions {
            all: Vec::new(),
            ends: Vec::new(),
        };
        for function in module.imported_functions()..module.function_count() {
            let range = module.body(function).expect("it is defined");
            let code = BinaryReader::new(&module.bytes()[range.clone()], range.start);
            let code = FunctionBody::new(code).get_binary_reader_for_operators()?;
            read_code(code, &mut mentions.all)?;
            mentions.ends.push(mentions.all.len() as u32);
        }
        Ok(mentions)
    }

    /// Those of one defined function, counted from the first defined one, in the order of its code.
    pub(super) fn of(&self, defined: usize) -> &[Mention] {
        let start = match defined.checked_sub(1) {
            Some(before) => self.ends[before],
            None => 0,
        };
        &self.all[start as usize..self.ends[defined] as usize]
    }
}

fn read_code(mut code: BinaryReader<'_>, mentions: &mut Vec<Mention>) -> Result<()> {
    let mut visitor = Visitor::default();
    let mut was_call = false;
    while !code.eof() {
        let start = code.original_position() as u32;
        code.visit_operator(&mut visitor)?;
        if std::mem::take(&mut visitor.is_unreachable)
            && was_call
            && let Some(call) = mentions.last_mut()
        {
            call.returns = false;
        }
        let what = visitor.what.take();
        was_call = what.is_some_and(What::is_call);
        mentions.extend(what.map(|what| Mention {
            what,
            start,
            end: code.original_position() as u32,
            returns: true,
        }));
    }
    Ok(())
}

/// What the instruction that was visited last is, as far as it concerns functions.
#[derive(Default)]
struct Visitor {
    what: Option<What>,
    is_unreachable: bool,
}

impl FrameStack for Visitor {
    /// The code was validated, so its blocks need no account; an `else` wants to be in an `if`.
    fn current_frame(&self) -> Option<FrameKind> {
        Some(FrameKind::If)
    }
}

/// Writes a method for every instruction; all but those that mention functions do nothing.
macro_rules! visit {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $type:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
        $(visit!(one $op $visit ($($($arg: $type),*)?));)*
    };
    (one Unreachable $visit:ident $arguments:tt) => {
        fn $visit(&mut self) {
            self.is_unreachable = true;
        }
    };
    (one Call $visit:ident $arguments:tt) => {
        fn $visit(&mut self, function: u32) {
            self.what = Some(What::Call(function));
        }
    };
    (one ReturnCall $visit:ident $arguments:tt) => {
        fn $visit(&mut self, function: u32) {
            self.what = Some(What::TailCall(function));
        }
    };
    (one RefFunc $visit:ident $arguments:tt) => {
        fn $visit(&mut self, function: u32) {
            self.what = Some(What::Address(function));
        }
    };
    (one CallIndirect $visit:ident $arguments:tt) => {
        fn $visit(&mut self, type_index: u32, _: u32) {
            self.what = Some(What::Indirect { type_index });
        }
    };
    (one CallRef $visit:ident $arguments:tt) => {
        fn $visit(&mut self, type_index: u32) {
            self.what = Some(What::Indirect { type_index });
        }
    };
    (one ReturnCallIndirect $visit:ident $arguments:tt) => {
        fn $visit(&mut self, type_index: u32, _: u32) {
            self.what = Some(What::IndirectTailCall { type_index });
        }
    };
    (one ReturnCallRef $visit:ident $arguments:tt) => {
        fn $visit(&mut self, type_index: u32) {
            self.what = Some(What::IndirectTailCall { type_index });
        }
    };
    (one $op:ident $visit:ident ($($arg:ident: $type:ty),*)) => {
        fn $visit(&mut self, $(_: $type),*) {}
    };
}

impl<'a> VisitOperator<'a> for Visitor {
    type Output = ();

    fn simd_visitor(&mut self) -> Option<&mut dyn VisitSimdOperator<'a, Output = ()>> {
        Some(self)
    }

    wasmparser::for_each_visit_operator!(visit);
}

impl VisitSimdOperator<'_> for Visitor {
    wasmparser::for_each_visit_simd_operator!(visit);
}
