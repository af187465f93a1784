//! The workflow that runs the gate on each pull request.

/// The text of `.github/workflows/memory.yml`; `folder` is where the suites are, below the repository's root, with slashes.
pub(super) fn workflow(folder: &str, has_crate: bool) -> String {
    let within = match folder {
        "" => String::new(),
        folder => format!("{folder}/"),
    };
    let working_directory = match folder {
        "" => String::new(),
        folder => format!(
            "    defaults: {{ run: {{ working-directory: {} }} }}\n",
            quoted(folder)
        ),
    };
    let (install, run) = match has_crate {
        true => ("", "cargo test --test memory"),
        false => (
            "      - run: cargo install memgate --locked\n",
            "memgate test",
        ),
    };
    let paths = ["target/memgate/report.json", "snapshots/*.snap.new"];
    let paths = paths
        .map(|path| format!("            {within}{path}\n"))
        .concat();
    format!(
        "name: memory
on: [pull_request]
permissions: {{ contents: read }}
jobs:
  gate:
    runs-on: ubuntu-latest
{working_directory}    steps:
      - uses: actions/checkout@v4
      - uses: Swatinem/rust-cache@v2
{install}      # A module that is not checked in is built here, or by the suite (`build`).
      - run: {run}
        env: {{ INSTA_UPDATE: new }}
      - uses: actions/upload-artifact@v4
        if: failure()
        with:
          name: memgate
          path: |
{paths}"
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
                let defaults = &read["jobs"]["gate"]["defaults"]["run"]["working-directory"];
                assert_eq!(defaults.as_str().unwrap_or(""), folder);
                let steps = read["jobs"]["gate"]["steps"].as_sequence().map(Vec::len);
                assert_eq!(steps, Some(if has_crate { 4 } else { 5 }));
            }
        }
    }
}
