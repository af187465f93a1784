//! What a release holds is what `cargo binstall` looks for.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context, Result, ensure};

use crate::project::{cargo, root, scratch};

const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Packs that memgate as the release's workflow does.
pub(super) fn check(memgate: &Path) -> Result<()> {
    let folder = scratch("scratch-release")?;
    let built = folder.join("target").join(TARGET).join("release");
    fs::create_dir_all(&built)?;
    fs::copy(memgate, built.join("memgate"))?;
    let version = version()?;
    let packed = pack(&folder, &format!("v{version}"))?;
    let said = String::from_utf8_lossy(&packed.stderr).into_owned();
    ensure!(packed.status.success(), "{said}");
    let name = format!("memgate-{TARGET}-v{version}");
    let archive = folder.join("dist").join(format!("{name}.tar.gz"));
    let listed = Command::new("tar")
        .arg("-tzf")
        .arg(&archive)
        .output()
        .context("failed to run tar")?;
    let listed = String::from_utf8(listed.stdout)?;
    for file in [
        "memgate",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "completions/memgate.bash",
        "man/memgate.1",
    ] {
        let path = format!("{name}/{file}");
        ensure!(
            listed.lines().any(|line| line == path),
            "{path} is not in\n{listed}"
        );
    }
    let other = pack(&folder, "v9.9.9")?;
    ensure!(
        !other.status.success(),
        "a tag of another version is packed"
    );
    Ok(())
}

fn version() -> Result<String> {
    let id = cargo(&["pkgid", "--package", "memgate"])?;
    let version = id.trim().rsplit(['#', '@']).next();
    Ok(version.context("a package has a version")?.to_string())
}

fn pack(folder: &Path, tag: &str) -> Result<Output> {
    Command::new("bash")
        .args([".github/pack", TARGET, "tar.gz", tag])
        .current_dir(root())
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env("DIST", folder.join("dist"))
        .output()
        .context("failed to run bash")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// The archives of the workflow's matrix: target, and what follows the name.
    fn archives() -> Vec<(String, String)> {
        let path = root().join(".github/workflows/release.yml");
        let text = fs::read_to_string(path).expect("it is there");
        let workflow: serde_yaml::Value = serde_yaml::from_str(&text).expect("it is YAML");
        let matrix = &workflow["jobs"]["build"]["strategy"]["matrix"]["include"];
        let entries = matrix.as_sequence().expect("it lists targets");
        let text = |entry: &serde_yaml::Value, key: &str| {
            entry[key].as_str().expect("it is a text").to_string()
        };
        entries
            .iter()
            .map(|entry| (text(entry, "target"), text(entry, "archive")))
            .collect()
    }

    fn package() -> Value {
        let metadata = cargo(&["metadata", "--no-deps", "--format-version", "1"]);
        let metadata: Value =
            serde_json::from_str(&metadata.expect("cargo is there")).expect("it is JSON");
        let packages = metadata["packages"].as_array().expect("it lists packages");
        let memgate = packages.iter().find(|package| package["name"] == "memgate");
        memgate.expect("it is a member").clone()
    }

    /// A template of binstall's, with what it stands for on a target.
    fn filled(template: &Value, package: &Value, target: &str, suffix: &str) -> String {
        let text = |value: &Value| value.as_str().expect("it is a text").to_string();
        let is_windows = target.contains("windows");
        [
            ("repo", text(&package["repository"])),
            ("version", text(&package["version"])),
            ("name", text(&package["name"])),
            ("bin", "memgate".into()),
            ("target", target.into()),
            ("archive-suffix", suffix.into()),
            ("binary-ext", if is_windows { ".exe" } else { "" }.into()),
        ]
        .iter()
        .fold(text(template), |filled, (name, value)| {
            filled.replace(&format!("{{ {name} }}"), value)
        })
    }

    #[test]
    fn binstall_finds_what_a_release_holds() {
        let package = package();
        let binstall = &package["metadata"]["binstall"];
        let version = package["version"].as_str().expect("it has one");
        let pack = fs::read_to_string(root().join(".github/pack")).expect("it is there");
        assert!(
            pack.contains("name=memgate-$target-$tag\n"),
            "the names below are those of .github/pack"
        );
        let archives = archives();
        assert!(archives.len() >= 5);
        for (target, archive) in archives {
            let format = binstall["overrides"][&target]["pkg-fmt"].as_str();
            // Of `tgz`, binstall tries both endings.
            let expected = match format.unwrap_or("tgz") {
                "tgz" => "tar.gz",
                other => other,
            };
            assert_eq!(archive, expected, "{target}");
            let name = format!("memgate-{target}-v{version}");
            let url = filled(
                &binstall["pkg-url"],
                &package,
                &target,
                &format!(".{archive}"),
            );
            let repository = "https://github.com/memgate/memgate";
            assert_eq!(
                url,
                format!("{repository}/releases/download/v{version}/{name}.{archive}")
            );
            let exe = if target.contains("windows") {
                ".exe"
            } else {
                ""
            };
            let binary = filled(&binstall["bin-dir"], &package, &target, "");
            assert_eq!(binary, format!("{name}/memgate{exe}"));
        }
    }

    /// What is compiled in must be in the package, or the crate builds here and nowhere else.
    #[test]
    fn a_package_holds_what_it_is_built_from() {
        let list = cargo(&["package", "--list", "--allow-dirty", "--package", "memgate"]);
        let list = list.expect("it can be packed");
        let packed: Vec<&str> = list.lines().collect();
        let included = packed
            .iter()
            .filter(|path| path.ends_with(".rs") && !is_of_tests(path));
        let included: Vec<String> = included.flat_map(|path| included_by(path)).collect();
        assert!(included.contains(&"README.md".to_string()), "{included:?}");
        for path in included
            .iter()
            .map(String::as_str)
            .chain(["LICENSE-APACHE", "LICENSE-MIT"])
        {
            assert!(packed.contains(&path), "{path} is not packed");
        }
        assert!(
            !packed.iter().any(|path| path.starts_with("guests/")),
            "guests are not for users"
        );
    }

    fn is_of_tests(path: &str) -> bool {
        path.contains("/tests/") || path.ends_with("/tests.rs")
    }

    /// The files that are compiled into that one, from the root; what stands behind its tests is not looked at.
    fn included_by(path: &str) -> Vec<String> {
        let text = fs::read_to_string(root().join(path)).unwrap_or_default();
        let built = text
            .split("#[cfg(test)]\nmod tests {")
            .next()
            .unwrap_or_default();
        let mut files = Vec::new();
        for start in ["include_str!(\"", "include_bytes!(\""] {
            let names = built
                .split(start)
                .skip(1)
                .filter_map(|rest| rest.split('"').next());
            files.extend(names.map(|name| {
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                let mut whole: Vec<&str> = folder.split('/').collect();
                for part in name.split('/') {
                    match part {
                        ".." => drop(whole.pop()),
                        _ => whole.push(part),
                    }
                }
                whole.join("/")
            }));
        }
        files
    }
}
