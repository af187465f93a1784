//! The feed: pages of events while it is scrolled, one new event a second while it idles.

use crate::cache::{AuthorCache, EmbedCache, EventCache};
use crate::server::{self, Event};

/// Events in a page.
const PAGE: u64 = 20;

/// Events that fit on the screen.
const VISIBLE: u64 = 4;

/// Frames between two looks for something new: once a second at 60 Hz.
const POLL_EVERY: u64 = 60;

pub struct Feed {
    events: EventCache,
    authors: AuthorCache,
    embeds: EmbedCache,
    /// The event that is fetched next.
    next: u64,
    /// Frames drawn so far.
    frames: u64,
}

impl Feed {
    pub fn new() -> Self {
        Feed {
            events: EventCache::new(),
            authors: AuthorCache::new(),
            embeds: EmbedCache::new(),
            next: 0,
            frames: 0,
        }
    }

    /// Fetches the next `pages` pages.
    pub fn scroll(&mut self, pages: u32) {
        for _ in 0..pages {
            for event in server::page(self.next, PAGE) {
                self.receive(event);
            }
            self.next += PAGE;
        }
    }

    /// Draws a frame, and once a second looks for a new event; gives the letters drawn.
    pub fn on_frame(&mut self) -> usize {
        self.frames += 1;
        if self.frames.is_multiple_of(POLL_EVERY) {
            self.poll();
        }
        self.draw()
    }

    /// Lays out what is visible; the lines live as long as the frame.
    fn draw(&self) -> usize {
        let visible = self.next.saturating_sub(VISIBLE)..self.next;
        let lines: Vec<&str> = visible
            .filter_map(|event| self.events.text(event))
            .collect();
        lines.iter().map(|line| line.len()).sum()
    }

    fn poll(&mut self) {
        self.receive(server::event(self.next));
        self.next += 1;
    }

    fn receive(&mut self, event: Event) {
        self.events.insert(event.id, &event.text);
        if !self.authors.contains(event.author) {
            self.authors.insert(event.author, event.avatar);
        }
        if let Some(picture) = event.picture {
            self.embeds.insert(event.id, picture);
        }
    }
}
