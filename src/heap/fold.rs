//! Folding the log: events in, the heap out.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use super::blocks::{Block, Blocks, MOST_BLOCKS};
use super::cohorts::{Cohort, Cohorts};
use super::levels::Levels;
use super::lifetimes::Lifetimes;
use super::recording::{Count, Diagnostics, Mark, Recording, SiteRecord, Survivors};
use super::survey::{self, Roots, Seen, Survey};
use super::wrong_frees::{self, WrongFrees};
use crate::instrument::{Event, Width, decode};
use crate::module::CodeFrame;
use crate::run::{Log, MarkKind, Observer, Overwhelmed, View};

/// The heap as far as the log was read.
#[derive(Default)]
pub struct Fold {
    blocks: Blocks,
    cohorts: Cohorts,
    tallies: Vec<Tally>,
    /// Which sites stand for all contexts of a call site.
    folded: Vec<bool>,
    /// The stack of each site, once the run is over.
    stacks: Vec<Vec<CodeFrame>>,
    /// What the sites that held something held at the marks that reports compare.
    kept: Vec<(MarkKind, Vec<(u32, Count)>)>,
    survivors: Vec<(u32, Survivors)>,
    levels: Levels,
    live: Count,
    total: Count,
    /// The most since the latest mark; never more than `peak`.
    high: Count,
    peak: Count,
    peak_time: u64,
    /// All bytes that had been allocated by then.
    total_at_peak: u64,
    /// Counts the new maxima, so that a site can tell whether its share at the last one is known yet.
    peak_number: u64,
    /// The cycle that is under way; 0 before the baseline.
    cycle: u32,
    /// From where the lowest block ever began to where the highest one ended.
    span: Span,
    /// The block whose resize was announced.
    resized: Option<Cohort>,
    last_address: u64,
    marks: Vec<Mark>,
    diagnostics: Diagnostics,
    wrongly_freed: BTreeSet<u64>,
    /// Where the module's roots are, if that is known.
    roots: Option<Roots>,
    surveys: Vec<Survey>,
    /// The sites of what the program was started with.
    start_up: Vec<u32>,
}

/// What an event changes of a site, apart from all that is asked for at marks only.
#[derive(Clone, Copy, Default)]
struct Tally {
    live: Count,
    total: Count,
    at_peak: Count,
    /// The most that was live of this site alone.
    own_peak: Count,
    lifetimes: Lifetimes,
    /// The maximum for which `at_peak` holds.
    peak_number: u64,
    /// The cohort of the cycle that is under way, once it has one.
    cohort: Option<NonZeroU32>,
}

/// All memory in which there ever was a block.
#[derive(Clone, Copy)]
struct Span {
    start: u64,
    end: u64,
}

impl Default for Span {
    fn default() -> Span {
        Span {
            start: u64::MAX,
            end: 0,
        }
    }
}

impl Span {
    #[cold]
    fn widen(&mut self, start: u64, end: u64) {
        self.start = self.start.min(start);
        self.end = self.end.max(end);
    }

    /// None while there was no block.
    fn lowest(self) -> Option<u64> {
        (self.start <= self.end).then_some(self.start)
    }
}

impl Fold {
    /// A heap of a module whose roots are known, so that what is lost can be told from what is held.
    pub fn of(roots: Option<Roots>) -> Fold {
        Fold {
            roots,
            ..Fold::default()
        }
    }

    /// What is known once the run is over.
    pub fn finish(mut self) -> Recording {
        let mut sites = self.site_records();
        let (sampled, levels) = self.levels.finish();
        for (site, level) in levels {
            sites[site as usize].levels.push(level);
        }
        Recording {
            marks: self.marks,
            sampled,
            peak: self.peak,
            peak_time: self.peak_time,
            total_at_peak: self.total_at_peak,
            sites,
            wrong_frees: (self.diagnostics.unknown_frees == 0).then(WrongFrees::default),
            wrongly_freed: self.wrongly_freed,
            diagnostics: self.diagnostics,
            readings: Vec::new(),
            surveys: self.surveys,
            held_by_host: Vec::new(),
        }
    }

    fn site_records(&mut self) -> Vec<SiteRecord> {
        let mut stacks = std::mem::take(&mut self.stacks).into_iter();
        let end = self.total.bytes;
        let mut records: Vec<SiteRecord> = self
            .tallies
            .iter_mut()
            .zip(&self.folded)
            .map(|(tally, folded)| {
                tally.settle_peak(self.peak_number);
                SiteRecord {
                    stack: stacks.next().unwrap_or_default(),
                    folded: *folded,
                    total: tally.total,
                    at_peak: tally.at_peak,
                    own_peak: tally.own_peak,
                    lifetime: Some(tally.lifetimes.sum(tally.live.blocks, end)),
                    ..SiteRecord::default()
                }
            })
            .collect();
        for (kind, counts) in &self.kept {
            for (site, count) in counts {
                records[*site as usize].keep(*kind, *count);
            }
        }
        for (site, survivors) in &self.survivors {
            records[*site as usize].survivors.push(*survivors);
        }
        records
    }

    #[inline]
    fn event(&mut self, event: Event, time: u64) {
        match event {
            Event::Allocate {
                address,
                size,
                site,
            } => self.allocate(address, size, site, time),
            Event::Free { address } => self.free(address),
            Event::Release { address } => self.release(address),
            Event::Resize { address } => self.resized = self.take(address),
            Event::Alias { address } => self.blocks.alias(address, self.last_address),
        }
    }

    #[inline]
    fn allocate(&mut self, address: u64, size: u64, site: u32, time: u64) {
        self.diagnostics.events += 1;
        let site = self.known(site);
        let cohort = match self.resized.take() {
            // A block that grew is the block that it was.
            Some(before) if before.birth != self.cycle => self.cohorts.earlier(site, before.birth),
            _ => self.current_cohort(site),
        };
        self.cohorts.add(cohort);
        if let Some(lost) = self.blocks.insert(Block {
            address,
            size,
            cohort,
        }) {
            self.diagnostics.unseen_frees += 1;
            self.subtract(lost);
        }
        self.last_address = address;
        let end = address.saturating_add(size);
        if address < self.span.start || end > self.span.end {
            self.span.widen(address, end);
        }

        self.live.add(size);
        self.total.add(size);
        let tally = &mut self.tallies[site as usize];
        tally.settle_peak(self.peak_number);
        tally.live.add(size);
        tally.total.add(size);
        tally.lifetimes.begin(self.total.bytes);
        if tally.live.bytes > tally.own_peak.bytes {
            tally.own_peak = tally.live;
        }
        if self.live.bytes > self.high.bytes {
            self.rise(time);
        }
    }

    #[inline]
    fn rise(&mut self, time: u64) {
        self.high = self.live;
        if self.live.bytes > self.peak.bytes {
            self.peak = self.live;
            self.peak_time = time;
            self.total_at_peak = self.total.bytes;
            self.peak_number += 1;
        }
    }

    #[inline]
    fn free(&mut self, address: u64) {
        self.diagnostics.events += 1;
        self.take(address);
    }

    #[inline]
    fn take(&mut self, address: u64) -> Option<Cohort> {
        match self.blocks.remove(address) {
            Some(block) => Some(self.subtract(block)),
            None => {
                self.diagnostics.unknown_frees += 1;
                wrong_frees::note(&mut self.wrongly_freed, address);
                None
            }
        }
    }

    /// A collector gives back what it may have been seen to hand out, or not.
    fn release(&mut self, address: u64) {
        if let Some(block) = self.blocks.remove(address) {
            self.diagnostics.events += 1;
            self.subtract(block);
        }
    }

    #[inline]
    fn subtract(&mut self, block: Block) -> Cohort {
        let cohort = self.cohorts.subtract(block.cohort, self.cycle);
        let tally = &mut self.tallies[cohort.site as usize];
        tally.settle_peak(self.peak_number);
        tally.live.subtract(block.size);
        tally.lifetimes.end(self.total.bytes);
        self.live.subtract(block.size);
        cohort
    }

    #[inline]
    fn current_cohort(&mut self, site: u32) -> u32 {
        let tally = &mut self.tallies[site as usize];
        let number = match tally.cohort {
            Some(number) => number,
            None => {
                let number = self.cohorts.open(site, self.cycle);
                *tally.cohort.insert(NonZeroU32::MIN.saturating_add(number))
            }
        };
        number.get() - 1
    }

    /// The log is the guest's to write: a site that was never announced becomes one without a stack.
    #[inline]
    fn known(&mut self, site: u32) -> u32 {
        let known = self.tallies.len();
        if (site as usize) < known {
            return site;
        }
        self.add_site(false);
        known as u32
    }

    fn add_site(&mut self, folded: bool) {
        self.folded.push(folded);
        if self.tallies.len() == self.tallies.capacity() {
            // Doubled, as usual, most of what is kept of a program's contexts would be room for more of them.
            self.tallies.reserve_exact(self.tallies.len() / 8 + 64);
        }
        self.tallies.push(Tally {
            // Earlier maxima were reached without this site.
            peak_number: self.peak_number,
            ..Tally::default()
        });
    }

    /// Keeps what every site holds at one of the marks that reports compare.
    fn keep_sites(&mut self, kind: MarkKind) {
        if !matches!(kind, MarkKind::Cycle(_) | MarkKind::Idle(_)) {
            let live = (0..).zip(&self.tallies).map(|(site, it)| (site, it.live));
            let mut counts: Vec<_> = live.filter(|(_, live)| *live != Count::default()).collect();
            counts.shrink_to_fit();
            self.kept.push((kind, counts));
        }
    }

    fn take_levels(&mut self, kind: MarkKind) {
        let live = self.tallies.iter().map(|tally| tally.live);
        let mark = self.marks.len() as u32 - 1;
        self.levels.take(mark, kind, live);
        self.levels.thin(|mark| self.marks[mark as usize].kind);
    }

    fn begin_cycle(&mut self, cycle: u32) {
        self.cycle = cycle;
        let cohorts = self.tallies.iter_mut().filter_map(|it| it.cohort.take());
        self.cohorts
            .end_cycle(cohorts.map(|number| number.get() - 1));
    }

    fn count_survivors(&mut self) {
        let mut survivors: BTreeMap<(u32, u32), Count> = BTreeMap::new();
        for block in self.blocks.iter() {
            let Cohort { site, birth, .. } = self.cohorts.get(block.cohort);
            survivors.entry((site, birth)).or_default().add(block.size);
        }
        for ((site, cycle), live) in survivors {
            self.survivors.push((site, Survivors { cycle, live }));
        }
    }
}

impl Tally {
    /// Nothing happened here since the last maximum, so what is live now was live then.
    #[inline]
    fn settle_peak(&mut self, peak_number: u64) {
        if self.peak_number != peak_number {
            self.at_peak = self.live;
            self.peak_number = peak_number;
        }
    }
}

impl Observer for Fold {
    fn site(&mut self, stack: &[CodeFrame], folded: bool) {
        let functions = self.roots.as_ref().map(|roots| roots.start_up.as_slice());
        let is_start_up = |frame: &CodeFrame| {
            functions.is_some_and(|functions| functions.contains(&frame.function))
        };
        if stack.first().is_some_and(is_start_up) {
            self.start_up.push(self.tallies.len() as u32);
        }
        self.add_site(folded);
    }

    fn events(&mut self, width: Width, log: &[u8], time: u64) -> Result<(), Overwhelmed> {
        for event in decode(width, log) {
            self.event(event, time);
        }
        if self.blocks.are_too_many() {
            Err(Overwhelmed { most: MOST_BLOCKS })
        } else {
            Ok(())
        }
    }

    fn mark(&mut self, kind: MarkKind, time: u64, memory: u64) {
        let heap_span = self
            .span
            .lowest()
            .map_or(0, |lowest| memory.saturating_sub(lowest));
        self.marks.push(Mark {
            kind,
            time,
            live: self.live,
            total: self.total,
            peak: self.high,
            memory,
            heap_span,
        });
        self.high = self.live;
        self.keep_sites(kind);
        self.take_levels(kind);
        match kind {
            MarkKind::Baseline => self.begin_cycle(1),
            MarkKind::Cycle(cycle) => self.begin_cycle(cycle + 1),
            MarkKind::IdleEnd => self.count_survivors(),
            MarkKind::IdleStart | MarkKind::Idle(_) | MarkKind::Final => {}
        }
    }

    fn survey(&mut self, kind: MarkKind, view: &View<'_>) {
        let Some(roots) = &self.roots else {
            return;
        };
        // Blocks out of reach would be missing from what is lost, which would then seem to be nothing.
        if self.blocks.lie_beyond_32_bits() {
            return;
        }
        let live = survey::live(&self.blocks, &self.cohorts);
        let seen = Seen {
            lowest: self.span.lowest(),
            highest_end: self.span.end,
            start_up: &self.start_up,
        };
        let survey = survey::survey(kind, &live, seen, roots, view);
        self.surveys.push(survey);
    }

    fn finish(&mut self, log: Log, stacks: Vec<Vec<CodeFrame>>) {
        self.stacks = stacks;
        self.diagnostics.contexts = log.contexts;
        self.diagnostics.folded_allocations = log.folded_allocations;
    }
}
