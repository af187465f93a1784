//! What is cut down names the same functions and lines at every address.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use gimli::{EndianSlice, LittleEndian, SectionId};
use wasmparser::{Parser, Payload};

use super::{keep_lines, keep_names, keep_statics, strip};

#[test]
fn lines_stay_the_same() {
    let full = read("guests/leak/leak-o2.wasm");
    let slim = keep_lines(&full).expect("the module was built well");
    assert!(slim.len() < full.len() / 2);
    let code_size = code_size(&full);
    assert_eq!(places(&slim, code_size), places(&full, code_size));
}

#[test]
fn what_was_cut_down_stays_as_it_is() {
    let slim = read("guests/feed/feed.wasm");
    let again = keep_lines(&slim).expect("the module was built well");
    let code_size = code_size(&slim);
    assert_eq!(places(&again, code_size), places(&slim, code_size));
}

#[test]
fn stripping_leaves_what_runs() {
    let stripped = strip(&read("guests/leak/leak-o2.wasm")).expect("the module was built well");
    for payload in Parser::new(0).parse_all(&stripped) {
        let payload = payload.expect("the module is whole");
        assert!(!matches!(payload, Payload::CustomSection(_)));
    }
    assert_ne!(code_size(&stripped), 0);
}

#[test]
fn names_stay_where_debug_information_goes() {
    let named = keep_names(&read("guests/leak/leak-o2.wasm")).expect("the module was built well");
    let custom = Parser::new(0).parse_all(&named).filter_map(|payload| {
        match payload.expect("the module is whole") {
            Payload::CustomSection(section) => Some(section.name().to_owned()),
            _ => None,
        }
    });
    assert_eq!(custom.collect::<Vec<_>>(), ["name", "producers"]);
}

fn read(module: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::read(root.join(module)).expect("the module is checked in")
}

fn code_size(wasm: &[u8]) -> u64 {
    let mut payloads = Parser::new(0).parse_all(wasm);
    let size = payloads.find_map(|payload| match payload {
        Ok(Payload::CodeSectionStart { range, .. }) => Some(range.len() as u64),
        _ => None,
    });
    size.expect("the module has code")
}

/// For every address the functions that it belongs to, innermost first, with file and line.
fn places(wasm: &[u8], code_size: u64) -> Vec<String> {
    let sections = debug_sections(wasm);
    let load = |id: SectionId| -> Result<_, gimli::Error> {
        let data = sections.get(id.name()).copied().unwrap_or_default();
        Ok(EndianSlice::new(data, LittleEndian))
    };
    let dwarf = gimli::Dwarf::load(load).expect("loading cannot fail");
    let context = addr2line::Context::from_dwarf(dwarf).expect("the DWARF is sound");
    let places = (0..code_size).map(|address| place(&context, address));
    places.collect()
}

fn debug_sections(wasm: &[u8]) -> HashMap<&str, &[u8]> {
    let payloads = Parser::new(0).parse_all(wasm);
    let sections = payloads.filter_map(|payload| match payload {
        Ok(Payload::CustomSection(section)) => Some((section.name(), section.data())),
        _ => None,
    });
    sections.collect()
}

fn place<R: gimli::Reader>(context: &addr2line::Context<R>, address: u64) -> String {
    let mut text = format!("{address:#x}");
    let frames = context.find_frames(address).skip_all_loads();
    let mut frames = frames.expect("the DWARF is sound");
    while let Some(frame) = frames.next().expect("the DWARF is sound") {
        let function = frame.function.map(|function| {
            let name = function.raw_name().expect("names are text");
            name.into_owned()
        });
        let location = frame
            .location
            .map(|location| (location.file, location.line));
        text += &format!(" {function:?} {location:?}");
    }
    text
}

#[test]
fn statics_and_lines_stay_the_same() {
    let full = read("guests/leak/leak-o2.wasm");
    let slim = keep_statics(&full).expect("the module was built well");
    assert!(slim.len() < full.len() / 2);
    let code_size = code_size(&full);
    assert_eq!(places(&slim, code_size), places(&full, code_size));
    let names = variables(&full);
    assert!(names.iter().any(|(name, _)| name == "_gm_"), "{names:?}");
    assert_eq!(variables(&slim), names);
    assert_eq!(variables(&keep_lines(&full).expect("as before")), []);
}

/// Names and addresses of the variables that lie in memory.
fn variables(wasm: &[u8]) -> Vec<(String, u64)> {
    let sections = debug_sections(wasm);
    let dwarf = super::source::load(&sections).expect("loading cannot fail");
    let mut variables = Vec::new();
    let mut headers = dwarf.units();
    while let Some(header) = headers.next().expect("the DWARF is sound") {
        let unit = dwarf.unit(header).expect("the DWARF is sound");
        let mut entries = unit.entries();
        while let Some(entry) = entries.next_dfs().expect("the DWARF is sound") {
            let name = entry.attr_value(gimli::DW_AT_name);
            let (Some(name), Some(address)) = (name, address(&unit, entry)) else {
                continue;
            };
            let name = dwarf.attr_string(&unit, name).expect("names are there");
            variables.push((name.to_string_lossy().into_owned(), address));
        }
    }
    variables.sort();
    variables
}

/// Of what was not thrown away.
fn address(unit: &super::source::Unit<'_>, entry: &super::source::Entry<'_>) -> Option<u64> {
    let gimli::AttributeValue::Exprloc(location) = entry.attr_value(gimli::DW_AT_location)? else {
        return None;
    };
    let first = location.operations(unit.encoding()).next();
    match first.expect("the DWARF is sound")? {
        gimli::Operation::Address { address } => (address < 1 << 20).then_some(address),
        _ => None,
    }
}
