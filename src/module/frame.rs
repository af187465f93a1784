//! Places in the code: as the binary has them, and as a person reads them.

use std::fmt;

use super::library;

/// A place in the original module's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CodeFrame {
    /// Index of the function in the original module, imports counted.
    pub function: u32,
    /// Offset of the instruction (the call that is under way) from the start of the original file.
    pub offset: u32,
}

/// A function that is under way, and the line that it has got to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Frame {
    /// The name in the source language's own spelling; where there is none, the export's name or `function[7]`.
    pub function: String,
    /// The source file, told without anything that differs between the machines it was built on.
    pub file: Option<String>,
    /// The line, counted from 1.
    pub line: Option<u32>,
    /// The column, counted from 1.
    pub column: Option<u32>,
    /// Whether the compiler put this function's code into the frame after it.
    pub inlined: bool,
}

impl Frame {
    /// Whether this is code of a language's own library, and so seldom what a reader looks for: Rust's `std`, `core`,
    /// `alloc` and what they are built on, libc++, wasi-libc. Other crates and libraries are none of these.
    pub fn is_library(&self) -> bool {
        match &self.file {
            Some(file) => library::is_library_file(file),
            None => library::is_library_function(&self.function),
        }
    }

    /// Whether this is part of an allocator, or one of the thin layers before it that every allocation goes through.
    pub fn is_allocator_internal(&self) -> bool {
        library::is_allocator_function(&self.function)
            || self.file.as_deref().is_some_and(library::is_allocator_file)
    }
}

/// `feed::cache::insert src/cache.rs:41`
impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.function)?;
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, " {file}:{line}"),
            (Some(file), None) => write!(f, " {file}"),
            (None, _) => Ok(()),
        }
    }
}
