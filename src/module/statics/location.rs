//! Where debug info says that a variable lies.

use addr2line::gimli::{Expression, Operation, UnitRef};

use super::super::dwarf::Bytes;

/// A stretch of a variable that lies in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Where in the variable it begins.
    pub(super) offset: u64,
    /// Where it lies.
    pub(super) address: u64,
    /// Its bytes; `None` for the whole variable.
    pub(super) size: Option<u64>,
}

/// Optimisers take variables apart, but not into more parts than somebody wrote.
const MAX_PARTS: usize = 256;

/// What has been read of a location so far.
#[derive(Default)]
struct Reading {
    parts: Vec<Part>,
    /// How much of the variable the parts so far cover, those that lie nowhere among them.
    offset: u64,
    address: Option<u64>,
    /// A number that is an address of the thread's own memory, if that is what follows it.
    constant: Option<u64>,
}

/// The parts of a variable that lie at an address, whatever happens. What is computed, or lies in a register or on the
/// stack, is none.
pub(super) fn parts(unit: UnitRef<'_, Bytes<'_>>, location: Expression<Bytes<'_>>) -> Vec<Part> {
    let mut reading = Reading::default();
    let mut operations = location.operations(unit.encoding());
    loop {
        match operations.next() {
            Ok(Some(operation)) => {
                if reading.take(unit, operation).is_none() {
                    return Vec::new();
                }
            }
            Ok(None) => return reading.finish(),
            Err(_) => return Vec::new(),
        }
    }
}

impl Reading {
    /// `None` where the location is of another kind.
    fn take(
        &mut self,
        unit: UnitRef<'_, Bytes<'_>>,
        operation: Operation<Bytes<'_>>,
    ) -> Option<()> {
        match operation {
            Operation::Address { address } => self.address = Some(address),
            Operation::AddressIndex { index } => self.address = Some(unit.address(index).ok()?),
            Operation::UnsignedConstant { value } => self.constant = Some(value),
            // Without threads there is one copy of it, and the linker knows where.
            Operation::TLS => self.address = Some(self.constant.take()?),
            Operation::PlusConstant { value } => {
                self.address = Some(self.address?.checked_add(value)?);
            }
            Operation::Piece {
                size_in_bits,
                bit_offset: None,
            } => self.end_part(size_in_bits)?,
            _ => return None,
        }
        Some(())
    }

    fn end_part(&mut self, bits: u64) -> Option<()> {
        if !bits.is_multiple_of(8) || self.parts.len() == MAX_PARTS {
            return None;
        }
        let size = bits / 8;
        let offset = self.offset;
        self.offset = offset.checked_add(size)?;
        let Some(address) = self.address.take() else {
            return Some(());
        };
        if let Some(last) = self.parts.last_mut()
            && let Some(last_size) = last.size
            && last.address.checked_add(last_size) == Some(address)
            && last.offset + last_size == offset
        {
            last.size = last_size.checked_add(size);
            return Some(());
        }
        self.parts.push(Part {
            offset,
            address,
            size: Some(size),
        });
        Some(())
    }

    fn finish(mut self) -> Vec<Part> {
        let is_whole = self.offset == 0 && self.constant.is_none();
        if let Some(address) = self.address.filter(|_| is_whole) {
            self.parts.push(Part {
                offset: 0,
                address,
                size: None,
            });
        }
        self.parts
    }
}
