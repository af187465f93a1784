//! The guest's world: arguments, environment, standard streams and a temporary directory, and nothing else of the host.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::path::{Component, Path};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tempfile::TempDir;
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::p2::pipe::{MemoryInputPipe, MemoryOutputPipe};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

use super::clock::Clock;
use super::error::RunError;
use crate::module::printable_lines;
use crate::suite::{Command, Content};

/// Bytes at the end of what the guest wrote that are kept.
const KEPT_OUTPUT: usize = 4096;

/// Bytes that a stream takes at once.
const WRITE_PERMIT: usize = 1 << 16;

/// Hears what a guest writes, as it writes it: bytes of any kind, cut anywhere.
pub type Listener = Arc<dyn Fn(Stream, &[u8]) + Send + Sync>;

/// What a guest writes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Its standard output.
    Output,
    /// Its standard error.
    Errors,
}

/// A world that was made for one instance; its directory goes with it.
pub(crate) struct World {
    pub(crate) wasi: WasiP1Ctx,
    pub(crate) errors: Tail,
    _directory: TempDir,
}

impl World {
    /// A world with what the command is given, or an empty one.
    pub(crate) fn new(
        program: &str,
        command: Option<&Command>,
        clock: &Clock,
        listener: Option<Listener>,
    ) -> Result<World, RunError> {
        let directory =
            tempfile::tempdir().map_err(|source| unprepared("a temporary directory", source))?;
        let errors = Tail::heard(Stream::Errors, listener.clone());
        let mut wasi = WasiCtxBuilder::new();
        wasi.arg(program)
            .stdout(Tail::heard(Stream::Output, listener))
            .stderr(errors.clone())
            .wall_clock(clock.clone())
            .monotonic_clock(clock.clone())
            // The gate waits for the guest in any case.
            .allow_blocking_current_thread(true)
            .preopened_dir(directory.path(), "/", FsPerms::ReadWrite)
            .map_err(|error| {
                unprepared(
                    "the guest's directory",
                    std::io::Error::other(error.to_string()),
                )
            })?;
        if let Some(command) = command {
            furnish(&mut wasi, directory.path(), command)?;
        }
        Ok(World {
            wasi: wasi.build_p1(),
            errors,
            _directory: directory,
        })
    }
}

fn furnish(wasi: &mut WasiCtxBuilder, directory: &Path, command: &Command) -> Result<(), RunError> {
    wasi.args(&command.args);
    for (name, value) in &command.env {
        wasi.env(name, value);
    }
    if let Some(stdin) = &command.stdin {
        wasi.stdin(MemoryInputPipe::new(read(stdin, "stdin")?));
    }
    write_files(directory, &command.files)
}

fn write_files(directory: &Path, files: &BTreeMap<String, Content>) -> Result<(), RunError> {
    for (name, content) in files {
        let inside = Path::new(name).strip_prefix("/").unwrap_or(Path::new(name));
        let is_plain = |component| matches!(component, Component::Normal(_) | Component::CurDir);
        if !inside.components().all(is_plain) || inside.file_name().is_none() {
            return Err(RunError::OutsideWorld(name.into()));
        }
        let failed = |source| unprepared(name, source);
        let path = directory.join(inside);
        fs::create_dir_all(path.parent().expect("the path has a file name")).map_err(failed)?;
        fs::write(path, read(content, name)?).map_err(failed)?;
    }
    Ok(())
}

fn read(content: &Content, what: &str) -> Result<Vec<u8>, RunError> {
    match content {
        Content::Text(text) => Ok(text.clone().into_bytes()),
        Content::File(path) => fs::read(path)
            .map_err(|source| unprepared(&format!("{what} from {}", path.display()), source)),
    }
}

fn unprepared(what: &str, source: std::io::Error) -> RunError {
    RunError::World {
        what: what.into(),
        source,
    }
}

/// A stream that keeps the end of what is written to it.
#[derive(Clone)]
pub(crate) struct Tail {
    kept: Arc<Mutex<VecDeque<u8>>>,
    stream: Stream,
    listener: Option<Listener>,
}

impl Tail {
    fn heard(stream: Stream, listener: Option<Listener>) -> Tail {
        Tail {
            kept: Arc::default(),
            stream,
            listener,
        }
    }

    /// The last of what was written, as text that does not speak to a terminal.
    pub(crate) fn text(&self) -> String {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: Vec<u8> = kept.iter().copied().collect();
        printable_lines(&String::from_utf8_lossy(&bytes))
    }
}

impl StdoutStream for Tail {
    /// Asked for by WASI preview 3 only, which this engine is built without.
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(MemoryOutputPipe::new(KEPT_OUTPUT))
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl IsTerminal for Tail {
    fn is_terminal(&self) -> bool {
        false
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Tail {
    async fn ready(&mut self) {}
}

impl OutputStream for Tail {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        if let Some(listener) = &self.listener {
            listener(self.stream, &bytes);
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(bytes);
        let excess = kept.len().saturating_sub(KEPT_OUTPUT);
        kept.drain(..excess);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(WRITE_PERMIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_guest_writes_does_not_speak_to_the_terminal() {
        let mut tail = Tail::heard(Stream::Errors, None);
        let written = Bytes::from_static(b"thread panicked:\n\x1b[2J\xe2\x80\xaeover\r\n");
        tail.write(written).expect("it takes anything");
        assert_eq!(tail.text(), "thread panicked:\n\u{fffd}[2J\u{fffd}over\n");
    }
}
