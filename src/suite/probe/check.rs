//! What a probe of the right shape can still get wrong.

use super::{Probe, ProbeSource, Since};
use crate::suite::fault::Fault;
use crate::suite::metric::{Metric, SEPARATOR};
use crate::suite::node::Cursor;
use crate::suite::scalar;
use crate::suite::scenario::Scenario;
use crate::suite::step::{Argument, Call};

/// All that is wrong with the probes by themselves, `at` being their place in the file.
pub(in crate::suite) fn check(probes: &[Probe], at: Cursor) -> Vec<Fault> {
    let mut faults = Vec::new();
    for probe in probes {
        let at = at.get(&probe.name);
        faults.extend(check_name(&probe.name, at));
        if let ProbeSource::Call {
            call,
            field,
            string,
        } = &probe.source
        {
            faults.extend(check_call(call, field, at));
            if string.is_some() && at.find("field").is_none() {
                let fault = Fault::at(at.get("string").key_place(), "`string` needs a `field`");
                faults.push(fault.with_note(
                    "a probe is a number: say where in the string, which is read as JSON, it stands",
                ));
            }
        }
    }
    faults
}

/// What follows the accepted numbers in their file, where a probe's name would be taken for it.
pub(crate) const SEAL: &str = "seal";

/// A probe is a metric among the others.
fn check_name(name: &str, at: Cursor) -> Option<Fault> {
    if !scalar::is_name(name) {
        let message = format!("`{name}` cannot be the name of a probe");
        return Some(Fault::at(at.key_place(), message).with_note(scalar::ACCEPTED_NAMES));
    }
    if name == SEAL {
        let message = format!("`{name}` is the word before the seal of accepted numbers");
        let fault = Fault::at(at.key_place(), message);
        return Some(fault.with_note("give the probe another name"));
    }
    let is_taken = |metric: &Metric| metric.name().split(SEPARATOR).next() == Some(name);
    let taken = Metric::all().find(is_taken)?;
    let message = match taken.name() == name {
        true => format!("`{name}` is one of memgate's own metrics"),
        false => format!("`{name}` is a group of memgate's own metrics"),
    };
    Some(Fault::at(at.key_place(), message).with_note("give the probe a name of its own"))
}

fn check_call(call: &Call, field: &[String], at: Cursor) -> Option<Fault> {
    if field.iter().any(String::is_empty) {
        let fault = Fault::at(at.get("field").place(), "the field has no name");
        return Some(fault.with_note("accepted: names with dots in between, such as `heap.inuse`"));
    }
    let kept = |argument: &Argument| match argument {
        Argument::Kept(name) => Some(name.clone()),
        Argument::Integer(_) | Argument::Float(_) => None,
    };
    let mut arguments = call.args.iter().enumerate();
    let (index, name) = arguments.find_map(|(index, argument)| Some((index, kept(argument)?)))?;
    let place = at.get("args").item(index).place();
    let message = format!("a probe cannot use `${name}`: its arguments are numbers");
    Some(Fault::at(place, message))
}

/// What a scenario's story does not let the probes do, `at` being the place of the probes.
pub(in crate::suite) fn check_story(
    probes: &[Probe],
    scenario: &Scenario,
    at: Cursor,
) -> Vec<Fault> {
    if scenario.command().is_none() {
        return Vec::new();
    }
    let starts_at_baseline = scenario.marks.is_none_or(|marks| marks.baseline.is_none());
    let fault = |probe: &Probe| {
        let at = at.get(&probe.name);
        if let ProbeSource::Call { .. } = probe.source {
            let message = format!(
                "`{}` cannot be called: `{}` runs a command, which is under way at its marks",
                probe.name, scenario.name
            );
            let fault = Fault::at(at.get("call").key_place(), message);
            return Some(fault.with_note("read it from a `global` or from `memory`"));
        }
        if probe.since == Some(Since::Baseline) && starts_at_baseline {
            let message = format!(
                "the baseline of `{}` is its start, when there is nothing to read",
                scenario.name
            );
            let fault = Fault::at(at.get("since").place(), message);
            return Some(
                fault.with_note("give the scenario a mark: marks: { baseline: 90s, ... }"),
            );
        }
        None
    };
    probes.iter().filter_map(fault).collect()
}
