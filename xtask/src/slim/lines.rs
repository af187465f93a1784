//! One unit's line table: rows of live code only, and only the files that they name.

use std::collections::HashMap;

use anyhow::{Context, Result};
use gimli::read::{self, LineProgramHeader};
use gimli::write::{Address, FileId, LineProgram, LineString};
use gimli::{Encoding, Format, LineEncoding};

use super::source::{Reader, Source, Unit};

/// The form in which all is written: what clang and rustc use for wasm.
pub(super) const ENCODING: Encoding = Encoding {
    format: Format::Dwarf32,
    version: 4,
    address_size: 4,
};

/// A unit's line table as it will be written.
pub(super) struct Lines<'a> {
    pub(super) program: LineProgram,
    header: LineProgramHeader<Reader<'a>>,
    /// Old file numbers to new ones.
    files: HashMap<u64, FileId>,
}

/// None where the unit has no line table.
pub(super) fn copy<'a>(source: &Source<'a>, unit: &Unit<'a>) -> Result<Option<Lines<'a>>> {
    let Some(program) = unit.line_program.clone() else {
        return Ok(None);
    };
    let mut lines = Lines::new(unit, program.header().clone());
    let mut sequence: Vec<read::LineRow> = Vec::new();
    let mut rows = program.rows();
    while let Some((_, row)) = rows.next_row()? {
        sequence.push(*row);
        if row.end_sequence() {
            if source.is_live(sequence[0].address()) {
                lines.write_sequence(source, unit, &sequence)?;
            }
            sequence.clear();
        }
    }
    Ok(Some(lines))
}

impl<'a> Lines<'a> {
    fn new(unit: &Unit<'a>, header: LineProgramHeader<Reader<'a>>) -> Self {
        let folder = unit.comp_dir.map_or(&b""[..], |folder| folder.slice());
        let name = unit.name.map_or(&b""[..], |name| name.slice());
        let program = LineProgram::new(
            ENCODING,
            LineEncoding::default(),
            LineString::String(folder.to_vec()),
            None,
            LineString::String(name.to_vec()),
            None,
        );
        Lines {
            program,
            header,
            files: HashMap::new(),
        }
    }

    /// Rows that repeat the file and line before them say nothing new and are left out.
    fn write_sequence(
        &mut self,
        source: &Source<'a>,
        unit: &Unit<'a>,
        rows: &[read::LineRow],
    ) -> Result<()> {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            return Ok(());
        };
        self.program
            .begin_sequence(Some(Address::Constant(first.address())));
        let mut written = None;
        for row in &rows[..rows.len() - 1] {
            let place = (row.file_index(), row.line());
            if written.replace(place) == Some(place) {
                continue;
            }
            let file = self.file(source, unit, row.file_index())?;
            let new = self.program.row();
            new.address_offset = row.address() - first.address();
            new.file = file;
            new.line = row.line().map_or(0, |line| line.get());
            self.program.generate_row();
        }
        self.program.end_sequence(last.address() - first.address());
        Ok(())
    }

    /// The new number of a file.
    pub(super) fn file(
        &mut self,
        source: &Source<'a>,
        unit: &Unit<'a>,
        index: u64,
    ) -> Result<FileId> {
        if let Some(file) = self.files.get(&index) {
            return Ok(*file);
        }
        let entry = self.header.file(index).context("a row names no file")?;
        let name = source.dwarf.attr_string(unit, entry.path_name())?;
        let folder = match entry.directory(&self.header) {
            Some(folder) => source.dwarf.attr_string(unit, folder)?.slice(),
            None => b"",
        };
        let folder = match folder {
            b"" => self.program.default_directory(),
            folder => self
                .program
                .add_directory(LineString::String(folder.to_vec())),
        };
        let file = self
            .program
            .add_file(LineString::String(name.to_vec()), folder, None);
        self.files.insert(index, file);
        Ok(file)
    }
}
