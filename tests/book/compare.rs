//! What was said, beside what the page says.

/// Whether the output is the expected one, in which a line `...` stands for any lines.
pub(super) fn fits(expected: &[String], actual: &[String]) -> bool {
    match expected.split_first() {
        None => actual.is_empty(),
        Some((line, rest)) if is_elision(line) => {
            (0..=actual.len()).any(|skipped| fits(rest, &actual[skipped..]))
        }
        Some((line, rest)) => actual.first() == Some(line) && fits(rest, &actual[1..]),
    }
}

fn is_elision(line: &str) -> bool {
    line.trim() == "..."
}

/// New output with what the old one left out at its beginning and its end, where the lines beside that are there still.
pub(super) fn elided_again(old: &[String], new: Vec<String>) -> Vec<String> {
    let elision = || "...".to_string();
    let mut shown = new.as_slice();
    let (mut before, mut after) = (None, None);
    if let [first, anchor, ..] = old
        && is_elision(first)
        && let Some(at) = shown.iter().position(|line| line == anchor)
    {
        shown = &shown[at..];
        before = Some(elision());
    }
    if let [.., anchor, last] = old
        && is_elision(last)
        && let Some(at) = shown.iter().rposition(|line| line == anchor)
    {
        shown = &shown[..=at];
        after = Some(elision());
    }
    before
        .into_iter()
        .chain(shown.iter().cloned())
        .chain(after)
        .collect()
}

/// Output without what no two runs share: how long they took, in which order trials ended, blanks at the ends.
pub(super) fn normal(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text
        .lines()
        .map(|line| without_time(line.trim_end()))
        .collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    let is_trial = |line: &String| line.starts_with("test ") && line.contains(" ... ");
    for trials in lines.chunk_by_mut(|one, other| is_trial(one) && is_trial(other)) {
        trials.sort();
    }
    lines
}

/// Libtest's, nextest's and cargo's lines tell how long something took.
fn without_time(line: &str) -> String {
    for before in ["finished in ", "target(s) in "] {
        if let Some((start, took)) = line.split_once(before) {
            let end =
                took.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
            return format!("{start}{before}0.05{end}");
        }
    }
    line.to_string()
}
