//! A feed reader as a page would load it: opened, scrolled, drawn sixty times a second, closed.
//! Its caches rotate; built with `--cfg leak` they only grow.

mod cache;
mod feed;
mod server;

use std::sync::{Mutex, MutexGuard};

use crate::feed::Feed;

/// What is open; calls do nothing while it is closed.
static FEED: Mutex<Option<Feed>> = Mutex::new(None);

#[unsafe(no_mangle)]
pub extern "C" fn open() {
    *lock() = Some(Feed::new());
}

#[unsafe(no_mangle)]
pub extern "C" fn scroll(pages: u32) {
    if let Some(feed) = lock().as_mut() {
        feed.scroll(pages);
    }
}

/// Gives the letters drawn.
#[unsafe(no_mangle)]
pub extern "C" fn on_frame() -> usize {
    match lock().as_mut() {
        Some(feed) => feed.on_frame(),
        None => 0,
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn close() {
    *lock() = None;
}

fn lock() -> MutexGuard<'static, Option<Feed>> {
    FEED.lock().expect("a panic ends the instance")
}
