//! A JSON document of trait objects: serde_json behind `dyn` readers and writers, parts behind `dyn Part`.
//! Whatever reads or writes a part calls itself through tables, as deep as the document is.

mod document;
mod part;

use std::sync::{Mutex, MutexGuard};

use crate::part::{BoxedPart, Part};

/// What `open` keeps, until `close`.
static OPEN: Mutex<Option<Box<dyn Part>>> = Mutex::new(None);

/// Reads a document with that many entries, writes it again, and gives what it weighs if both texts are the same.
#[unsafe(no_mangle)]
pub extern "C" fn copy(entries: u32) -> u32 {
    copy_text(&document::catalogue(entries))
}

/// The same for a document of lists in maps in lists. Writing passes through as many layers as the part lies deep, so
/// that the stack grows with the square of the depth.
#[unsafe(no_mangle)]
pub extern "C" fn copy_nested(depth: u32) -> u32 {
    copy_text(&document::nested(depth))
}

/// Reads lists in maps in lists, and gives what they weigh.
#[unsafe(no_mangle)]
pub extern "C" fn weigh_nested(depth: u32) -> u32 {
    let part = read(&document::nested(depth));
    part.expect("the document is sound").weight()
}

/// A text that ends too early: what was read of it is dropped on the way out.
#[unsafe(no_mangle)]
pub extern "C" fn break_off(entries: u32) -> u32 {
    let text = document::catalogue(entries);
    read(&text[..text.len() - 1]).is_err().into()
}

/// Reads a document and keeps it.
#[unsafe(no_mangle)]
pub extern "C" fn open(entries: u32) {
    let read = read(&document::catalogue(entries));
    *lock() = Some(read.expect("the document is sound"));
}

#[unsafe(no_mangle)]
pub extern "C" fn close() {
    *lock() = None;
}

fn copy_text(text: &str) -> u32 {
    let part = read(text).expect("the document is sound");
    if write(part.as_ref()) == text {
        part.weight()
    } else {
        0
    }
}

fn read(text: &str) -> Result<Box<dyn Part>, erased_serde::Error> {
    let mut json = serde_json::Deserializer::from_str(text);
    let mut reader: Box<dyn erased_serde::Deserializer> =
        Box::new(<dyn erased_serde::Deserializer>::erase(&mut json));
    erased_serde::deserialize(reader.as_mut()).map(|BoxedPart(part)| part)
}

fn write(part: &dyn Part) -> String {
    let mut text = Vec::new();
    write_to(&mut text, part);
    String::from_utf8(text).expect("JSON is text")
}

fn write_to(text: &mut Vec<u8>, part: &dyn Part) {
    let mut json = serde_json::Serializer::new(text);
    let mut writer: Box<dyn erased_serde::Serializer> =
        Box::new(<dyn erased_serde::Serializer>::erase(&mut json));
    part.erased_serialize(writer.as_mut())
        .expect("a vector takes all");
}

fn lock() -> MutexGuard<'static, Option<Box<dyn Part>>> {
    OPEN.lock().expect("a panic ends the instance")
}
