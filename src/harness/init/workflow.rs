//! The workflow that runs the gate on each pull request.

/// The text of `.github/workflows/memory.yml`; `folder` is where the suites are, below the repository's root, with slashes.
pub(super) fn workflow(folder: &str, has_crate: bool) -> String {
    let mut inputs = Vec::new();
    if has_crate {
        inputs.push("command: cargo test --test memory".to_string());
    }
    if !folder.is_empty() {
        inputs.push(format!("working-directory: {}", quoted(folder)));
    }
    let with = match inputs.is_empty() {
        true => String::new(),
        false => format!("        with:\n          {}\n", inputs.join("\n          ")),
    };
    let cache = match has_crate {
        true => "      - uses: Swatinem/rust-cache@v2\n",
        false => "",
    };
    format!(
        "name: memory
on:
  pull_request:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  gate:
    runs-on: ubuntu-latest
    permissions:
      contents: read
      pull-requests: write   # for the comment; without it there is none
    steps:
      - uses: actions/checkout@v4
{cache}      # A module that is not checked in is built here, or by the suite (`build`).
      - uses: memgate/memgate@v0
{with}"
    )
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text is a JSON value")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_yaml_whatever_the_folder_is_called() {
        for folder in ["", "crates/app", "a: b", "\"x\""] {
            for has_crate in [true, false] {
                let text = workflow(folder, has_crate);
                let read: serde_yaml::Value = serde_yaml::from_str(&text).expect("it is YAML");
                let steps = read["jobs"]["gate"]["steps"].as_sequence();
                let action = steps.and_then(|steps| steps.last()).expect("it has steps");
                let with = |input: &str| action["with"][input].as_str().unwrap_or("");
                assert_eq!(with("working-directory"), folder);
                assert_eq!(!with("command").is_empty(), has_crate);
            }
        }
    }
}
