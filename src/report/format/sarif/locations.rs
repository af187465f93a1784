//! Where findings are: the lines that allocate, and the way there.

use super::log::{
    ArtifactLocation, CodeFlow, Location, LogicalLocation, Message, PhysicalLocation, Region, Step,
    ThreadFlow,
};
use crate::report::format::Told;
use crate::report::format::text::clean;
use crate::report::names::own_frames;
use crate::report::value::{Place, SiteReport};

/// The root of the checkout.
const CHECKOUT: &str = "%SRCROOT%";

/// The program's own innermost line; none where no line is known.
pub(super) fn position(site: &SiteReport) -> Option<Location> {
    own_frames(&site.stack).into_iter().find_map(|place| {
        place.file.as_ref()?;
        Some(location(place))
    })
}

/// What stands for a line where there is none, since code scanning takes no finding without a file.
pub(super) fn module(told: &Told<'_>) -> Location {
    let scenario = LogicalLocation {
        fully_qualified_name: clean(&told.name),
        kind: "scenario",
    };
    Location {
        id: None,
        physical_location: Some(PhysicalLocation {
            artifact_location: artifact(&told.scenario.module),
            region: None,
        }),
        logical_locations: vec![scenario],
        message: None,
    }
}

/// Another site, numbered from 1.
pub(super) fn related((index, site): (usize, &&SiteReport)) -> Option<Location> {
    let mut location = position(site)?;
    let function = &own_frames(&site.stack).first()?.function;
    let class = site.class.as_ref();
    let class = class.map(|class| format!(": {}", class.words));
    let text = format!("{}{}", clean(function), clean(&class.unwrap_or_default()));
    location.id = Some(index + 1);
    location.message = Some(Message { text });
    Some(location)
}

/// From the outermost function to the allocation.
pub(super) fn code_flow(site: &SiteReport) -> Option<CodeFlow> {
    if site.stack.is_empty() {
        return None;
    }
    let step = |place: &Place| Step {
        location: Location {
            message: Some(Message {
                text: clean(&place.function),
            }),
            ..location(place)
        },
    };
    Some(CodeFlow {
        thread_flows: [ThreadFlow {
            locations: site.stack.iter().rev().map(step).collect(),
        }],
    })
}

fn location(place: &Place) -> Location {
    let file = place.file.as_deref();
    Location {
        id: None,
        physical_location: file.map(|file| PhysicalLocation {
            artifact_location: artifact(file),
            region: place
                .line
                .filter(|line| *line > 0)
                .map(|start_line| Region { start_line }),
        }),
        logical_locations: vec![LogicalLocation {
            fully_qualified_name: clean(&place.function),
            kind: "function",
        }],
        message: None,
    }
}

/// A path as an address: below the checkout, unless it says where it is.
fn artifact(path: &str) -> ArtifactLocation {
    let path = clean(path).replace('\\', "/");
    let has_drive = path.as_bytes().get(1) == Some(&b':');
    match (path.strip_prefix('/'), has_drive) {
        (Some(absolute), _) => absolute_artifact(absolute),
        (None, true) => absolute_artifact(&path),
        (None, false) => ArtifactLocation {
            uri: escaped(path.trim_start_matches("./")),
            uri_base_id: Some(CHECKOUT),
        },
    }
}

fn absolute_artifact(path: &str) -> ArtifactLocation {
    ArtifactLocation {
        uri: format!("file:///{}", escaped(path)),
        uri_base_id: None,
    }
}

/// Percent-encoded, but for what paths may have in addresses.
fn escaped(path: &str) -> String {
    let mut escaped = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                escaped.push(byte.into());
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, uri: &str, is_in_checkout: bool) {
        let artifact = artifact(path);
        assert_eq!(artifact.uri, uri);
        assert_eq!(artifact.uri_base_id.is_some(), is_in_checkout);
    }

    #[test]
    fn paths_become_addresses() {
        check("src/a b.rs", "src/a%20b.rs", true);
        check("./src/ß.rs", "src/%C3%9F.rs", true);
        check("/home/me/a.c", "file:///home/me/a.c", false);
        check("C:\\me\\a.c", "file:///C%3A/me/a.c", false);
        check("javascript:alert(1)", "javascript%3Aalert%281%29", true);
    }
}
