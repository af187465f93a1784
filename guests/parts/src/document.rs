//! Documents to read, as compact as serde_json writes them.

use std::fmt::Write;

/// A catalogue of that many entries; every fourth one holds entries itself.
pub fn catalogue(entries: u32) -> String {
    let mut text = String::new();
    write_entries(&mut text, entries, 3);
    text
}

/// Lists in maps in lists.
pub fn nested(depth: u32) -> String {
    let opening = |level: u32| {
        if level.is_multiple_of(2) {
            "[true,"
        } else {
            "{\"inner\":"
        }
    };
    let closing = |level: u32| if level.is_multiple_of(2) { "]" } else { "}" };
    let mut text: String = (0..depth).map(opening).collect();
    text.push_str("null");
    text.extend((0..depth).rev().map(closing));
    text
}

fn write_entries(text: &mut String, entries: u32, levels: u32) {
    text.push('[');
    for entry in 0..entries {
        if entry > 0 {
            text.push(',');
        }
        write_entry(text, entry, levels);
    }
    text.push(']');
}

fn write_entry(text: &mut String, entry: u32, levels: u32) {
    let sold = entry.is_multiple_of(3);
    write!(text, "{{\"number\":{entry},\"title\":\"Entry \\\"{entry}\\\"\",\"sold\":{sold},\"price\":[{},-7]", entry * 19)
        .expect("a string takes all");
    if levels > 0 && entry % 4 == 3 {
        text.push_str(",\"parts\":");
        write_entries(text, entry / 2 + 1, levels - 1);
    }
    text.push_str(",\"note\":null}");
}
