//! Doubling vector in steady use, no leak: events queue up for eight rounds and are dealt with all at once. The queue doubles
//! until it has room for eight rounds, and then never again.

use std::sync::Mutex;

struct Queue {
    events: Vec<u32>,
    rounds: u32,
}

static QUEUE: Mutex<Queue> = Mutex::new(Queue {
    events: Vec::new(),
    rounds: 0,
});

#[inline(never)]
fn push_event(queue: &mut Queue, event: u32) {
    queue.events.push(event);
}

/// Ten events more; gives the sum of those that were dealt with.
#[unsafe(no_mangle)]
pub extern "C" fn doubling_vector() -> u32 {
    let mut queue = QUEUE.lock().expect("nobody panics");
    for event in 0..10 {
        push_event(&mut queue, event);
    }
    queue.rounds += 1;
    if queue.rounds.is_multiple_of(8) {
        queue.events.drain(..).sum()
    } else {
        0
    }
}
