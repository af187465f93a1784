//! Lost list head: the lines of a page own each other in turn. With `leak`, the page is cleared by forgetting its first line,
//! so that the first line is lost and all others with it.

use std::sync::Mutex;

struct Line {
    next: Option<Box<Line>>,
    number: u32,
    text: [u8; 32],
}

static PAGE: Mutex<Option<Box<Line>>> = Mutex::new(None);

#[inline(never)]
fn add_line(number: u32) {
    let mut page = PAGE.lock().expect("nobody panics");
    let text = *b"all work and no play, day by day";
    *page = Some(Box::new(Line {
        next: page.take(),
        number,
        text,
    }));
}

#[inline(never)]
fn clear_page() {
    let first = PAGE.lock().expect("nobody panics").take();
    if cfg!(leak) {
        std::mem::forget(first);
    }
}

/// Writes a page of five lines and clears it; gives the number of the line on top.
#[unsafe(no_mangle)]
pub extern "C" fn lost_list() -> u32 {
    (1..=5).for_each(add_line);
    let page = PAGE.lock().expect("nobody panics");
    let top = page
        .as_ref()
        .map_or(0, |line| line.number + u32::from(line.text[0]));
    drop(page);
    clear_page();
    top
}
