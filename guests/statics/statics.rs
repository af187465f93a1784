//! Statics of all sorts, as Rust has them.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, OnceLock};

pub mod cache {
    use super::*;

    pub struct Event {
        pub id: u32,
        pub text: String,
        pub next: Option<Box<Event>>,
    }

    /// A map that nothing is ever removed from.
    pub static EVENT_CACHE: Mutex<BTreeMap<u32, Event>> = Mutex::new(BTreeMap::new());
}

use cache::{EVENT_CACHE, Event};

enum State {
    Empty,
    One(Box<Event>),
    Many { events: Vec<Event>, open: bool },
}

static STATE: Mutex<State> = Mutex::new(State::Empty);
static NAMES: OnceLock<HashMap<String, u32>> = OnceLock::new();
static WORDS: LazyLock<Vec<&'static str>> = LazyLock::new(|| vec!["one", "two"]);
static HITS: AtomicUsize = AtomicUsize::new(7);
static ROUNDS: AtomicU32 = AtomicU32::new(1);
static LATEST: AtomicPtr<Event> = AtomicPtr::new(std::ptr::null_mut());
static LISTENERS: Mutex<Vec<Box<dyn Fn(u32) -> u32 + Send>>> = Mutex::new(Vec::new());
static TABLE: [Mutex<Option<String>>; 3] = [const { Mutex::new(None) }; 3];
static RATIOS: Mutex<[f32; 4]> = Mutex::new([0.5; 4]);

thread_local! {
    static CURRENT: RefCell<Option<Rc<Event>>> = const { RefCell::new(None) };
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    static LOADED: RefCell<Vec<u64>> = RefCell::new(vec![1]);
}

fn tick() -> u32 {
    static COUNT: AtomicU32 = AtomicU32::new(40);
    COUNT.fetch_add(1, Ordering::Relaxed)
}

fn event(id: u32) -> Event {
    Event { id, text: format!("event {id}"), next: None }
}

#[unsafe(no_mangle)]
pub extern "C" fn insert(id: u32) -> u32 {
    EVENT_CACHE.lock().unwrap().insert(id, event(id));
    let mut state = STATE.lock().unwrap();
    *state = match std::mem::replace(&mut *state, State::Empty) {
        State::Empty => State::One(Box::new(event(id))),
        State::One(mut first) => {
            first.next = Some(Box::new(event(id)));
            State::Many { events: vec![*first], open: id > 3 }
        }
        State::Many { mut events, open } => {
            events.push(event(id));
            State::Many { events, open: !open }
        }
    };
    NAMES.get_or_init(|| HashMap::from([("first".to_string(), id)]));
    HITS.fetch_add(WORDS.len(), Ordering::Relaxed);
    ROUNDS.fetch_add(1, Ordering::Relaxed);
    LATEST.store(Box::into_raw(Box::new(event(id))), Ordering::Relaxed);
    LISTENERS.lock().unwrap().push(Box::new(move |value| value + id));
    *TABLE[id as usize % 3].lock().unwrap() = Some(id.to_string());
    RATIOS.lock().unwrap()[id as usize % 4] += 0.5;
    CURRENT.with(|current| *current.borrow_mut() = Some(Rc::new(event(id))));
    DEPTH.with(|depth| depth.set(depth.get() + 1));
    LOADED.with(|loaded| loaded.borrow_mut().push(id.into()));
    tick()
}

#[unsafe(no_mangle)]
pub extern "C" fn check() -> u32 {
    let state = match &*STATE.lock().unwrap() {
        State::Empty => 0,
        State::One(event) => event.id + event.text.len() as u32,
        State::Many { events, open } => events.len() as u32 + u32::from(*open),
    };
    let listeners: u32 = LISTENERS.lock().unwrap().iter().map(|listener| listener(1)).sum();
    let ratio = RATIOS.lock().unwrap()[0] as u32;
    let names = NAMES.get().map_or(0, |names| names.len() as u32);
    let current = CURRENT.with(|current| current.borrow().as_ref().map_or(0, |event| event.id));
    let depth = DEPTH.with(Cell::get) + LOADED.with(|loaded| loaded.borrow().len() as u32);
    state + listeners + ratio + names + current + depth + ROUNDS.load(Ordering::Relaxed)
}
