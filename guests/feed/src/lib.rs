//! A feed reader as a page would load it: opened, scrolled, drawn sixty times a second, closed.
//! Its caches rotate; built with `--cfg leak` they only grow.

mod cache;
mod feed;
mod server;

use std::cell::RefCell;

use crate::feed::Feed;

thread_local! {
    static FEED: RefCell<Option<Feed>> = const { RefCell::new(None) };
}

#[unsafe(no_mangle)]
pub extern "C" fn open() {
    FEED.set(Some(Feed::new()));
}

#[unsafe(no_mangle)]
pub extern "C" fn scroll(pages: u32) {
    with_feed(|feed| feed.scroll(pages))
}

#[unsafe(no_mangle)]
pub extern "C" fn on_frame() -> usize {
    with_feed(Feed::on_frame)
}

#[unsafe(no_mangle)]
pub extern "C" fn close() {
    FEED.set(None);
}

/// Does nothing while the feed is closed.
fn with_feed<R: Default>(action: impl FnOnce(&mut Feed) -> R) -> R {
    FEED.with_borrow_mut(|feed| feed.as_mut().map(action).unwrap_or_default())
}
