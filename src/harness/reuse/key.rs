//! What a result depends on, as one hash.

use std::fmt::Debug;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::harness::modules;
use crate::judge::relative_metrics;
use crate::report::{VERSION, write};
use crate::snapshot;
use crate::suite::{Content, Date, Scenario, Step, Suite};

/// SHA-256.
pub(in crate::harness) type Hash = [u8; 32];

/// The hash of some bytes.
pub(in crate::harness) fn hash(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// The hash of a file, however large it is.
pub(in crate::harness) fn hash_file(path: &Path) -> io::Result<Hash> {
    let mut hash = Sha256::new();
    io::copy(&mut File::open(path)?, &mut hash)?;
    Ok(hash.finalize().into())
}

/// A hash over everything that a result depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::harness) struct Key(pub(super) Hash);

impl Key {
    pub(super) fn of(
        build: &Hash,
        root: &Path,
        suite: &Suite,
        scenario: &Scenario,
        module: Hash,
        today: Date,
    ) -> Option<Key> {
        let mut fields = Fields::default();
        fields.add(b"memgate");
        fields.add(env!("CARGO_PKG_VERSION").as_bytes());
        fields.add(&VERSION.to_le_bytes());
        fields.add(build);
        // The guest sees its name, and reports show it.
        fields.add(modules::name(suite).as_bytes());
        fields.add(&module);
        fields.add_shown(&suite.allocators);
        fields.add_shown(scenario);
        for content in contents(scenario) {
            if let Content::File(path) = content {
                fields.add(&hash_file(path).ok()?);
            }
        }
        // Which day it is makes no difference until it is the last one.
        let over = scenario.allow.iter().map(|it| it.is_over(today));
        fields.add_shown(&over.collect::<Vec<bool>>());
        if !relative_metrics(&scenario.thresholds).is_empty() {
            let accepted = snapshot::accepted_numbers(root, &suite.name, &scenario.name).ok()?;
            fields.add_shown(&accepted);
        }
        Some(Key(fields.0.finalize().into()))
    }

    /// As the name of a file.
    pub(super) fn name(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Fields in their order, none of which runs into the next.
#[derive(Default)]
struct Fields(Sha256);

impl Fields {
    fn add(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    /// A value as it is derived to be shown, which leaves no field out, nor one that is added later on, and is without
    /// comments, order of keys and ways of writing. Another memgate may show it differently: that one has other keys anyway.
    fn add_shown(&mut self, value: &impl Debug) {
        self.add(format!("{value:?}").as_bytes());
    }
}

/// What files and inputs of the scenario's commands hold, in the order of the story.
fn contents(scenario: &Scenario) -> Vec<&Content> {
    let stories = [&scenario.setup, &scenario.steps, &scenario.teardown];
    stories.into_iter().flatten().flat_map(of_step).collect()
}

fn of_step(step: &Step) -> Vec<&Content> {
    match step {
        Step::Run(command) => command.stdin.iter().chain(command.files.values()).collect(),
        Step::Repeat { steps, .. } => steps.iter().flat_map(of_step).collect(),
        Step::Call(_) | Step::Advance(_) => Vec::new(),
    }
}

/// The hash of the running binary: of memgate, of every library in it and of what it was built with, none of which a version
/// tells. A developer's rebuild is another one.
///
/// It is remembered in `folder`, since under nextest each trial is a process and would hash it again.
pub(super) fn build(folder: &Path) -> Option<Hash> {
    let executable = std::env::current_exe().ok()?;
    let identity = identity(&executable).ok()?;
    let name = hash(executable.as_os_str().as_encoded_bytes());
    let path = folder.join("builds").join(Key(name).name());
    let known = fs::read(&path).ok();
    if let Some(known) = known.and_then(|bytes| remembered(&bytes, &identity)) {
        return Some(known);
    }
    let build = hash_file(&executable).ok()?;
    // Where it cannot be remembered, it is found out again.
    let _ = write(&path, &[build, check(&build, &identity)].concat());
    Some(build)
}

fn remembered(bytes: &[u8], identity: &str) -> Option<Hash> {
    let (build, known) = bytes.split_first_chunk::<32>()?;
    (check(build, identity) == known).then_some(*build)
}

fn check(build: &Hash, identity: &str) -> Hash {
    hash(&[build, identity.as_bytes()].concat())
}

/// What changes whenever a file does.
fn identity(path: &Path) -> io::Result<String> {
    let metadata = path.metadata()?;
    let modified = metadata.modified()?;
    let (size, system) = (metadata.len(), of_system(&metadata));
    Ok(format!("{size} {modified:?} {system}"))
}

/// Nobody can set back the time at which a file's metadata changed.
#[cfg(unix)]
fn of_system(metadata: &fs::Metadata) -> String {
    use std::os::unix::fs::MetadataExt;
    let (device, number) = (metadata.dev(), metadata.ino());
    let (seconds, rest) = (metadata.ctime(), metadata.ctime_nsec());
    format!("{device} {number} {seconds} {rest}")
}

#[cfg(not(unix))]
fn of_system(metadata: &fs::Metadata) -> String {
    format!("{:?}", metadata.created().ok())
}
