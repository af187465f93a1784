//! What a file is, told from its first bytes and its sections' sizes, before anything in it is believed.

use super::error::ModuleError;

const MAGIC: &[u8] = b"\0asm";
const CORE_VERSION: [u8; 2] = [1, 0];
const CORE_LAYER: [u8; 2] = [0, 0];
const COMPONENT_LAYER: [u8; 2] = [1, 0];
const HEADER_SIZE: usize = 8;

/// Refuses what is no core module, or only the beginning of one.
pub(super) fn check(module: &str, bytes: &[u8]) -> Result<(), ModuleError> {
    let module = module.to_owned();
    if bytes.is_empty() {
        return Err(ModuleError::Empty { module });
    }
    if !bytes.starts_with(MAGIC) {
        return Err(not_wasm(module, bytes));
    }
    let Some(header) = bytes.get(..HEADER_SIZE) else {
        return Err(ModuleError::Truncated {
            module,
            size: bytes.len(),
            section: "header",
            offset: 0,
            missing: HEADER_SIZE - bytes.len(),
        });
    };
    if header[6..] == COMPONENT_LAYER {
        return Err(ModuleError::Component { module });
    }
    if header[4..6] != CORE_VERSION || header[6..] != CORE_LAYER {
        let version = u32::from_le_bytes([header[4], header[5], header[6], header[7]]);
        return Err(ModuleError::UnknownVersion { module, version });
    }
    check_sections(module, bytes)
}

/// Walks the sections' sizes: a download or a build that was cut short ends inside one of them.
fn check_sections(module: String, bytes: &[u8]) -> Result<(), ModuleError> {
    let mut offset = HEADER_SIZE;
    while let Some(&id) = bytes.get(offset) {
        let section = section_name(id);
        let size = read_size(&bytes[offset + 1..]);
        let end = size.map(|(size, width)| offset + 1 + width + size);
        match end {
            Some(end) if end <= bytes.len() => offset = end,
            _ => {
                let missing = end.map_or(1, |end| end - bytes.len());
                return Err(ModuleError::Truncated {
                    module,
                    size: bytes.len(),
                    section,
                    offset,
                    missing,
                });
            }
        }
    }
    Ok(())
}

/// A LEB128 of at most five bytes and its width; `None` where the bytes end first.
/// An overlong one is taken as it is: the parser will refuse it with more to say.
fn read_size(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0;
    for (index, &byte) in bytes.iter().take(5).enumerate() {
        value |= ((byte & 0x7f) as usize) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, index + 1));
        }
    }
    (bytes.len() >= 5).then_some((0, 5))
}

fn section_name(id: u8) -> &'static str {
    const NAMES: [&str; 14] = [
        "custom",
        "type",
        "import",
        "function",
        "table",
        "memory",
        "global",
        "export",
        "start",
        "element",
        "code",
        "data",
        "data count",
        "tag",
    ];
    NAMES.get(id as usize).copied().unwrap_or("unknown")
}

fn not_wasm(module: String, bytes: &[u8]) -> ModuleError {
    let start = &bytes[..bytes.len().min(16)];
    ModuleError::NotWasm {
        module,
        start: start.escape_ascii().to_string(),
        advice: advice(bytes),
    }
}

/// What a file that is no wasm most likely is, and the way from there.
fn advice(bytes: &[u8]) -> &'static str {
    const KNOWN: &[(&[u8], &str)] = &[
        (
            b"\x1f\x8b",
            "it is gzip-compressed: unpack it with `gunzip`",
        ),
        (
            b"\x28\xb5\x2f\xfd",
            "it is zstd-compressed: unpack it with `unzstd`",
        ),
        (b"PK\x03\x04", "it is a zip archive: unpack it"),
        (
            b"\x7fELF",
            "it is a native program: build for a wasm target, such as wasm32-wasip1",
        ),
        (
            b"MZ",
            "it is a native program: build for a wasm target, such as wasm32-wasip1",
        ),
        (
            b"\xcf\xfa\xed\xfe",
            "it is a native program: build for a wasm target, such as wasm32-wasip1",
        ),
        (
            b"!<arch>\n",
            "it is a static library: link it into a module first",
        ),
        (
            b"BC\xc0\xde",
            "it is LLVM bitcode: link it into a module first",
        ),
        (
            b"version https://git-lfs",
            "it is a Git LFS pointer: fetch the file with `git lfs pull`",
        ),
    ];
    if let Some((_, advice)) = KNOWN.iter().find(|(start, _)| bytes.starts_with(start)) {
        return advice;
    }
    match first_word(bytes) {
        word if word.starts_with("<") => {
            "it looks like HTML or XML, perhaps an error page that was downloaded in its place"
        }
        word if word.starts_with("(") || word.starts_with(";;") => {
            "it looks like WebAssembly text: translate it with `wat2wasm` or `wasm-tools parse`"
        }
        _ => "a wasm file begins with `\\0asm`: is this the file that the build wrote?",
    }
}

fn first_word(bytes: &[u8]) -> &str {
    let start = &bytes[..bytes.len().min(64)];
    let text = match str::from_utf8(start) {
        Ok(text) => text,
        Err(error) => str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default(),
    };
    text.trim_start_matches('\u{feff}').trim_start()
}
