//! Folding the log: events in, the heap out.

use std::collections::{BTreeMap, BTreeSet};

use super::blocks::{Block, Blocks, MOST_BLOCKS};
use super::recording::{Count, Diagnostics, Mark, Recording, SiteRecord, Survivors};
use super::wrong_frees::{self, WrongFrees};
use crate::instrument::{Event, Width, decode};
use crate::module::CodeFrame;
use crate::run::{Log, MarkKind, Observer, Overwhelmed};

/// The heap as far as the log was read.
#[derive(Default)]
pub struct Fold {
    blocks: Blocks,
    sites: Vec<SiteTally>,
    live: Count,
    total: Count,
    peak: Count,
    peak_time: u64,
    /// Counts the new maxima, so that a site can tell whether its share at the last one is known yet.
    peak_number: u64,
    /// The cycle that is under way; 0 before the baseline.
    cycle: u32,
    lowest_address: Option<u64>,
    /// The block whose resize was announced.
    resized: Option<Block>,
    last_address: u64,
    marks: Vec<Mark>,
    diagnostics: Diagnostics,
    wrongly_freed: BTreeSet<u64>,
}

/// A site while the log is read.
#[derive(Default)]
struct SiteTally {
    record: SiteRecord,
    live: Count,
    /// The maximum for which `record.at_peak` holds.
    peak_number: u64,
}

impl Fold {
    /// What is known once the run is over.
    pub fn finish(mut self) -> Recording {
        let peak_number = self.peak_number;
        for site in &mut self.sites {
            site.settle_peak(peak_number);
        }
        Recording {
            marks: self.marks,
            peak: self.peak,
            peak_time: self.peak_time,
            sites: self.sites.into_iter().map(|site| site.record).collect(),
            wrong_frees: (self.diagnostics.unknown_frees == 0).then(WrongFrees::default),
            wrongly_freed: self.wrongly_freed,
            diagnostics: self.diagnostics,
        }
    }

    fn event(&mut self, event: Event, time: u64) {
        match event {
            Event::Allocate {
                address,
                size,
                site,
            } => self.allocate(address, size, site, time),
            Event::Free { address } => self.free(address),
            Event::Resize { address } => self.resized = self.take(address),
            Event::Alias { address } => self.blocks.alias(address, self.last_address),
        }
    }

    fn allocate(&mut self, address: u64, size: u64, site: u32, time: u64) {
        self.diagnostics.events += 1;
        // A block that grew is the block that it was.
        let birth = self.resized.take().map_or(self.cycle, |block| block.birth);
        if let Some(lost) = self.blocks.insert(Block {
            address,
            size,
            site,
            birth,
        }) {
            self.diagnostics.unseen_frees += 1;
            self.subtract(lost);
        }
        self.last_address = address;
        self.lowest_address = Some(
            self.lowest_address
                .map_or(address, |lowest| lowest.min(address)),
        );

        let peak_number = self.peak_number;
        let tally = self.site(site);
        tally.settle_peak(peak_number);
        tally.live.add(size);
        tally.record.total.add(size);
        self.live.add(size);
        self.total.add(size);
        if self.live.bytes > self.peak.bytes {
            self.peak = self.live;
            self.peak_time = time;
            self.peak_number += 1;
        }
    }

    fn free(&mut self, address: u64) {
        self.diagnostics.events += 1;
        self.take(address);
    }

    fn take(&mut self, address: u64) -> Option<Block> {
        let block = self.blocks.remove(address);
        match block {
            Some(block) => self.subtract(block),
            None => {
                self.diagnostics.unknown_frees += 1;
                wrong_frees::note(&mut self.wrongly_freed, address);
            }
        }
        block
    }

    fn subtract(&mut self, block: Block) {
        let peak_number = self.peak_number;
        let tally = self.site(block.site);
        tally.settle_peak(peak_number);
        tally.live.subtract(block.size);
        self.live.subtract(block.size);
    }

    /// The log is the guest's to write: a site that was never announced becomes one without a stack.
    fn site(&mut self, site: u32) -> &mut SiteTally {
        let site = (site as usize).min(self.sites.len());
        if site == self.sites.len() {
            self.sites.push(SiteTally::default());
        }
        &mut self.sites[site]
    }

    /// Keeps what every site holds at one of the marks that reports compare.
    fn keep_sites(&mut self, kind: MarkKind) {
        for site in &mut self.sites {
            match kind {
                MarkKind::Baseline => site.record.at_baseline = site.live,
                MarkKind::IdleStart => site.record.at_idle_start = site.live,
                MarkKind::IdleEnd => site.record.at_idle_end = site.live,
                MarkKind::Final => site.record.at_end = site.live,
                MarkKind::Cycle(_) => {}
            }
        }
    }

    fn count_survivors(&mut self) {
        let mut survivors: BTreeMap<(u32, u32), Count> = BTreeMap::new();
        for block in self.blocks.iter() {
            survivors
                .entry((block.site, block.birth))
                .or_default()
                .add(block.size);
        }
        for ((site, cycle), live) in survivors {
            self.site(site)
                .record
                .survivors
                .push(Survivors { cycle, live });
        }
    }
}

impl SiteTally {
    /// Nothing happened here since the last maximum, so what is live now was live then.
    fn settle_peak(&mut self, peak_number: u64) {
        if self.peak_number != peak_number {
            self.record.at_peak = self.live;
            self.peak_number = peak_number;
        }
    }
}

impl Observer for Fold {
    fn site(&mut self, stack: Vec<CodeFrame>, folded: bool) {
        let record = SiteRecord {
            stack,
            folded,
            ..SiteRecord::default()
        };
        // Earlier maxima were reached without this site.
        let peak_number = self.peak_number;
        self.sites.push(SiteTally {
            record,
            live: Count::default(),
            peak_number,
        });
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
            .lowest_address
            .map_or(0, |lowest| memory.saturating_sub(lowest));
        self.marks.push(Mark {
            kind,
            time,
            live: self.live,
            total: self.total,
            memory,
            heap_span,
        });
        self.keep_sites(kind);
        match kind {
            MarkKind::Baseline => self.cycle = 1,
            MarkKind::Cycle(cycle) => self.cycle = cycle + 1,
            MarkKind::IdleEnd => self.count_survivors(),
            MarkKind::IdleStart | MarkKind::Final => {}
        }
    }

    fn finish(&mut self, log: Log) {
        self.diagnostics.contexts = log.contexts;
        self.diagnostics.folded_allocations = log.folded_allocations;
    }
}
