//! The flags that say what is done to a module where no suite does.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::harness;
use crate::suite::{Call, Limits, NamedAllocator, parse_bytes, parse_duration};

/// What is done to the module.
#[derive(Args)]
pub(super) struct Story {
    /// Call an export: `open`, `edit(3, 100)`
    ///
    /// A result is kept with `document = open(4)`, for `edit($document, 1)`.
    #[arg(long, value_name = "CALL")]
    call: Vec<Call>,
    /// Call this once before the others
    #[arg(long, value_name = "CALL")]
    setup: Vec<Call>,
    /// Call this once after the others
    #[arg(long, value_name = "CALL")]
    teardown: Vec<Call>,
    /// How often the calls are repeated; from 3 on it is told what grows
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    cycles: u32,
    /// How often they are repeated before it is counted what is left
    #[arg(long, value_name = "NUMBER", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=1_000_000))]
    warmup: u32,
    /// What a command reads from its standard input; nothing by default
    #[arg(long, value_name = "FILE")]
    stdin: Option<PathBuf>,
    /// An environment variable of a command; there are no others
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    env: Vec<(String, String)>,
    /// A file or folder that a command finds in its own folder, as a copy
    #[arg(long, value_name = "HOST[::GUEST]")]
    dir: Vec<harness::Mapped>,
    /// A function that allocates or frees and that memgate does not know
    ///
    /// As in a suite's `allocators`: '{ allocate: take, size: 0 }'
    #[arg(long, value_name = "ALLOCATOR")]
    allocator: Vec<NamedAllocator>,
    /// Linear memory that the module may take
    #[arg(long, value_name = "SIZE", default_value = "1GB", value_parser = bytes)]
    memory: u64,
    /// Real time that it may take
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    timeout: Duration,
    /// Arguments of a command
    #[arg(last = true, value_name = "ARGUMENTS")]
    arguments: Vec<String>,
}

impl From<Story> for harness::Story {
    fn from(story: Story) -> harness::Story {
        harness::Story {
            setup: story.setup,
            calls: story.call,
            teardown: story.teardown,
            warmup: story.warmup,
            cycles: story.cycles,
            arguments: story.arguments,
            environment: story.env.into_iter().collect(),
            stdin: story.stdin,
            folders: story.dir,
            limits: Limits {
                memory: story.memory,
                timeout: story.timeout,
            },
            allocators: story.allocator,
        }
    }
}

fn variable(text: &str) -> Result<(String, String), String> {
    let variable = text.split_once('=').filter(|(name, _)| !name.is_empty());
    let (name, value) = variable
        .ok_or("a variable is given as NAME=VALUE: nothing of the host's own is passed on")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn bytes(text: &str) -> Result<u64, String> {
    match parse_bytes(text)? {
        bytes if bytes < 1 << 16 => {
            Err("no module fits into less than 64KB, which is one page".to_owned())
        }
        bytes => Ok(bytes),
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    match parse_duration(text)? {
        Duration::ZERO => Err("no time at all stops every module".to_owned()),
        duration => Ok(duration),
    }
}
