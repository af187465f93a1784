//! Telling a module its stories, and writing down those that can be told, with what they came to.

use std::path::Path;

use super::bounds::bounds;
use super::stories::{LeftOut, Plan, plans};
use super::text::{Written, suite as suite_text};
use crate::harness::faults;
use crate::harness::gate::Gate;
use crate::module::Module;
use crate::report::{Fault, ScenarioReport};
use crate::suite::{self, Command, ModuleSource, Scenario, Step, Suite};

/// A suite of a module that was run.
pub(super) struct Measured {
    /// The file's text.
    pub(super) text: String,
    /// The same, read back.
    pub(super) suite: Suite,
    /// What the module is and does, in a few lines.
    pub(super) told: String,
}

/// Why a story cannot be told.
enum Failed {
    Fault(Fault),
    /// It has results that no suite could hold it to.
    Nothing,
}

/// The suite at `path` for a module that the suite calls `written`.
pub(super) fn measured(
    gate: &Gate,
    path: &Path,
    file: &Path,
    written: &str,
    module: &Module,
) -> Result<Measured, String> {
    let (plans, left_out) = plans(module);
    if plans.is_empty() {
        return Err(nothing_to_call(module, &left_out));
    }
    let teller = Teller {
        gate,
        module,
        suite: Suite {
            name: "init".to_string(),
            path: path.to_path_buf(),
            module: ModuleSource::File(file.to_path_buf()),
            allocators: Vec::new(),
            sites: None,
            scenarios: Vec::new(),
        },
    };
    let mut scenarios: Vec<Written> = plans.iter().map(|plan| teller.written(plan)).collect();
    let working = scenarios.iter().filter(|it| !it.is_comment).count();
    if working == 0 {
        // One that fails tells why; none would be a suite of nothing.
        scenarios[0].is_comment = false;
    }
    let told = told(module, working, scenarios.len(), left_out.len()) + &findings(&scenarios);
    let text = suite_text(
        written,
        module.allocators().err().as_ref(),
        &scenarios,
        &left_out,
    );
    let suite = suite::read(path, &text).map_err(|errors| {
        format!("the gate broke: the suite that was made is no suite, which is a fault of memgate's own\n\n{errors}\n\n{text}")
    })?;
    Ok(Measured { text, suite, told })
}

fn nothing_to_call(module: &Module, left_out: &[LeftOut]) -> String {
    let mut text = format!(
        "error: {} is no command, and no export of it can be called by itself",
        module.name()
    );
    for LeftOut { export, why } in left_out.iter().take(10) {
        text.push_str(&format!(
            "\n  {}: {why}",
            crate::module::printable(export.as_str())
        ));
    }
    text + "\nsay with `memgate profile MODULE --call ...` what it does, and write a suite of that by hand"
}

fn told(module: &Module, working: usize, all: usize, left_out: usize) -> String {
    if module.is_command() {
        return "is a command, which is run".to_string();
    }
    let counted = |number: usize, noun: &str| {
        let ending = if number == 1 { "" } else { "s" };
        format!("{number} {noun}{ending}")
    };
    let mut told = format!(
        "is driven through its exports: {}",
        counted(working, "scenario")
    );
    if all > working {
        told.push_str(&format!(", {} that cannot be told", all - working));
    }
    if left_out > 0 {
        let exports = counted(left_out, "export");
        told.push_str(&format!(", {exports} not called alone"));
    }
    told
}

/// What is not as it should be, a line each.
fn findings(scenarios: &[Written]) -> String {
    let remarks = scenarios.iter().flat_map(|written| {
        let bounds = written
            .bounds
            .iter()
            .filter_map(|bound| bound.remark.as_ref());
        bounds.map(|remark| format!("\n  {}: {remark}", written.scenario.name))
    });
    remarks.collect()
}

struct Teller<'a> {
    gate: &'a Gate,
    module: &'a Module,
    suite: Suite,
}

impl Teller<'_> {
    /// The first way that can be told, or the first one with the reason why not.
    fn written(&self, plan: &Plan) -> Written {
        let mut first = None;
        for way in &plan.ways {
            let failed = match self.tell(way) {
                Ok(written) => return written,
                Err(failed) => failed,
            };
            let is_last = matches!(&failed, Failed::Fault(fault) if !may_go_otherwise(fault));
            first.get_or_insert((way, failed));
            if is_last {
                break;
            }
        }
        let (way, failed) = first.expect("a plan has a way");
        Written {
            scenario: as_written(way),
            bounds: Vec::new(),
            remarks: reasons(&plan.subject, &failed),
            is_comment: true,
        }
    }

    fn tell(&self, way: &Scenario) -> Result<Written, Failed> {
        let report = self.gate.scenario(&self.suite, way);
        let exit = report.fault.as_ref().and_then(faults::exit_code);
        match (report.fault.as_ref(), exit) {
            (None, _) => self.held(way, &report, Vec::new()),
            (Some(_), Some(code)) if code != 0 => self.tell_exit(code),
            (Some(fault), _) => Err(Failed::Fault(fault.clone())),
        }
    }

    /// A command that exits otherwise than with 0 mostly wants arguments.
    fn tell_exit(&self, exit: i32) -> Result<Written, Failed> {
        let command = Command {
            exit,
            ..Command::default()
        };
        let way = Scenario::of_steps("run", vec![Step::Run(command)]);
        let report = self.gate.scenario(&self.suite, &way);
        if let Some(fault) = report.fault {
            return Err(Failed::Fault(fault));
        }
        let remark = format!(
            "without arguments it exits with {exit}: give it some, as in run: {{ args: [\"--help\"] }}"
        );
        self.held(&way, &report, vec![remark])
    }

    fn held(
        &self,
        way: &Scenario,
        report: &ScenarioReport,
        mut remarks: Vec<String>,
    ) -> Result<Written, Failed> {
        let bounds = bounds(report, self.module.frees_unseen());
        if bounds.is_empty() {
            return Err(Failed::Nothing);
        }
        if self.module.frees_unseen() {
            remarks.push(
                "what its collector takes back cannot be seen: only what it allocates is held"
                    .to_string(),
            );
        }
        Ok(Written {
            scenario: as_written(way),
            bounds,
            remarks,
            is_comment: false,
        })
    }
}

/// Whether other arguments may lead elsewhere: what takes too long would take as long again, and what cannot be run cannot be run.
fn may_go_otherwise(fault: &Fault) -> bool {
    !fault.headline.starts_with("the gate broke")
        && fault.advice.as_deref() != Some(faults::RAISE_TIMEOUT)
}

/// The limits with which stories are tried are no part of them.
fn as_written(way: &Scenario) -> Scenario {
    Scenario {
        limits: suite::Limits::default(),
        ..way.clone()
    }
}

fn reasons(subject: &str, failed: &Failed) -> Vec<String> {
    match failed {
        Failed::Fault(fault) => {
            let mut reasons = vec![format!("{subject}: {}", fault.headline)];
            reasons.extend(fault.cause.lines().take(4).map(|line| format!("  {line}")));
            reasons
        }
        Failed::Nothing => vec![format!(
            "{subject}: it came to no figure that could be held"
        )],
    }
}
