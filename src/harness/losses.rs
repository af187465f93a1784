//! What a reader should know of figures of what is lost.

use crate::heap::{Recording, Survey};
use crate::module::Module;
use crate::run::MarkKind;
use crate::suite::{Metric, Scenario, Unit};

/// Nothing where nobody asks how much is lost.
pub(super) fn notes(scenario: &Scenario, module: &Module, recording: &Recording) -> Vec<String> {
    let mut thresholds = scenario.thresholds.iter();
    let is_asked = thresholds.any(|threshold| {
        matches!(
            threshold.metric,
            Metric::Leaked | Metric::LeakedBlocks | Metric::Lost(_)
        )
    });
    let is_asked = is_asked || scenario.profiled;
    let survey = recording.survey(MarkKind::Final).filter(|_| is_asked);
    let told = survey.map(|survey| [look_alikes(survey), garbage(module, survey)]);
    let notes = told.into_iter().flatten().flatten();
    let can_be_known = !module.frees_unseen() && !module.memories().is_empty();
    let exited = exited(scenario, recording).filter(|_| is_asked && can_be_known);
    notes.chain(exited).collect()
}

/// Nobody looked, where a command did not come to its end by itself.
fn exited(scenario: &Scenario, recording: &Recording) -> Option<String> {
    let note = "nothing is known of what is lost: the command exited in the midst of its `main`, whose locals cannot be seen. Let \
                `main` return";
    let is_it = scenario.command().is_some() && recording.survey(MarkKind::Final).is_none();
    is_it.then(|| note.to_string())
}

/// What seems to be held may be lost.
fn look_alikes(survey: &Survey) -> Option<String> {
    let bytes = Unit::Bytes.format(survey.look_alikes.bytes as f64);
    let note = format!(
        "{bytes} count as reachable only because of words that look like addresses and are none by their type: they may be \
         lost as well"
    );
    (survey.look_alikes.blocks > 0).then_some(note)
}

/// What a collector would take is not lost.
fn garbage(module: &Module, survey: &Survey) -> Option<String> {
    let note = "what is lost may be garbage that the module's collector has not taken yet: let the last step collect it, in \
                AssemblyScript by `__collect`";
    let is_it = survey.losses.leaked().blocks > 0 && module.is_collected();
    is_it.then(|| note.to_string())
}
