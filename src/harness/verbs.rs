//! What the name of an export says of it: what begins, what ends, what goes on by itself.

/// Verbs of what makes something, or makes it ready.
const OPENERS: [&str; 18] = [
    "acquire",
    "attach",
    "begin",
    "connect",
    "construct",
    "create",
    "enter",
    "init",
    "initialise",
    "initialize",
    "instantiate",
    "make",
    "mount",
    "new",
    "open",
    "setup",
    "spawn",
    "start",
];

/// Verbs of what ends it again.
const CLOSERS: [&str; 25] = [
    "cleanup",
    "close",
    "deinit",
    "delete",
    "destroy",
    "destruct",
    "detach",
    "disconnect",
    "dispose",
    "drop",
    "end",
    "exit",
    "finalise",
    "finalize",
    "finish",
    "free",
    "leave",
    "release",
    "shutdown",
    "stop",
    "teardown",
    "term",
    "terminate",
    "uninit",
    "unmount",
];

/// What belongs to an allocator: the memory is the caller's then, and a story would have to use it.
const ALLOCATORS: [&str; 10] = [
    "alloc",
    "allocate",
    "calloc",
    "dealloc",
    "deallocate",
    "malloc",
    "realloc",
    "reallocate",
    "sbrk",
    "memalign",
];

/// What a host calls again and again, while nobody does anything.
const TICKS: [&str; 12] = [
    "animate",
    "frame",
    "heartbeat",
    "idle",
    "interval",
    "onframe",
    "poll",
    "pump",
    "raf",
    "tick",
    "timer",
    "update",
];

/// An export's name in its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words(Vec<String>);

/// What an export does, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Opener,
    Closer,
    Allocator,
    Tick,
    /// What the module is for.
    Action,
}

impl Words {
    /// `snake_case`, `camelCase`, and what is between dots and colons.
    pub(super) fn of(name: &str) -> Words {
        let mut words: Vec<String> = Vec::new();
        let mut previous = ' ';
        for character in name.chars() {
            let begins =
                !previous.is_alphanumeric() || previous.is_lowercase() && character.is_uppercase();
            match (character.is_alphanumeric(), words.last_mut()) {
                (false, _) => {}
                (true, Some(word)) if !begins => word.extend(character.to_lowercase()),
                (true, _) => words.push(character.to_lowercase().collect()),
            }
            previous = character;
        }
        Words(words)
    }

    pub(super) fn kind(&self) -> Kind {
        // What frees a document is no allocator, what frees anything is one.
        if self.has(&ALLOCATORS) || self.0 == ["free"] {
            Kind::Allocator
        } else if self.has(&CLOSERS) {
            Kind::Closer
        } else if self.has(&OPENERS) {
            Kind::Opener
        } else if self.has(&TICKS) {
            Kind::Tick
        } else {
            Kind::Action
        }
    }

    /// What is opened or closed: the name without the verb.
    pub(super) fn subject(&self) -> Words {
        let is_verb = |word: &&String| {
            let word = word.as_str();
            OPENERS.contains(&word) || CLOSERS.contains(&word)
        };
        Words(
            self.0
                .iter()
                .filter(|word| !is_verb(word))
                .cloned()
                .collect(),
        )
    }

    /// Whether all words of the other one are among these.
    pub(super) fn contains(&self, other: &Words) -> bool {
        other.0.iter().all(|word| self.0.contains(word))
    }

    fn has(&self, verbs: &[&str]) -> bool {
        self.0.iter().any(|word| verbs.contains(&word.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, kind: Kind, subject: &[&str]) {
        let words = Words::of(name);
        assert_eq!(words.kind(), kind, "{name}");
        assert_eq!(words.subject().0, subject, "{name}");
    }

    #[test]
    fn names_tell_what_begins_and_ends() {
        check("open", Kind::Opener, &[]);
        check("doc_new", Kind::Opener, &["doc"]);
        check("createTextDocument", Kind::Opener, &["text", "document"]);
        check("close_document", Kind::Closer, &["document"]);
        check("doc_free", Kind::Closer, &["doc"]);
        check("editor.Buffer#dispose", Kind::Closer, &["editor", "buffer"]);
    }

    #[test]
    fn the_rest_is_what_the_module_is_for() {
        check("edit", Kind::Action, &["edit"]);
        check("reopening", Kind::Action, &["reopening"]);
        check("on_frame", Kind::Tick, &["on", "frame"]);
        check("onTick", Kind::Tick, &["on", "tick"]);
        check("free", Kind::Allocator, &[]);
        check("buffer_alloc", Kind::Allocator, &["buffer", "alloc"]);
        check("", Kind::Action, &[]);
    }
}
