//! A place in the code.

/// A place in the original module's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CodeFrame {
    /// Index of the function in the original module, imports counted.
    pub function: u32,
    /// Offset of the instruction (the call that is under way) from the start of the original file.
    pub offset: u32,
}
