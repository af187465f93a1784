//! An observer that works on a thread of its own, so that the guest does not wait for its log to be folded.

use std::panic;
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};

use super::observer::{Log, MarkKind, Observer, Overwhelmed, View};
use crate::instrument::Width;
use crate::module::CodeFrame;

/// Stretches of the log that may wait to be observed; then the guest waits.
const WAITING: usize = 8;

/// Hands all that it observes to another observer, in the same order, on another thread.
///
/// What the other observer gets to see is the same as without it. Only that it is overwhelmed may be known a few stretches of
/// the log later; it sees none of those.
pub struct Aside<O> {
    messages: SyncSender<Message>,
    /// Buffers whose content was observed.
    used: Receiver<Vec<u8>>,
    overwhelmed: Arc<OnceLock<Overwhelmed>>,
    observer: Arc<Mutex<O>>,
    worker: JoinHandle<()>,
}

enum Message {
    Site(Vec<CodeFrame>, bool),
    Events(Width, Vec<u8>, u64),
    Mark(MarkKind, u64, u64),
    Finish(Log, Vec<Vec<CodeFrame>>),
    /// Answered as soon as everything before it was observed.
    Settle(Sender<()>),
}

impl<O: Observer + Send + 'static> Aside<O> {
    /// Starts the thread.
    pub fn new(observer: O) -> Aside<O> {
        let (messages, received) = mpsc::sync_channel(WAITING);
        let (give_back, used) = mpsc::channel();
        let overwhelmed = Arc::new(OnceLock::new());
        let observer = Arc::new(Mutex::new(observer));
        let worker = Worker {
            observer: Arc::clone(&observer),
            give_back,
            overwhelmed: Arc::clone(&overwhelmed),
        };
        Aside {
            messages,
            used,
            overwhelmed,
            observer,
            worker: thread::spawn(move || worker.work(received)),
        }
    }

    /// Waits until everything was observed.
    pub fn settle(&self) {
        let (answer, settled) = mpsc::channel();
        self.send(Message::Settle(answer));
        // Without an answer the thread has panicked, which is told when the observer is asked for.
        settled.recv().ok();
    }

    /// The observer, once it has seen everything.
    ///
    /// # Panics
    ///
    /// If the observer panicked.
    pub fn into_inner(self) -> O {
        drop(self.messages);
        if let Err(panic) = self.worker.join() {
            panic::resume_unwind(panic);
        }
        let observer = Arc::into_inner(self.observer).expect("the thread is over");
        observer
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, message: Message) {
        self.messages.send(message).ok();
    }
}

impl<O: Observer + Send + 'static> Observer for Aside<O> {
    fn site(&mut self, stack: &[CodeFrame], folded: bool) {
        self.send(Message::Site(stack.to_vec(), folded));
    }

    fn events(&mut self, width: Width, log: &[u8], time: u64) -> Result<(), Overwhelmed> {
        let mut buffer = self.used.try_recv().unwrap_or_default();
        buffer.clear();
        buffer.extend_from_slice(log);
        self.send(Message::Events(width, buffer, time));
        self.overwhelmed.get().copied().map_or(Ok(()), Err)
    }

    fn mark(&mut self, kind: MarkKind, time: u64, memory: u64) {
        self.send(Message::Mark(kind, time, memory));
    }

    /// On the guest's own thread, which waits in any case, so that nothing of its memory is copied.
    fn survey(&mut self, kind: MarkKind, view: &View<'_>) {
        self.settle();
        if self.overwhelmed.get().is_none() {
            locked(&self.observer).survey(kind, view);
        }
    }

    fn finish(&mut self, log: Log, stacks: Vec<Vec<CodeFrame>>) {
        self.send(Message::Finish(log, stacks));
    }
}

fn locked<O>(observer: &Mutex<O>) -> MutexGuard<'_, O> {
    observer.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The other thread's side.
struct Worker<O> {
    observer: Arc<Mutex<O>>,
    give_back: Sender<Vec<u8>>,
    overwhelmed: Arc<OnceLock<Overwhelmed>>,
}

impl<O: Observer> Worker<O> {
    fn work(self, messages: Receiver<Message>) {
        for message in messages {
            // What comes after that is an accident of how far the guest got.
            let still_observes = self.overwhelmed.get().is_none();
            let mut observer = locked(&self.observer);
            match message {
                Message::Events(width, log, time) => {
                    if still_observes && let Err(overwhelmed) = observer.events(width, &log, time) {
                        self.overwhelmed.set(overwhelmed).ok();
                    }
                    self.give_back.send(log).ok();
                }
                Message::Settle(answer) => {
                    answer.send(()).ok();
                }
                Message::Finish(log, stacks) => observer.finish(log, stacks),
                Message::Site(stack, folded) if still_observes => observer.site(&stack, folded),
                Message::Mark(kind, time, memory) if still_observes => {
                    observer.mark(kind, time, memory);
                }
                Message::Site(..) | Message::Mark(..) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts what it sees, and can take three stretches.
    #[derive(Default)]
    struct Seen(Vec<String>);

    impl Observer for Seen {
        fn site(&mut self, stack: &[CodeFrame], _: bool) {
            self.0.push(format!("site {}", stack.len()));
        }

        fn events(&mut self, _: Width, log: &[u8], time: u64) -> Result<(), Overwhelmed> {
            self.0.push(format!("{} bytes at {time}", log.len()));
            if self.0.len() < 3 {
                Ok(())
            } else {
                Err(Overwhelmed { most: 3 })
            }
        }

        fn mark(&mut self, kind: MarkKind, _: u64, _: u64) {
            self.0.push(format!("{kind:?}"));
        }

        fn survey(&mut self, kind: MarkKind, view: &View<'_>) {
            self.0.push(format!("survey {kind:?} {:?}", view.memory));
        }

        fn finish(&mut self, _: Log, _: Vec<Vec<CodeFrame>>) {
            self.0.push("finish".into());
        }
    }

    #[test]
    fn everything_is_observed_in_order() {
        let mut aside = Aside::new(Seen::default());
        aside.site(&[], false);
        assert_eq!(aside.events(Width::Narrow, &[0; 12], 7), Ok(()));
        aside.settle();
        aside.mark(MarkKind::Baseline, 8, 0);
        aside.survey(MarkKind::Baseline, &view(&[9]));
        aside.finish(Log::default(), Vec::new());
        let seen = aside.into_inner().0;
        let expected = [
            "site 0",
            "12 bytes at 7",
            "Baseline",
            "survey Baseline [9]",
            "finish",
        ];
        assert_eq!(seen, expected);
    }

    fn view(memory: &[u8]) -> View<'_> {
        View {
            memory,
            width: Width::Narrow,
            globals: Vec::new(),
            kept: Vec::new(),
        }
    }

    #[test]
    fn an_observer_that_is_overwhelmed_sees_no_more() {
        let mut aside = Aside::new(Seen::default());
        for time in 0..3 {
            aside.events(Width::Narrow, &[0; 24], time).ok();
        }
        aside.settle();
        let more = aside.events(Width::Narrow, &[0; 24], 3);
        assert_eq!(more, Err(Overwhelmed { most: 3 }));
        aside.mark(MarkKind::Baseline, 8, 0);
        aside.survey(MarkKind::Baseline, &view(&[]));
        aside.finish(Log::default(), Vec::new());
        let seen = aside.into_inner().0;
        assert_eq!(seen.last().map(String::as_str), Some("finish"));
        assert_eq!(seen.len(), 4);
    }
}
