//! Cycle: a document and its window know each other. With `leak`, both own each other, and neither ever goes; without, the
//! window only observes the document.

use std::cell::RefCell;
use std::rc::Rc;

#[cfg(leak)]
type Back = Rc<Document>;
#[cfg(not(leak))]
type Back = std::rc::Weak<Document>;

struct Document {
    window: RefCell<Option<Rc<Window>>>,
    text: [u8; 56],
}

struct Window {
    #[expect(dead_code, reason = "what matters is that it is held")]
    document: Back,
    title: [u8; 28],
}

#[inline(never)]
fn new_document() -> Rc<Document> {
    Rc::new(Document {
        window: RefCell::new(None),
        text: [b'd'; 56],
    })
}

#[inline(never)]
fn open_window(document: &Rc<Document>) {
    #[cfg(leak)]
    let back = Rc::clone(document);
    #[cfg(not(leak))]
    let back = Rc::downgrade(document);
    let window = Rc::new(Window {
        document: back,
        title: [b'w'; 28],
    });
    *document.window.borrow_mut() = Some(window);
}

/// Opens a document in a window and drops the only handle to it.
#[unsafe(no_mangle)]
pub extern "C" fn cycle() -> u32 {
    let document = new_document();
    open_window(&document);
    let title = document
        .window
        .borrow()
        .as_ref()
        .map_or(0, |window| window.title[0]);
    u32::from(document.text[0]) + u32::from(title)
}
