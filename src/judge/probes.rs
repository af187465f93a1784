//! What the module told of itself.

use super::NotMeasured;
use crate::heap::Recording;
use crate::run::MarkKind;
use crate::suite::{Scenario, Since};

/// Each value that was read is a number, but how far two of them are apart need not be one.
pub(super) fn check(scenario: &Scenario, recording: &Recording) -> Result<(), NotMeasured> {
    for probe in &scenario.probes {
        let apart = measure(&probe.name, scenario, recording);
        if apart.is_some_and(|apart| !apart.is_finite()) {
            return Err(NotMeasured::TooFarApart(probe.name.clone()));
        }
    }
    Ok(())
}

/// The value at idle end, or how far it is from that at an earlier mark. None where a mark was not read.
pub(super) fn measure(name: &str, scenario: &Scenario, recording: &Recording) -> Option<f64> {
    let index = scenario
        .probes
        .iter()
        .position(|probe| probe.name == name)?;
    let at = |mark: MarkKind| {
        let readings = &recording.readings;
        let reading = readings.iter().find(|reading| reading.mark == mark)?;
        reading.values.get(index).copied()
    };
    let value = at(MarkKind::IdleEnd)?;
    match scenario.probes[index].since {
        None => Some(value),
        Some(Since::Baseline) => Some(value - at(MarkKind::Baseline)?),
        Some(Since::IdleStart) => Some(value - at(MarkKind::IdleStart)?),
    }
}
