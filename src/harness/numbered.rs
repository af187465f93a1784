//! Sites that the module's compiler numbered: how they are called, and what is to be said of them.

use super::faults;
use crate::heap::SiteName;
use crate::module::Module;
use crate::report::{Fault, FaultKind, Place};
use crate::run::Numbered;
use crate::suite::{Scenario, Unit};

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

/// How many sites are named of those whose counters have stopped.
const SHOWN: usize = 3;

/// What a counter that has stopped hides no threshold would see.
pub(super) fn check(scenario: &Scenario, numbered: Option<&Numbered>) -> Result<(), Fault> {
    let Some(numbered) = numbered.filter(|numbered| !numbered.saturated.is_empty()) else {
        return Ok(());
    };
    let held = held_against(scenario);
    if held.is_empty() {
        return Ok(());
    }
    let cause = format!(
        "{}. What came after that is not counted, so that nothing can be held against {}.",
        stopped(numbered),
        held.join(", ")
    );
    let advice = "let the scenario do less, so that no counter comes to its end, or build with wider ones (`size_type: u64`). \
                  If it is that of the sites beyond, build with more counters and raise `capacity`. Or leave these bounds out, and \
                  hold `memory` against one";
    Err(Fault {
        advice: Some(advice.into()),
        ..faults::broken(
            FaultKind::CountersStopped,
            "the compiler's counters do not count to the end",
            cause,
        )
    })
}

/// The bounds on what the counters count, as the suite names them.
fn held_against(scenario: &Scenario) -> Vec<String> {
    let metrics = scenario.thresholds.iter().map(|bound| &bound.metric);
    let counted = metrics.filter(|metric| metric.is_of_allocations());
    let mut held: Vec<String> = counted.map(|metric| format!("`{metric}`")).collect();
    held.dedup();
    held.extend((!scenario.allow.is_empty()).then(|| "`allow`".into()));
    held
}

fn stopped(numbered: &Numbered) -> String {
    let all = &numbered.saturated;
    let shown = all.iter().take(SHOWN);
    let names = shown.map(|site| place(&SiteName::of(*site, numbered)).function);
    let names = names.collect::<Vec<_>>().join(", ");
    let more = match all.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    match all.len() {
        1 => format!("The counter of {names} stopped at its largest value"),
        _ => format!("The counters of {names}{more} stopped at their largest values"),
    }
}

/// What a reader of the figures should know.
pub(super) fn notes(numbered: &Numbered, module: &Module) -> Vec<String> {
    let mut notes = vec![
        "the compiler's sites count what is allocated, and nothing that is given back: what counts as live is all that was \
         ever allocated"
            .to_string(),
    ];
    if !numbered.saturated.is_empty() {
        let sites = match numbered.saturated.len() {
            1 => "1 site has".to_string(),
            more => format!("{more} sites have"),
        };
        notes.push(format!(
            "{sites} a counter that stopped at its largest value: the figures are the least that was allocated"
        ));
    }
    if numbered.names_left_out {
        notes.push(
            "the names of the compiler's sites take more than 16 MB: those beyond are known by their numbers"
                .to_string(),
        );
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
    use crate::suite::{Comparison, Limit, Metric, Threshold};

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

    /// Of a scenario with that bound, in which those of eight counters have stopped.
    #[track_caller]
    fn check_stopped(saturated: &[u32], metric: Option<Metric>, expected: Option<&str>) {
        let thresholds = metric.map(|metric| Threshold {
            metric,
            comparison: Comparison::Less,
            limit: Limit::Absolute(1.0),
        });
        let scenario = Scenario {
            thresholds: thresholds.into_iter().collect(),
            ..Scenario::of_steps("work", Vec::new())
        };
        let numbered = Numbered {
            capacity: 8,
            names: [(1, "makeCard".to_string())].into(),
            saturated: saturated.to_vec(),
            ..Numbered::default()
        };
        let fault = super::check(&scenario, Some(&numbered)).err();
        let cause = fault.map(|fault| fault.cause);
        match (&cause, expected) {
            (Some(cause), Some(expected)) => assert!(cause.starts_with(expected), "{cause}"),
            (cause, expected) => assert_eq!(cause.as_deref(), expected),
        }
    }

    #[test]
    fn a_counter_that_stopped_is_held_against_nothing() {
        let one = "The counter of makeCard stopped at its largest value.";
        check_stopped(&[1], Some(Metric::Delta), Some(one));
        let last = "The counter of sites beyond 7 stopped at its largest value.";
        check_stopped(&[7], Some(Metric::IdleRate), Some(last));
        let more = "The counters of site 0, makeCard, site 2 and 2 more stopped";
        check_stopped(&[0, 1, 2, 3, 7], Some(Metric::Total), Some(more));
        check_stopped(&[], Some(Metric::Delta), None);
        check_stopped(&[1], Some(Metric::Memory), None);
        check_stopped(&[1], None, None);
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
