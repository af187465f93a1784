//! WASI preview 1 as the gate has it: wasmtime's own, but for what would differ from one machine or run to the next.
//!
//! Shadowed are sleeping (the virtual clock moves instead), randomness (seeded), the order of directories (sorted), and what
//! the host's file system says of inodes, links and times.

use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use wasmtime::{Caller, Extern, Linker, Memory};
use wasmtime_wasi::p1::types::{Errno, Error, Fd, Filestat, Filetype, Lookupflags};
use wasmtime_wasi::p1::wasi_snapshot_preview1::WasiSnapshotPreview1;
use wasmtime_wasi::p1::{self, WasiP1Ctx};
use wiggle::{GuestMemory, GuestPtr, GuestType};

use super::clock::WALL_EPOCH;
use super::guest::{State, advance};
use super::observer::Observer;
use super::poll;
use crate::splitmix;

const MODULE: &str = "wasi_snapshot_preview1";

/// Bytes of a directory entry before its name.
const DIRENT: usize = 24;

/// Provides WASI to every module that is linked.
pub(crate) fn link<O: Observer + Send + 'static>(
    linker: &mut Linker<State<O>>,
) -> wasmtime::Result<()> {
    p1::add_to_linker_sync(linker, |state| &mut state.world.wasi)?;
    linker.allow_shadowing(true);
    linker.func_wrap(MODULE, "random_get", random_get)?;
    linker.func_wrap(MODULE, "poll_oneoff", poll_oneoff)?;
    linker.func_wrap(MODULE, "fd_readdir", fd_readdir)?;
    linker.func_wrap(MODULE, "fd_filestat_get", fd_filestat_get)?;
    linker.func_wrap(MODULE, "path_filestat_get", path_filestat_get)?;
    linker.allow_shadowing(false);
    Ok(())
}

/// The guest's randomness, from a fixed seed.
#[derive(Debug, Default)]
pub(crate) struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        let (number, state) = splitmix::next(self.0);
        self.0 = state;
        number
    }
}

/// Inodes as the guest sees them: numbered in the order in which it meets them.
#[derive(Debug, Default)]
pub(crate) struct Inodes(HashMap<u64, u64>);

impl Inodes {
    fn number(&mut self, inode: u64) -> u64 {
        let next = self.0.len() as u64 + 1;
        *self.0.entry(inode).or_insert(next)
    }
}

fn random_get<O: Observer>(
    mut caller: Caller<'_, State<O>>,
    buffer: u32,
    length: u32,
) -> wasmtime::Result<u32> {
    let memory = guest_memory(&mut caller)?;
    let (data, state) = memory.data_and_store_mut(&mut caller);
    let Some(bytes) = range(data, buffer, length) else {
        return Ok(errno(Errno::Fault));
    };
    for chunk in bytes.chunks_mut(8) {
        chunk.copy_from_slice(&state.random.next().to_le_bytes()[..chunk.len()]);
    }
    Ok(errno(Errno::Success))
}

fn poll_oneoff<O: Observer>(
    mut caller: Caller<'_, State<O>>,
    subscriptions: u32,
    events: u32,
    count: u32,
    ready: u32,
) -> wasmtime::Result<u32> {
    if count == 0 {
        return Ok(errno(Errno::Inval));
    }
    let memory = guest_memory(&mut caller)?;
    let now = caller.data().clock.now();
    let Some(poll) = poll::Poll::read(memory.data(&caller), subscriptions, count, now) else {
        return Ok(errno(Errno::Fault));
    };
    advance(&mut caller, poll.until())?;
    let written = poll.write(memory.data_mut(&mut caller), events, ready);
    Ok(errno(if written.is_some() {
        Errno::Success
    } else {
        Errno::Fault
    }))
}

fn fd_readdir<O: Observer>(
    mut caller: Caller<'_, State<O>>,
    fd: u32,
    buffer: u32,
    length: u32,
    cookie: u64,
    used: u32,
) -> wasmtime::Result<u32> {
    let memory = guest_memory(&mut caller)?;
    let (data, state) = memory.data_and_store_mut(&mut caller);
    let listing = match whole_directory(&mut state.world.wasi, Fd::from(fd)) {
        Ok(listing) => sorted(&listing, &mut state.inodes),
        Err(error) => return error.downcast().map(errno),
    };
    let skipped = listing
        .iter()
        .take(usize::try_from(cookie).unwrap_or(usize::MAX))
        .map(Vec::len)
        .sum();
    let rest: Vec<u8> = listing.concat().split_off(skipped);
    let Some(buffer) = range(data, buffer, length) else {
        return Ok(errno(Errno::Fault));
    };
    let filled = rest.len().min(buffer.len());
    buffer[..filled].copy_from_slice(&rest[..filled]);
    let Some(used) = range(data, used, 4) else {
        return Ok(errno(Errno::Fault));
    };
    used.copy_from_slice(&(filled as u32).to_le_bytes());
    Ok(errno(Errno::Success))
}

/// Every entry of a directory, in the host's order.
fn whole_directory(wasi: &mut WasiP1Ctx, fd: Fd) -> Result<Vec<u8>, Error> {
    let mut scratch = vec![0; 1 << 14];
    loop {
        let length = scratch.len() as u32;
        let mut memory = GuestMemory::Unshared(&mut scratch);
        let filled = at_once(wasi.fd_readdir(&mut memory, fd, GuestPtr::new(0), length, 0))?;
        if filled < length {
            scratch.truncate(filled as usize);
            return Ok(scratch);
        }
        scratch.resize(2 * scratch.len(), 0);
    }
}

/// The entries by name, each whole, with the cookies of their new places.
fn sorted(listing: &[u8], inodes: &mut Inodes) -> Vec<Vec<u8>> {
    let mut entries = Vec::new();
    let mut rest = listing;
    while rest.len() >= DIRENT {
        let name_length =
            u32::from_le_bytes(rest[16..20].try_into().expect("four bytes were taken"));
        let (entry, after) = rest.split_at(DIRENT + name_length as usize);
        entries.push(entry.to_vec());
        rest = after;
    }
    entries.sort_by(|one, other| one[DIRENT..].cmp(&other[DIRENT..]));
    for (entry, next) in entries.iter_mut().zip(1_u64..) {
        let inode = u64::from_le_bytes(entry[8..16].try_into().expect("eight bytes were taken"));
        entry[0..8].copy_from_slice(&next.to_le_bytes());
        entry[8..16].copy_from_slice(&inodes.number(inode).to_le_bytes());
    }
    entries
}

fn fd_filestat_get<O: Observer>(
    mut caller: Caller<'_, State<O>>,
    fd: u32,
    output: u32,
) -> wasmtime::Result<u32> {
    let memory = guest_memory(&mut caller)?;
    let (data, state) = memory.data_and_store_mut(&mut caller);
    let mut guest = GuestMemory::Unshared(data);
    let stat = at_once(state.world.wasi.fd_filestat_get(&mut guest, Fd::from(fd)));
    write_stat(&mut guest, output, stat, &mut state.inodes)
}

fn path_filestat_get<O: Observer>(
    mut caller: Caller<'_, State<O>>,
    fd: u32,
    flags: u32,
    path: u32,
    path_length: u32,
    output: u32,
) -> wasmtime::Result<u32> {
    let memory = guest_memory(&mut caller)?;
    let (data, state) = memory.data_and_store_mut(&mut caller);
    let mut guest = GuestMemory::Unshared(data);
    let Ok(flags) = Lookupflags::try_from(flags) else {
        return Ok(errno(Errno::Inval));
    };
    let path = GuestPtr::<str>::new((path, path_length));
    let stat = at_once(
        state
            .world
            .wasi
            .path_filestat_get(&mut guest, Fd::from(fd), flags, path),
    );
    write_stat(&mut guest, output, stat, &mut state.inodes)
}

/// Writes what the guest may know of a file: no device, no host times, no sizes or links that differ by file system.
fn write_stat(
    memory: &mut GuestMemory<'_>,
    output: u32,
    stat: Result<Filestat, Error>,
    inodes: &mut Inodes,
) -> wasmtime::Result<u32> {
    let mut stat = match stat {
        Ok(stat) => stat,
        Err(error) => return error.downcast().map(errno),
    };
    let created = WALL_EPOCH.as_nanos() as u64;
    stat = Filestat {
        dev: 1,
        ino: inodes.number(stat.ino),
        atim: created,
        mtim: created,
        ctim: created,
        ..stat
    };
    if stat.filetype == Filetype::Directory {
        stat = Filestat {
            size: 0,
            nlink: 1,
            ..stat
        };
    }
    let written = Filestat::write(memory, GuestPtr::new(output), stat);
    Ok(errno(if written.is_ok() {
        Errno::Success
    } else {
        Errno::Fault
    }))
}

/// The memory that the guest's pointers mean.
fn guest_memory<T>(caller: &mut Caller<'_, T>) -> wasmtime::Result<Memory> {
    caller
        .get_export("memory")
        .and_then(Extern::into_memory)
        .ok_or_else(|| {
            wasmtime::Error::msg("the module uses WASI, but exports no memory named `memory`")
        })
}

fn range(data: &mut [u8], start: u32, length: u32) -> Option<&mut [u8]> {
    data.get_mut(start as usize..)?.get_mut(..length as usize)
}

fn errno(errno: Errno) -> u32 {
    errno as u32
}

/// The result of what never waits, since the current thread may block.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => unreachable!("file system calls block the current thread"),
    }
}
