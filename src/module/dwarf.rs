//! The debug sections of a module.

use std::convert::Infallible;

use addr2line::gimli::{AbbreviationsCacheStrategy, Dwarf, EndianSlice, LittleEndian, SectionId};

use super::Module;

/// A part of the module's bytes.
pub(super) type Bytes<'m> = EndianSlice<'m, LittleEndian>;

/// `None` where there is no debug info.
pub(super) fn load(module: &Module) -> Option<Dwarf<Bytes<'_>>> {
    module.custom_section(SectionId::DebugInfo.name())?;
    let section = |id: SectionId| -> Result<_, Infallible> {
        let data = module.custom_section(id.name()).unwrap_or_default();
        Ok(EndianSlice::new(data, LittleEndian))
    };
    let Ok(mut dwarf) = Dwarf::load(section);
    dwarf.populate_abbreviations_cache(AbbreviationsCacheStrategy::All);
    Some(dwarf)
}
