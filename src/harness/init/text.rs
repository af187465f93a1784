//! A suite as text, with what people should know of it in comments.

use std::fmt::Write;

use super::bounds::MeasuredBound;
use super::stories::LeftOut;
use crate::module::{NoAllocator, printable};
use crate::suite::{Argument, Call, Scenario, Step};

/// A scenario to be written.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) scenario: Scenario,
    pub(super) bounds: Vec<MeasuredBound>,
    /// What to know of it, in lines.
    pub(super) remarks: Vec<String>,
    /// Whether it is only there to be looked at.
    pub(super) is_comment: bool,
}

/// The whole file; `module` is relative to it.
pub(super) fn suite(
    module: &str,
    unknown: Option<&NoAllocator>,
    scenarios: &[Written],
    left_out: &[LeftOut],
) -> String {
    let mut text = format!(
        "# Written by `memgate init`, from what the module exports and what it did when that was called.\n\
         # Every key: https://memgate.github.io/memgate/reference/suite.html\n\
         module: {}\n",
        scalar(module)
    );
    if let Some(unknown) = unknown {
        text.push_str(&allocators(unknown));
    }
    text.push_str("scenarios:\n");
    for written in scenarios {
        text.push_str(&scenario(written));
    }
    if !left_out.is_empty() {
        text.push_str("\n# Not called:\n");
    }
    for LeftOut { export, why } in left_out {
        comment(&mut text, "# ", &format!("{}: {why}", scalar(export)));
    }
    text
}

/// What only somebody can say who knows the module, with what it looks like.
fn allocators(unknown: &NoAllocator) -> String {
    let (allocate, free) = unknown.likeliest().unwrap_or(("take", Some("give_back")));
    let mut text = String::from(
        "# memgate knows none of its allocators: say which functions they are, by name, export or index.\n# allocators:\n",
    );
    let allocate = format!(
        "  - {{ allocate: {}, size: 0 }}   # arguments count from 0",
        scalar(allocate)
    );
    comment(&mut text, "# ", &allocate);
    if let Some(free) = free {
        comment(
            &mut text,
            "# ",
            &format!("  - {{ free: {} }}", scalar(free)),
        );
    }
    text
}

fn scenario(written: &Written) -> String {
    let Written {
        scenario,
        bounds,
        remarks,
        is_comment,
    } = written;
    let mut text = String::new();
    for remark in remarks {
        comment(&mut text, "  # ", remark);
    }
    let mut body = format!("  {}:\n", scalar(&scenario.name));
    steps(&mut body, "setup", &scenario.setup);
    if scenario.warmup > 0 {
        body.push_str(&format!("    warmup: {}\n", scenario.warmup));
    }
    if scenario.cycles > 1 {
        body.push_str(&format!("    cycles: {}\n", scenario.cycles));
    }
    steps(&mut body, "steps", &scenario.steps);
    if let Some(idle) = &scenario.idle {
        body.push_str("    idle:\n");
        body.push_str(&format!("      settle: {}s\n", idle.settle.as_secs()));
        body.push_str(&format!("      period: {}s\n", idle.period.as_secs()));
        if let Some(tick) = &idle.tick {
            let every = tick.every.as_millis();
            body.push_str(&format!(
                "      tick: {{ {}, every: {every}ms }}\n",
                call(&tick.call)
            ));
        }
    }
    steps(&mut body, "teardown", &scenario.teardown);
    if !bounds.is_empty() {
        body.push_str("    thresholds:\n");
    }
    for MeasuredBound {
        metric,
        bound,
        remark,
    } in bounds
    {
        let remark = remark.as_ref().map(|remark| format!("   # {remark}"));
        body.push_str(&format!(
            "      {metric}: {bound}{}\n",
            remark.unwrap_or_default()
        ));
    }
    match is_comment {
        true => body
            .lines()
            .for_each(|line| comment(&mut text, "  # ", line.strip_prefix("  ").unwrap_or(line))),
        false => text.push_str(&body),
    }
    text
}

fn steps(text: &mut String, key: &str, steps: &[Step]) {
    if steps.is_empty() {
        return;
    }
    writeln!(text, "    {key}:").expect("writing to a string");
    for step in steps {
        let written = match step {
            Step::Call(it) if it.args.is_empty() && it.keep.is_none() => call(it),
            Step::Call(it) => format!("{{ {} }}", call(it)),
            Step::Run(command) if command.exit != 0 => format!("run: {{ exit: {} }}", command.exit),
            Step::Run(_) => "run: {}".to_string(),
            // No other step is ever planned.
            Step::Advance(_) | Step::Repeat { .. } => continue,
        };
        writeln!(text, "      - {written}").expect("writing to a string");
    }
}

/// `call: edit, args: [$handle, 1], as: result`
fn call(call: &Call) -> String {
    let mut text = format!("call: {}", scalar(&call.export));
    if !call.args.is_empty() {
        let arguments: Vec<String> = call.args.iter().map(argument).collect();
        text.push_str(&format!(", args: [{}]", arguments.join(", ")));
    }
    if let Some(name) = &call.keep {
        text.push_str(&format!(", as: {name}"));
    }
    text
}

fn argument(argument: &Argument) -> String {
    match argument {
        Argument::Integer(number) => number.to_string(),
        Argument::Float(number) => format!("{number:?}"),
        Argument::Kept(name) => format!("${name}"),
    }
}

/// A text as YAML has it: as it is where nothing in it means anything, else in quotes, as JSON has it.
fn scalar(text: &str) -> String {
    const WORDS: [&str; 10] = [
        "true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan",
    ];
    let begins_plainly = text.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_')
        || text.starts_with("../");
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte);
    let means_something = WORDS.contains(&text.to_ascii_lowercase().as_str());
    if begins_plainly && text.bytes().all(is_plain) && !means_something {
        return text.to_string();
    }
    // What JSON leaves as it is may still turn the text around it.
    let quoted = serde_json::to_string(text).expect("a text is a JSON value");
    let mut written = String::new();
    for character in quoted.chars() {
        match breaks_text(character) {
            false => written.push(character),
            true => written.push_str(&format!("\\U{:08x}", u32::from(character))),
        }
    }
    written
}

/// Lines that nothing reads, whatever is in them.
fn comment(text: &mut String, prefix: &str, words: &str) {
    for line in words.lines() {
        let line = line.replace(breaks_text, "\u{fffd}");
        text.push_str(format!("{prefix}{}", printable(line)).trim_end());
        text.push('\n');
    }
}

/// What ends a line or turns it around, for a terminal or for a reader of YAML, who knows more line ends than others.
fn breaks_text(character: char) -> bool {
    let is_obeyed = || printable(character.to_string()) != character.to_string();
    matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}') || is_obeyed()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::suite::ModuleSource;

    /// Whatever a file or an export is called, it is read back as it was written.
    #[test]
    fn hostile_names_stay_names() {
        for name in [
            "plain",
            "on",
            "1",
            "a b",
            "a: b # c",
            "\"'\\",
            "x\n- y",
            "\u{1b}[2J",
            "\u{202e}x",
            "{}",
            "$v",
            "\u{85}\u{2028}",
        ] {
            let export = Call {
                export: name.to_string(),
                args: Vec::new(),
                keep: None,
            };
            let written = Written {
                scenario: Scenario::of_steps("a", vec![Step::Call(export)]),
                bounds: Vec::new(),
                remarks: vec![name.to_string()],
                is_comment: false,
            };
            let left_out = LeftOut {
                export: name.to_string(),
                why: name.to_string(),
            };
            let text = suite(name, None, &[written], &[left_out]);
            let suite = crate::suite::read(Path::new("suites/a.yaml"), &text);
            let suite = suite.unwrap_or_else(|errors| panic!("{errors}\n{text}"));
            let ModuleSource::File(module) = &suite.module else {
                panic!("it is a file");
            };
            assert_eq!(module, &Path::new("suites").join(name));
            let [Step::Call(call)] = suite.scenarios[0].steps.as_slice() else {
                panic!("there is one call in {text}");
            };
            assert_eq!(call.export, name);
        }
    }
}
