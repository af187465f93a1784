//! Listener never removed: a dialog listens to the window's size while it is open. With `leak`, closing it leaves the listener
//! in the window's list, and the listener holds the dialog's layout.

use std::sync::{Arc, Mutex};

#[derive(Default)]
struct Layout {
    width: u32,
    columns: [u32; 15],
}

type Listener = Box<dyn Fn(u32) + Send>;

static LISTENERS: Mutex<Vec<(u32, Listener)>> = Mutex::new(Vec::new());

#[inline(never)]
fn new_layout() -> Arc<Mutex<Layout>> {
    Arc::new(Mutex::new(Layout::default()))
}

#[inline(never)]
fn add_listener(id: u32, layout: Arc<Mutex<Layout>>) {
    let listener = Box::new(move |width| {
        let mut layout = layout.lock().expect("nobody panics");
        layout.width = width;
        layout.columns[0] = width / 2;
    });
    let mut listeners = LISTENERS.lock().expect("nobody panics");
    listeners.push((id, listener));
}

#[inline(never)]
fn remove_listener(removed: u32) {
    let mut listeners = LISTENERS.lock().expect("nobody panics");
    listeners.retain(|(id, _)| *id != removed);
}

/// Opens a dialog, changes the window's size, and closes the dialog.
#[unsafe(no_mangle)]
pub extern "C" fn listener_never_removed(width: u32) -> u32 {
    let layout = new_layout();
    add_listener(7, Arc::clone(&layout));
    for (_, resized) in LISTENERS.lock().expect("nobody panics").iter() {
        resized(width);
    }
    if !cfg!(leak) {
        remove_listener(7);
    }
    let layout = layout.lock().expect("nobody panics");
    layout.width + layout.columns[0]
}
