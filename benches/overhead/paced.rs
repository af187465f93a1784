//! An observer that times the cycles of a measured guest, and lets the plain one run between them.

use std::time::Instant;

use memgate::heap::Fold;
use memgate::instrument::Width;
use memgate::module::CodeFrame;
use memgate::run::{Aside, Log, MarkKind, Observer, Overwhelmed};

use crate::plain::Plain;

/// Folds the log as the gate does, with a clock beside it.
pub(crate) struct Paced {
    pub(crate) fold: Aside<Fold>,
    plain: Plain,
    n: u32,
    /// When the cycle under way began.
    began: Instant,
    /// Seconds of each cycle: plain, measured.
    pub(crate) cycles: Vec<(f64, f64)>,
    pub(crate) log_bytes: u64,
    pub(crate) log: Log,
}

impl Paced {
    pub(crate) fn new(plain: Plain, n: u32) -> Paced {
        Paced {
            fold: Aside::new(Fold::default()),
            plain,
            n,
            began: Instant::now(),
            cycles: Vec::new(),
            log_bytes: 0,
            log: Log::default(),
        }
    }
}

impl Observer for Paced {
    fn site(&mut self, stack: Vec<CodeFrame>, folded: bool) {
        self.fold.site(stack, folded);
    }

    fn events(&mut self, width: Width, log: &[u8], time: u64) -> Result<(), Overwhelmed> {
        self.log_bytes += log.len() as u64;
        self.fold.events(width, log, time)
    }

    fn mark(&mut self, kind: MarkKind, time: u64, memory: u64) {
        self.fold.mark(kind, time, memory);
        // What the guest did is measured once its log is folded.
        self.fold.settle();
        let measured = self.began.elapsed().as_secs_f64();
        if matches!(kind, MarkKind::Cycle(_)) {
            let began = Instant::now();
            self.plain
                .run(self.n)
                .expect("the plain module runs as well");
            self.cycles.push((began.elapsed().as_secs_f64(), measured));
        }
        self.began = Instant::now();
    }

    fn finish(&mut self, log: Log) {
        self.log = log;
        Observer::finish(&mut self.fold, log);
    }
}
