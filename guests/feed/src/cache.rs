//! What the feed has fetched already: three caches that keep their newest entries.

use std::collections::{HashMap, VecDeque};

/// The texts of events, by event.
pub struct EventCache(Cache<Box<str>>);

impl EventCache {
    pub fn new() -> Self {
        EventCache(Cache::new(200))
    }

    pub fn text(&self, event: u64) -> Option<&str> {
        self.0.entries.get(&event).map(|text| &**text)
    }

    pub fn insert(&mut self, event: u64, text: &str) {
        self.0.insert(event, Box::from(text));
    }
}

/// The small pictures of those who wrote them, by author.
pub struct AuthorCache(Cache<Box<[u8]>>);

impl AuthorCache {
    pub fn new() -> Self {
        AuthorCache(Cache::new(50))
    }

    pub fn contains(&self, author: u64) -> bool {
        self.0.entries.contains_key(&author)
    }

    pub fn insert(&mut self, author: u64, avatar: &[u8]) {
        self.0.insert(author, Box::from(avatar));
    }
}

/// The pictures that events embed, by event.
pub struct EmbedCache(Cache<Box<[u8]>>);

impl EmbedCache {
    pub fn new() -> Self {
        EmbedCache(Cache::new(20))
    }

    pub fn insert(&mut self, event: u64, picture: &[u8]) {
        self.0.insert(event, Box::from(picture));
    }
}

/// The newest `capacity` values, by key.
struct Cache<V> {
    entries: HashMap<u64, V>,
    /// The keys, oldest first.
    order: VecDeque<u64>,
    capacity: usize,
}

impl<V> Cache<V> {
    fn new(capacity: usize) -> Self {
        Cache {
            entries: HashMap::new(),
            order: VecDeque::new(),
            capacity,
        }
    }

    fn insert(&mut self, key: u64, value: V) {
        if self.entries.insert(key, value).is_none() {
            self.order.push_back(key);
        }
        // The planted leak: nothing is ever evicted.
        if !cfg!(leak) {
            self.rotate();
        }
    }

    fn rotate(&mut self) {
        while self.order.len() > self.capacity {
            if let Some(oldest) = self.order.pop_front() {
                self.entries.remove(&oldest);
            }
        }
    }
}
