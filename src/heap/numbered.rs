//! The heap of a build whose compiler numbered its allocation sites and counts them: nothing is known to be freed.

use std::collections::BTreeMap;

use super::recording::{Count, Level, Recording, SiteName, SiteRecord, Survivors};
use crate::run::{Allocated, MarkKind, Numbered, Reading};

impl Recording {
    /// Adds what the module told of itself, which is none of the fold's making.
    pub fn complete(&mut self, readings: Vec<Reading>, numbered: Option<&Numbered>) {
        self.readings = readings;
        if let Some(numbered) = numbered {
            self.fill(numbered);
        }
    }

    /// Fills in what the sites allocated, at the marks of a run in which nothing else was counted.
    fn fill(&mut self, numbered: &Numbered) {
        let mut sites: BTreeMap<u32, SiteRecord> = BTreeMap::new();
        let mut total = Count::default();
        // The cycle that is under way; none once idle time is over, when survivors were counted.
        let mut cycle = Some(0);
        for (index, (mark, allocated)) in (0..).zip(self.marks.iter_mut().zip(&numbered.marks)) {
            for allocated in allocated {
                total.add_all(allocated);
                let record = sites
                    .entry(allocated.site)
                    .or_insert_with(|| named(allocated.site, numbered));
                record.total.add_all(allocated);
                if let Some(cycle) = cycle {
                    record.survive(cycle, allocated);
                }
            }
            if total.bytes > self.peak.bytes {
                self.peak = total;
                (self.peak_time, self.total_at_peak) = (mark.time, total.bytes);
            }
            (mark.live, mark.total, mark.peak) = (total, total, total);
            let is_sampled = self.sampled.contains(&index);
            for record in sites.values_mut() {
                record.keep(mark.kind, record.total);
                if is_sampled {
                    record.level(index);
                }
            }
            cycle = match mark.kind {
                MarkKind::Baseline => Some(1),
                MarkKind::Cycle(cycle) => Some(cycle + 1),
                MarkKind::IdleStart | MarkKind::Idle(_) => cycle,
                MarkKind::IdleEnd | MarkKind::Final => None,
            };
        }
        self.diagnostics.events = total.blocks;
        self.sites = sites.into_values().collect();
        for site in &mut self.sites {
            (site.at_peak, site.own_peak) = (site.total, site.total);
        }
    }
}

fn named(site: u32, numbered: &Numbered) -> SiteRecord {
    SiteRecord {
        name: Some(SiteName::of(site, numbered)),
        ..SiteRecord::default()
    }
}

impl SiteName {
    /// What is known of the site with that number.
    pub(crate) fn of(site: u32, numbered: &Numbered) -> SiteName {
        let last = numbered.capacity.saturating_sub(1);
        match numbered.names.get(&site) {
            _ if site == last => SiteName::Beyond(last),
            Some(name) => SiteName::Name(name.clone()),
            None => SiteName::Number(site),
        }
    }
}

impl Count {
    fn add_all(&mut self, allocated: &Allocated) {
        self.bytes = self.bytes.saturating_add(allocated.bytes);
        self.blocks = self.blocks.saturating_add(allocated.blocks);
    }
}

impl SiteRecord {
    fn level(&mut self, mark: u32) {
        let live = self.total;
        if self.levels.last().is_none_or(|last| last.live != live) {
            self.levels.push(Level { mark, live });
        }
    }

    fn survive(&mut self, cycle: u32, allocated: &Allocated) {
        let known = self.survivors.last_mut().filter(|last| last.cycle == cycle);
        match known {
            Some(survivors) => survivors.live.add_all(allocated),
            None => {
                let mut live = Count::default();
                live.add_all(allocated);
                self.survivors.push(Survivors { cycle, live });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::Fold;
    use crate::run::Observer;

    #[test]
    fn what_came_between_marks_becomes_sites() {
        let kinds = [
            MarkKind::Baseline,
            MarkKind::Cycle(1),
            MarkKind::Cycle(2),
            MarkKind::IdleStart,
            MarkKind::IdleEnd,
            MarkKind::Final,
        ];
        let mut fold = Fold::default();
        for (time, kind) in (0..).zip(kinds) {
            fold.mark(kind, time, 65536);
        }
        let mut recording = fold.finish();
        let one = |site, bytes| Allocated {
            site,
            blocks: 1,
            bytes,
        };
        recording.fill(&Numbered {
            capacity: 8,
            marks: vec![
                vec![one(0, 100)],
                vec![one(7, 10)],
                vec![one(7, 20)],
                vec![],
                vec![one(0, 1)],
                vec![one(3, 5)],
            ],
            names: [(0, "a.ts:1 f".to_string())].into(),
            ..Numbered::default()
        });
        let live: Vec<u64> = recording.marks.iter().map(|mark| mark.live.bytes).collect();
        assert_eq!(live, [100, 110, 130, 130, 131, 136]);
        assert_eq!((recording.peak.bytes, recording.peak_time), (136, 5));
        let sites: Vec<_> = recording
            .sites
            .iter()
            .map(|site| {
                let born: Vec<u32> = site.survivors.iter().map(|born| born.cycle).collect();
                (
                    site.name.clone(),
                    [site.at_baseline, site.at_idle_end, site.at_end].map(|count| count.bytes),
                    born,
                )
            })
            .collect();
        let expected = [
            (
                Some(SiteName::Name("a.ts:1 f".into())),
                [100, 101, 101],
                vec![0, 3],
            ),
            (Some(SiteName::Number(3)), [0, 0, 5], vec![]),
            (Some(SiteName::Beyond(7)), [0, 30, 30], vec![1, 2]),
        ];
        assert_eq!(sites, expected);
    }
}
