//! Sites that the module's compiler numbered: how they are called, and what is to be said of them.

use crate::heap::SiteName;
use crate::module::Module;
use crate::report::Place;
use crate::run::Numbered;
use crate::suite::Unit;

/// The one frame that is known of such a site.
pub(super) fn place(name: &SiteName) -> Place {
    let (function, position) = match name {
        SiteName::Name(name) => parts(name),
        SiteName::Number(site) => (format!("site {site}"), None),
        SiteName::Beyond(last) => {
            let last = Unit::Count.format(f64::from(*last));
            (format!("sites beyond {last}"), None)
        }
    };
    let (file, line) = position.unzip();
    Place {
        function,
        file,
        line,
        inlined: false,
        library: false,
    }
}

/// A compiler names a site for its function, for its place, or for both: "card.ts:41 makeCard".
fn parts(name: &str) -> (String, Option<(String, u32)>) {
    let is_place = |word: &&str| position(word).is_some();
    let Some(place) = name.split_whitespace().find(is_place) else {
        return (name.to_owned(), None);
    };
    let others = name.split_whitespace().filter(|word| *word != place);
    let function = others.collect::<Vec<_>>().join(" ");
    match function.is_empty() {
        true => (name.trim().to_owned(), None),
        false => (function, position(place)),
    }
}

/// `card.ts:41`, or `card.ts:41:7`, perhaps in parentheses.
fn position(word: &str) -> Option<(String, u32)> {
    let word = word.trim_matches(['(', ')', '[', ']', ',']);
    let (rest, last) = word.rsplit_once(':')?;
    let last: u32 = last.parse().ok()?;
    let with_column = rest
        .rsplit_once(':')
        .and_then(|(file, line)| Some((file, line.parse().ok()?)));
    let (file, line) = with_column.unwrap_or((rest, last));
    let names_a_file = !file.is_empty() && !file.ends_with(':');
    names_a_file.then(|| (file.to_owned(), line))
}

/// What a reader of the figures should know.
pub(super) fn notes(numbered: &Numbered, module: &Module) -> Vec<String> {
    let mut notes = vec![
        "the compiler's sites count what is allocated, and nothing that is given back: what counts as live is all that was \
         ever allocated"
            .to_string(),
    ];
    if numbered.saturated > 0 {
        let sites = match numbered.saturated {
            1 => "1 site has".to_string(),
            more => format!("{more} sites have"),
        };
        notes.push(format!(
            "{sites} a counter that stopped at its largest value: the figures are the least that was allocated"
        ));
    }
    if let Ok(allocators) = module.allocators() {
        let names: Vec<String> = allocators
            .iter()
            .map(|allocator| format!("`{}`", allocator.name))
            .collect();
        notes.push(format!(
            "not counted, since the suite names the compiler's `sites`: {}",
            names.join(", ")
        ));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, function: &str, position: Option<(&str, u32)>) {
        let place = place(&SiteName::Name(name.into()));
        assert_eq!(place.function, function, "{name}");
        let expected = position.map(|(file, line)| (file.to_owned(), line));
        assert_eq!(place.file.zip(place.line), expected, "{name}");
    }

    #[test]
    fn names_have_a_function_and_a_place() {
        check("card.ts:41 makeCard", "makeCard", Some(("card.ts", 41)));
        check("makeCard (card.ts:41:7)", "makeCard", Some(("card.ts", 41)));
        check(
            "new Card<T> src/card.ts:41",
            "new Card<T>",
            Some(("src/card.ts", 41)),
        );
        check("card.ts:41", "card.ts:41", None);
        check("std::vec::push", "std::vec::push", None);
        check("makeCard", "makeCard", None);
    }

    #[test]
    fn sites_beyond_the_counters_are_one() {
        assert_eq!(
            place(&SiteName::Beyond(8191)).function,
            "sites beyond 8,191"
        );
        assert_eq!(place(&SiteName::Number(12)).function, "site 12");
    }
}
