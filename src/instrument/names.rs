//! The name section, with function indices as they are now and names for what the rewrite added.

use std::collections::BTreeMap;

use wasm_encoder::{NameMap, NameSection};
use wasmparser::{Name, NameSectionReader};

use super::indices::Helper;
use super::plan::Plan;

/// The section's data; none where it cannot be read, since names are no more than a courtesy.
pub(crate) fn renumber(names: NameSectionReader<'_>, plan: &Plan<'_>) -> Option<Vec<u8>> {
    let mut section = NameSection::new();
    for name in names {
        if let Name::Function(functions) = name.ok()? {
            section.functions(&function_names(functions, plan)?);
        }
    }
    Some(section.as_custom().data.into_owned())
}

fn function_names(functions: wasmparser::NameMap<'_>, plan: &Plan<'_>) -> Option<NameMap> {
    let mut all = BTreeMap::new();
    for naming in functions {
        let naming = naming.ok()?;
        all.insert(plan.indices.body(naming.index), naming.name.to_string());
    }
    for (index, (_, function)) in (plan.indices.first_added()..).zip(plan.indices.added()) {
        if let Some(name) = all.get(&plan.indices.body(function)).cloned() {
            all.insert(index, name);
        }
    }
    for helper in Helper::ALL {
        all.insert(
            plan.indices.helper(helper),
            format!("memgate.{}", format!("{helper:?}").to_lowercase()),
        );
    }
    let mut map = NameMap::new();
    for (index, name) in &all {
        map.append(*index, name);
    }
    Some(map)
}
