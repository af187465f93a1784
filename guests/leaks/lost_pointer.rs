//! Lost pointer: a window's title is set anew. With `leak`, the old one is forgotten instead of dropped.

use std::sync::Mutex;

struct Title([u8; 40]);

static TITLE: Mutex<Option<Box<Title>>> = Mutex::new(None);

#[inline(never)]
fn set_title(text: &str) {
    let mut title = Box::new(Title([0; 40]));
    title.0[..text.len()].copy_from_slice(text.as_bytes());
    let old = TITLE.lock().expect("nobody panics").replace(title);
    if cfg!(leak) {
        std::mem::forget(old);
    }
}

/// Opens two documents, one after the other, and gives the title's first letter.
#[unsafe(no_mangle)]
pub extern "C" fn lost_pointer() -> u32 {
    set_title("letter.txt - edited");
    set_title("minutes.txt");
    let title = TITLE.lock().expect("nobody panics");
    title.as_ref().map_or(0, |title| title.0[0].into())
}

#[unsafe(no_mangle)]
pub extern "C" fn lost_pointer_close() {
    *TITLE.lock().expect("nobody panics") = None;
}
