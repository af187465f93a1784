//! A line on a terminal for what takes more than a second; nothing in a pipe.

use std::io::{IsTerminal, stderr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::module::printable_row;

/// How long something takes before it is worth a line.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the line is drawn.
const PERIOD: Duration = Duration::from_millis(150);

/// What is under way, for all trials together.
#[derive(Clone)]
pub(super) struct Progress(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    activities: Vec<Activity>,
    next: u64,
    /// The line, while it is shown.
    bar: Option<ProgressBar>,
}

struct Activity {
    number: u64,
    since: Instant,
    message: String,
}

/// Something that is under way until it is dropped.
pub(super) struct Begun {
    progress: Arc<Mutex<State>>,
    number: u64,
}

impl Progress {
    /// With one thread, libtest leaves the cursor behind a trial's name, where a line would wipe it out.
    pub(super) fn new(has_threads: bool) -> Progress {
        let state = Arc::new(Mutex::new(State::default()));
        if has_threads && stderr().is_terminal() {
            let drawn = Arc::downgrade(&state);
            thread::spawn(move || {
                while let Some(state) = drawn.upgrade() {
                    lock(&state).draw();
                    drop(state);
                    thread::park_timeout(PERIOD);
                }
            });
        }
        Progress(state)
    }

    pub(super) fn begin(&self, message: String) -> Begun {
        let mut state = lock(&self.0);
        let number = state.next;
        state.next += 1;
        state.activities.push(Activity {
            number,
            since: Instant::now(),
            message,
        });
        Begun {
            progress: self.0.clone(),
            number,
        }
    }

    /// Clears the line, since something is about to be printed. It comes back when it is drawn next.
    pub(super) fn make_room(&self) {
        lock(&self.0).clear();
    }
}

impl State {
    fn draw(&mut self) {
        let slow = self
            .activities
            .iter()
            .filter(|activity| activity.since.elapsed() > PATIENCE);
        let messages: Vec<&str> = slow.map(|activity| activity.message.as_str()).collect();
        if messages.is_empty() {
            return self.clear();
        }
        // A build's command is what a suite says, and the line is drawn past all else that makes text fit to be shown.
        let message = messages.join(", ").replace('\n', " ");
        let message = printable_row(&message).into_owned();
        let bar = self.bar.get_or_insert_with(new_bar);
        bar.set_message(message);
        bar.tick();
    }

    fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        let mut state = lock(&self.progress);
        state
            .activities
            .retain(|activity| activity.number != self.number);
        if state.activities.is_empty() {
            state.clear();
        }
    }
}

/// One line, cut off where the terminal ends.
fn new_bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {wide_msg}");
    ProgressBar::new_spinner().with_style(style.expect("the template is right"))
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
