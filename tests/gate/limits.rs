//! Limits that follow the accepted run, and allowances, as their user meets them: in a folder of its own, from the first
//! run to a breach.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// The gate's verdicts.
const PASS: i32 = 0;
const REGRESSION: i32 = 1;
const BROKEN: i32 = 2;

/// Each cycle allocates so many blocks of a kilobyte, and frees them. No sites are shown, so that only numbers change.
const RELATIVE: &str = "module: ../clean.wasm
scenarios:
  hundred:
    cycles: 5
    steps: [{ repeat: 100, steps: [{ call: leak_one }] }]
    thresholds: { total: [< 1MB, <= accepted + 5%], end: <= accepted + 5% }
    snapshot: { top: 0 }
";

const NUMBERS: &str = "snapshots/app__hundred@numbers.snap";

#[test]
fn accepted_numbers_do_not_creep() {
    let user = User::with(RELATIVE);
    user.check(&[], REGRESSION, "nothing-accepted");
    assert!(user.exists(&format!("{NUMBERS}.new")));
    assert!(!user.exists(NUMBERS));

    assert_eq!(user.accept(), PASS);
    let accepted = user.read(NUMBERS);
    insta::assert_snapshot!("accepted-numbers", accepted);

    user.suite(&RELATIVE.replace("100", "104"));
    fs::remove_file(user.path(&format!("{NUMBERS}.new"))).expect("it was left");
    assert_eq!(code(&user.run(&[])), PASS);
    assert_eq!(user.read(NUMBERS), accepted, "what passes rewrites nothing");
    assert!(!user.exists(&format!("{NUMBERS}.new")));

    user.suite(&RELATIVE.replace("100", "110"));
    user.check(&[], REGRESSION, "beyond-accepted");
    assert_eq!(user.read(NUMBERS), accepted);
    insta::assert_snapshot!("pending-numbers", user.read(&format!("{NUMBERS}.new")));
    let forced = user.run(&[("INSTA_FORCE_PASS", "1")]);
    assert_eq!(code(&forced), REGRESSION, "a breach is no snapshot");

    assert_eq!(user.accept(), PASS);
    assert_ne!(user.read(NUMBERS), accepted);
    assert_eq!(code(&user.run(&[])), PASS);
}

/// What is new is left where insta was told to leave it, though there is nothing yet that it could be compared with.
#[test]
fn what_is_new_waits_where_insta_is_told() {
    let user = User::with(RELATIVE);
    let waiting = user.path("waiting");
    let folder = waiting.to_str().expect("it is text");
    let output = user.run(&[("INSTA_PENDING_DIR", folder)]);
    assert_eq!(code(&output), REGRESSION);
    assert!(user.exists("waiting/snapshots/app__hundred.snap.new"));
    assert!(user.exists(&format!("waiting/{NUMBERS}.new")));
    assert!(!user.exists("snapshots"), "nothing else is left");
}

#[test]
fn a_percentage_of_nothing_is_explained() {
    let user = User::with(RELATIVE);
    user.accept();
    user.suite(&RELATIVE.replace("clean", "planted"));
    user.check(&[], REGRESSION, "percentage-of-nothing");
}

#[test]
fn other_metrics_are_reviewed_and_the_others_stay() {
    let user = User::with(RELATIVE);
    user.accept();
    let another = RELATIVE.replace("100", "104").replace("end:", "peak:");
    user.suite(&another);
    user.check(&[], REGRESSION, "other-metrics");
}

#[test]
fn numbers_that_were_edited_are_not_trusted() {
    let user = User::with(RELATIVE);
    user.accept();
    let edited = user.read(NUMBERS).replace("512,000", "612,000");
    fs::write(user.path(NUMBERS), edited).expect("the folder is there");
    user.check(&[], BROKEN, "edited-numbers");
    assert_eq!(user.accept(), BROKEN, "nothing accepts them by the way");
}

/// What a site allocates may move a little, and is not rewritten then.
#[test]
fn figures_of_sites_compare_within_the_tolerance() {
    let suite = RELATIVE
        .replace(
            "total: [< 1MB, <= accepted + 5%], end: <= accepted + 5%",
            "end: 0B",
        )
        .replace("top: 0", "tolerance: 2%");
    let user = User::with(&suite);
    assert_eq!(user.accept(), PASS);
    let sites = "snapshots/app__hundred.snap";
    let accepted = user.read(sites);
    assert!(!user.exists(NUMBERS), "no limit follows numbers here");

    user.suite(&suite.replace("100", "102"));
    assert_eq!(code(&user.run(&[])), PASS);
    assert_eq!(user.read(sites), accepted);
    assert!(!user.exists(&format!("{sites}.new")));
    user.suite(&suite.replace("100", "103"));
    user.check(&[], REGRESSION, "beyond-the-tolerance");
}

const ALLOWANCES: &str = "module: ../feed-leak.wasm
scenarios:
  scroll:
    setup: [{ call: open }]
    warmup: 5
    cycles: 20
    steps: [{ call: scroll, args: [5] }, { advance: 2s }]
    teardown: [{ call: close }]
    thresholds: { delta: < 1KB }
    allow:
      - site: \"*::EmbedCache::insert\"
        bytes: < 2MB
        reason: embeds, evicted at 2 MB
        until: 2027-03-01
    snapshot: { top: 0 }
";

const OTHERS: &str = "      - site: [\"*::EventCache::insert\", ..., scroll]
        blocks: <= 2500
        reason: all events
      - site: \"*::AuthorCache::insert\"
        bytes: < 1MB
        reason: their authors
      - site: \"*::Cache<..>::insert\"
        bytes: < 1MB
        reason: the tables of the caches
";

/// All that the module keeps.
fn with_others() -> String {
    ALLOWANCES.replace("    snapshot", &format!("{OTHERS}    snapshot"))
}

#[test]
fn what_is_allowed_is_left_out() {
    let user = User::with(ALLOWANCES);
    user.accept();
    user.check(&[], REGRESSION, "beside-what-is-allowed");
    user.suite(&with_others());
    user.check(&[], PASS, "all-is-allowed");
    insta::assert_snapshot!("allowances-in-the-report", user.allowances());
}

#[test]
fn an_allowance_ends() {
    let user = User::with(&with_others());
    user.accept();
    let on = |day| [("MEMGATE_TODAY", day)];
    user.check(&on("2027-03-01"), PASS, "last-day");
    user.check(&on("2027-03-02"), REGRESSION, "expired-allowance");
    user.check(&on("tomorrow"), BROKEN, "no-such-day");
}

#[test]
fn allowances_fail_by_themselves() {
    let user = User::with(&with_others());
    user.accept();
    user.suite(&with_others().replacen("< 2MB", "< 100KB", 1));
    user.check(&[], REGRESSION, "exceeded-allowance");
    user.suite(&with_others().replace("AuthorCache::insert", "AuthorCache::add"));
    user.check(&[], REGRESSION, "stale-allowance-and-breach");
    let gone = with_others().replace("*::AuthorCache::insert", "*Cache::insert");
    let stale = "      - site: feed::gone
        bytes: < 1MB
        reason: what was there once
";
    user.suite(&gone.replace("    snapshot", &format!("{stale}    snapshot")));
    user.check(&[], REGRESSION, "stale-allowance");
    user.suite(&ALLOWANCES.replace("*::EmbedCache::insert", "feed::*"));
    user.check(&[], BROKEN, "allowance-too-broad");
}

/// A folder with one suite, and modules beside it.
struct User(TempDir);

impl User {
    fn with(suite: &str) -> User {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"));
        let user = User(folder.expect("a temporary folder"));
        fs::create_dir(user.path("suites")).expect("the folder is empty");
        let guests = Path::new(env!("CARGO_MANIFEST_DIR")).join("guests");
        for (name, guest) in [
            ("clean", "leak/clean-o2.wasm"),
            ("planted", "leak/leak-o2.wasm"),
            ("feed-leak", "feed/feed-leak.wasm"),
        ] {
            let module = user.path(&format!("{name}.wasm"));
            fs::copy(guests.join(guest), module).expect("the guest is there");
        }
        user.suite(suite);
        user
    }

    fn suite(&self, text: &str) {
        fs::write(self.path("suites/app.yaml"), text).expect("the folder is there");
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.0.path().join(relative)
    }

    fn exists(&self, relative: &str) -> bool {
        self.path(relative).exists()
    }

    fn read(&self, relative: &str) -> String {
        fs::read_to_string(self.path(relative)).expect("it was written")
    }

    /// Accepts everything, as `cargo insta accept` would.
    fn accept(&self) -> i32 {
        code(&self.run(&[("INSTA_UPDATE", "always")]))
    }

    /// The part of the report that is about allowances.
    fn allowances(&self) -> String {
        let report = self.read("target/memgate/report.json");
        let (_, from) = report.split_once("\"allowances\"").expect("it has them");
        let (allowances, _) = from.split_once("\"marks\"").expect("marks follow");
        format!("\"allowances\"{}", allowances.trim_end())
    }

    /// Runs the suite; compares what is said with the golden of that name.
    fn check(&self, variables: &[(&str, &str)], expected: i32, golden: &str) {
        let output = self.run(variables);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace('\r', "");
        let said = failures(&text(&output.stdout)) + &text(&output.stderr);
        assert_eq!(code(&output), expected, "{said}");
        if expected != PASS {
            insta::assert_snapshot!(golden, said);
        }
    }

    fn run(&self, variables: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_memgate"));
        for inherited in [
            "CI",
            "TF_BUILD",
            "INSTA_UPDATE",
            "INSTA_FORCE_PASS",
            "INSTA_PENDING_DIR",
        ] {
            command.env_remove(inherited);
        }
        command
            .args(["test", "suites"])
            .current_dir(self.0.path())
            .env_remove("NEXTEST_RUN_ID")
            .env("CARGO_TARGET_DIR", self.path("target"))
            .env("INSTA_WORKSPACE_ROOT", self.0.path())
            .env("MEMGATE_TODAY", "2026-12-01")
            .envs(variables.iter().copied())
            .output()
            .expect("the command was built")
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it ended by itself")
}

/// The failure texts of a run, without libtest's own lines, which tell how long it took.
fn failures(stdout: &str) -> String {
    let failures = stdout.split_once("failures:\n\n").map(|(_, after)| after);
    let texts = failures.and_then(|failures| failures.split_once("\nfailures:\n"));
    texts.map_or(String::new(), |(texts, _)| {
        texts.trim_end().to_string() + "\n"
    })
}
