//! Allocation sites that the module's compiler numbered: what it tells of each allocation, or has counted in tables.

use std::borrow::Cow;
use std::collections::BTreeMap;

use wasmtime::{
    AsContext, AsContextMut, Caller, ExternType, FuncType, Instance, Linker, Memory, Module, Val,
    ValType,
};

use super::error::{RunError, did_you_mean, listed};
use super::guest::State;
use super::probes::address_in;
use crate::instrument::IMPORT_MODULE;
use crate::module::{LONGEST_NAME, printable};
use crate::suite::{CompilerSites, CountedBy, Unit, format_exact_bytes};

/// What the sites of a build allocated whose compiler numbered them. Nothing is said of what became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbered {
    /// How many counters there are; the last one is that of all sites beyond.
    pub capacity: u32,
    /// For each mark, in their order, what was allocated since the mark before.
    pub marks: Vec<Vec<Allocated>>,
    /// The names that the module has for the sites that allocated.
    pub names: BTreeMap<u32, String>,
    /// Whether there were more names than are kept.
    pub names_left_out: bool,
    /// The sites that have a counter which has stopped at its largest value.
    pub saturated: Vec<u32>,
}

/// What one site allocated between two marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allocated {
    /// The compiler's number for it.
    pub site: u32,
    /// Allocations.
    pub blocks: u64,
    /// Requested bytes.
    pub bytes: u64,
}

/// The sites of an instance: what they have come to, and where that is read.
pub(super) struct Sites {
    wanted: CompilerSites,
    tables: Option<Tables>,
    names: Option<NameTable>,
    /// What is left for names.
    name_bytes: usize,
    /// Blocks and bytes of each site up to now, and as they were at the mark before.
    now: Vec<(u64, u64)>,
    before: Vec<(u64, u64)>,
    pub(super) numbered: Numbered,
}

/// Tables in the module's memory.
#[derive(Clone, Copy)]
struct Tables {
    memory: Memory,
    counts: u64,
    sizes: u64,
    wide: bool,
}

/// The table of the sites' names, pointers of the memory's width.
#[derive(Clone, Copy)]
struct NameTable {
    memory: Memory,
    address: u64,
    is_64: bool,
}

/// Bytes that the names of all sites may take together; the sites beyond are known by their numbers.
const MOST_NAME_BYTES: usize = 16 << 20;

impl Sites {
    pub(super) fn new(sites: &CompilerSites) -> Sites {
        let none = vec![(0, 0); sites.capacity as usize];
        Sites {
            wanted: sites.clone(),
            tables: None,
            names: None,
            name_bytes: MOST_NAME_BYTES,
            now: none.clone(),
            before: none,
            numbered: Numbered {
                capacity: sites.capacity,
                ..Numbered::default()
            },
        }
    }

    /// The import by which the module tells of its allocations.
    pub(super) fn import(&self) -> Option<&str> {
        match &self.wanted.counted {
            CountedBy::Import(import) => Some(import),
            CountedBy::Tables { .. } => None,
        }
    }

    /// Finds the tables in the instance; `memory` is its linear memory.
    pub(super) fn find(
        &mut self,
        mut store: impl AsContextMut,
        instance: &Instance,
        memory: Option<Memory>,
    ) -> Result<(), RunError> {
        let mut at = |key: &str, name: &String| {
            let memory = memory.ok_or("lies in memory, and the module has none".to_owned());
            let table =
                memory.and_then(|memory| Ok((memory, address_in(name, &mut store, instance)?)));
            table.map_err(|cause| RunError::Sites(format!("`{key}` {cause}")))
        };
        if let CountedBy::Tables {
            counts,
            sizes,
            wide,
        } = &self.wanted.counted
        {
            let (memory, counts) = at("counts", counts)?;
            let (_, sizes) = at("sizes", sizes)?;
            self.tables = Some(Tables {
                memory,
                counts,
                sizes,
                wide: *wide,
            });
        }
        let names = self.wanted.names.as_ref();
        let names = names.map(|names| at("names", names)).transpose()?;
        self.names = names.map(|(memory, address)| NameTable {
            memory,
            address,
            is_64: memory.ty(&store).is_64(),
        });
        Ok(())
    }

    /// One allocation, as the module tells of it.
    fn log(&mut self, site: u64, bytes: u64) {
        let last = self.now.len() - 1;
        let site = usize::try_from(site).map_or(last, |site| site.min(last));
        let (blocks, sum) = self.now[site];
        self.now[site] = (blocks + 1, sum.saturating_add(bytes));
    }

    /// Takes what has come since the mark before.
    fn mark(&mut self) -> Result<Vec<u32>, RunError> {
        let mut allocated = Vec::new();
        for (site, (now, before)) in (0..).zip(self.now.iter().zip(&mut self.before)) {
            if now == before {
                continue;
            }
            let [blocks, bytes] =
                [(now.0, before.0), (now.1, before.1)].map(|(now, before)| now.checked_sub(before));
            let (Some(blocks), Some(bytes)) = (blocks, bytes) else {
                return Err(RunError::Sites(went_back(site, *before, *now)));
            };
            allocated.push(Allocated {
                site,
                blocks,
                bytes,
            });
            *before = *now;
        }
        let unnamed = allocated.iter().map(|allocated| allocated.site);
        let unnamed = unnamed.filter(|site| !self.numbered.names.contains_key(site));
        let unnamed = unnamed.collect();
        self.numbered.marks.push(allocated);
        Ok(unnamed)
    }
}

fn went_back(site: u32, before: (u64, u64), now: (u64, u64)) -> String {
    let shown = |(blocks, bytes): (u64, u64)| {
        let bytes = format_exact_bytes(bytes as f64);
        format!("{} of {bytes}", Unit::Blocks.format(blocks as f64))
    };
    format!(
        "site {site} went back from {} to {}: counters only rise, so this is no table of counters\n\
         look whether `counts` and `sizes` name the right tables, and `size_type` what they are made of",
        shown(before),
        shown(now)
    )
}

/// Links the import by which the module tells of its allocations.
pub(super) fn link<O: Send + 'static>(
    linker: &mut Linker<State<O>>,
    module: &Module,
    import: &str,
) -> Result<(), RunError> {
    let name = |module: &str, name: &str| format!("{module}.{name}");
    let found = module
        .imports()
        .find(|it| name(it.module(), it.name()) == import);
    let Some(found) = found else {
        let imports = module
            .imports()
            .filter(|it| it.module() != IMPORT_MODULE && matches!(it.ty(), ExternType::Func(_)));
        let imports: Vec<String> = imports.map(|it| name(it.module(), it.name())).collect();
        return Err(RunError::Sites(format!(
            "the module imports no function `{import}`{}\nit imports: {}",
            did_you_mean(import, &imports),
            listed(&imports, "functions")
        )));
    };
    let signature = match found.ty() {
        ExternType::Func(signature) if tells_of_allocations(&signature) => signature,
        other => {
            return Err(RunError::Sites(format!(
                "`{import}` is {} where memgate provides a function that takes a site and a size and returns nothing",
                shown(&other)
            )));
        }
    };
    let log = |mut caller: Caller<'_, State<O>>, arguments: &[Val], _: &mut [Val]| {
        if let (Some(sites), [site, bytes]) = (&mut caller.data_mut().sites, arguments) {
            sites.log(unsigned(site), unsigned(bytes));
        }
        Ok(())
    };
    let linked = linker.func_new(found.module(), found.name(), signature, log);
    linked
        .map(drop)
        .map_err(|error| RunError::Sites(format!("`{import}` cannot be provided: {error}")))
}

fn tells_of_allocations(signature: &FuncType) -> bool {
    let is_integer = |kind: ValType| matches!(kind, ValType::I32 | ValType::I64);
    signature.params().len() == 2
        && signature.params().all(is_integer)
        && signature.results().len() == 0
}

fn shown(kind: &ExternType) -> String {
    let ExternType::Func(signature) = kind else {
        return "no function".into();
    };
    let list = |types: Vec<String>| types.join(", ");
    let parameters = list(signature.params().map(|kind| kind.to_string()).collect());
    let results = list(signature.results().map(|kind| kind.to_string()).collect());
    format!("({parameters}) -> ({results})")
}

fn unsigned(value: &Val) -> u64 {
    match value {
        Val::I32(value) => u64::from(value.cast_unsigned()),
        Val::I64(value) => value.cast_unsigned(),
        _ => 0,
    }
}

/// Takes what the sites have come to at a mark.
pub(super) fn mark<O: 'static>(
    store: &mut impl AsContextMut<Data = State<O>>,
) -> wasmtime::Result<()> {
    // Out of the store while its memory is read.
    let Some(mut sites) = store.as_context_mut().data_mut().sites.take() else {
        return Ok(());
    };
    let marked = sites.read(&*store);
    store.as_context_mut().data_mut().sites = Some(sites);
    Ok(marked?)
}

impl Sites {
    fn read(&mut self, store: &impl AsContext) -> Result<(), RunError> {
        if let Some(tables) = self.tables {
            let memory = tables.memory.data(store);
            self.numbered.saturated.clear();
            for (site, now) in (0..).zip(&mut self.now) {
                *now = tables.entry(memory, site)?;
                if tables.is_saturated(*now) {
                    self.numbered.saturated.push(site);
                }
            }
        }
        let unnamed = self.mark()?;
        let Some(names) = self.names else {
            return Ok(());
        };
        let memory = names.memory.data(store);
        for site in unnamed {
            let Some(name) = names.name(memory, site)? else {
                continue;
            };
            match self.name_bytes.checked_sub(name.len()) {
                Some(left) => self.name_bytes = left,
                None => {
                    self.numbered.names_left_out = true;
                    self.names = None;
                    break;
                }
            }
            self.numbered.names.insert(site, name.into_owned());
        }
        Ok(())
    }
}

impl Tables {
    fn entry(&self, memory: &[u8], site: u32) -> Result<(u64, u64), RunError> {
        let count = word(memory, self.counts, site).map(u64::from);
        let size = match self.wide {
            true => long(memory, self.sizes, site),
            false => word(memory, self.sizes, site).map(u64::from),
        };
        count.zip(size).ok_or_else(|| outside(site, memory))
    }

    fn is_saturated(&self, (count, size): (u64, u64)) -> bool {
        let most = u64::from(u32::MAX);
        count == most || size == if self.wide { u64::MAX } else { most }
    }
}

impl NameTable {
    /// The name of a site; none where the table has none for it.
    fn name<'m>(&self, memory: &'m [u8], site: u32) -> Result<Option<Cow<'m, str>>, RunError> {
        let pointer = match self.is_64 {
            true => long(memory, self.address, site),
            false => word(memory, self.address, site).map(u64::from),
        };
        let pointer = pointer.ok_or_else(|| outside(site, memory))?;
        if pointer == 0 {
            return Ok(None);
        }
        let bytes = name_at(memory, pointer).ok_or_else(|| {
            RunError::Sites(format!(
                "site {site}'s name pointer is {pointer:#x}, and no zero-terminated text is there: look whether `names` is a \
                 table of pointers"
            ))
        })?;
        Ok(Some(printable(String::from_utf8_lossy(bytes))))
    }
}

/// The bytes from an address to the next zero, or as many of them as a name may have and one more, by which it is cut.
fn name_at(memory: &[u8], address: u64) -> Option<&[u8]> {
    let rest = memory.get(usize::try_from(address).ok()?..)?;
    let start = &rest[..rest.len().min(LONGEST_NAME + 1)];
    match start.iter().position(|byte| *byte == 0) {
        Some(end) => Some(&start[..end]),
        None => (start.len() > LONGEST_NAME).then_some(start),
    }
}

fn word(memory: &[u8], table: u64, site: u32) -> Option<u32> {
    entry(memory, table, site).map(u32::from_le_bytes)
}

fn long(memory: &[u8], table: u64, site: u32) -> Option<u64> {
    entry(memory, table, site).map(u64::from_le_bytes)
}

fn entry<const N: usize>(memory: &[u8], table: u64, site: u32) -> Option<[u8; N]> {
    let start = table.checked_add(u64::from(site) * N as u64)?;
    memory
        .get(usize::try_from(start).ok()?..)?
        .first_chunk()
        .copied()
}

fn outside(site: u32, memory: &[u8]) -> RunError {
    RunError::Sites(format!(
        "the entry of site {site} lies beyond the {} of memory: look whether `capacity` is that of the tables",
        format_exact_bytes(memory.len() as f64)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_name(text: &[u8], expected: Option<&str>) {
        let mut memory = vec![0; 8];
        memory.extend(text);
        let name = name_at(&memory, 8).map(|bytes| printable(String::from_utf8_lossy(bytes)));
        assert_eq!(name.as_deref(), expected);
    }

    #[test]
    fn names_are_cut_and_do_not_speak_to_the_terminal() {
        check_name(
            b"card.ts:41 makeCard\0and more",
            Some("card.ts:41 makeCard"),
        );
        check_name(b"\x1b[31mred\0", Some("\u{fffd}[31mred"));
        check_name("a\u{202e}b\0".as_bytes(), Some("a\u{fffd}b"));
        let cut = format!("{}…", "a".repeat(LONGEST_NAME));
        check_name(&vec![b'a'; 1 << 20], Some(&cut));
        check_name(b"without an end", None);
        assert_eq!(name_at(b"short", 6), None);
        assert_eq!(name_at(b"short", u64::MAX), None);
    }
}
