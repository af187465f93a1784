//! `cargo xtask test-pull-request`: from a green pull request to a red one and back, by the action as it stands.
//!
//! Every `run:` of `action.yml` is executed in a scratch repository, with the variables that a runner sets, and with a `gh` that
//! stands for GitHub. Then the workflows are held against their schemas, and their scripts are read by shellcheck.

mod action;
mod checks;
mod expression;
mod release;
mod scratch;

use anyhow::{Result, ensure};
use clap::Args;

use self::action::Played;
use self::scratch::{Event, Scratch};
use crate::project::Gate;

/// Play a pull request through the action: green, a leak, red, accepted, green.
#[derive(Args)]
pub(crate) struct TestPullRequest {}

impl TestPullRequest {
    pub(crate) fn run(self) -> Result<()> {
        let memgate = Gate::build()?.command;
        let scratch = Scratch::new(&memgate)?;
        the_base_is_green(&scratch)?;
        a_leak_is_red(&scratch)?;
        a_fork_is_gated_as_well(&scratch)?;
        a_refused_comment_changes_nothing(&scratch)?;
        what_is_accepted_is_green(&scratch)?;
        a_broken_module_is_no_leak(&scratch)?;
        a_command_that_fails_is_not_green(&scratch)?;
        memgate_is_fetched_or_built(&scratch)?;
        release::check(&memgate)?;
        checks::check()
    }
}

fn the_base_is_green(scratch: &Scratch) -> Result<()> {
    scratch.feed("feed")?;
    let new = scratch.play(Event::Push, &[])?;
    expect(
        &new,
        1,
        &["has no accepted sites yet"],
        &["has no accepted sites yet"],
    )?;
    scratch.accept()?;
    let green = scratch.play(Event::Push, &[])?;
    expect(&green, 0, &["1 passed"], &[])?;
    ensure!(green.commands().is_empty(), "{}", green.commands());
    ensure!(
        scratch.exists("target/memgate-base/report.json"),
        "the base's report is kept"
    );
    scratch.commit("the base")?;
    let same = scratch.play(Event::PullRequest, &[])?;
    expect(&same, 0, &["No figure differs from the base."], &[])?;
    ensure!(scratch.comments()?.is_empty(), "nothing is worth a comment");
    Ok(())
}

fn a_leak_is_red(scratch: &Scratch) -> Result<()> {
    scratch.feed("feed-leak")?;
    let red = scratch.play(Event::PullRequest, &[])?;
    let told = "`feed::scroll` grew by 2.9 MB where less than 1 KB may stay";
    expect(
        &red,
        1,
        &[
            told,
            "| `delta` | 2.9 MB | &lt; 1 KB | **over by 2.9 MB** |",
            "guests/feed/src/cache.rs:48",
            "held by the static feed::FEED",
            "unbounded growth",
            "memgate test -- feed::scroll",
            "cargo insta review",
            "| scenario | metric | base | head | change |",
        ],
        &["::error file=guests/feed/src/cache.rs,line=48,title=feed%3A%3Ascroll grew by"],
    )?;
    ensure!(
        scratch.exists("snapshots/feed__scroll.snap.new"),
        "what changed waits for review"
    );
    let comments = scratch.comments()?;
    ensure!(
        comments.len() == 1 && comments[0].contains(told),
        "{comments:?}"
    );
    scratch.play(Event::PullRequest, &[])?;
    ensure!(
        scratch.comments()?.len() == 1,
        "one comment is updated, not repeated"
    );
    Ok(())
}

/// Its token may only read: the verdict is the same, and nobody asks GitHub for anything.
fn a_fork_is_gated_as_well(scratch: &Scratch) -> Result<()> {
    let before = scratch.asked()?;
    let red = scratch.play(Event::Fork, &[])?;
    expect(
        &red,
        1,
        &["grew by 2.9 MB"],
        &["::error file=guests/feed/src/cache.rs"],
    )?;
    ensure!(
        red.output.contains("the pull request comes from a fork"),
        "{}",
        red.output
    );
    ensure!(scratch.asked()? == before, "GitHub was asked");
    Ok(())
}

fn a_refused_comment_changes_nothing(scratch: &Scratch) -> Result<()> {
    let red = scratch.play(Event::PullRequest, &[("GH_REFUSES", "1")])?;
    expect(&red, 1, &["grew by 2.9 MB"], &[])?;
    ensure!(
        red.output.contains("no comment was written: gh said"),
        "{}",
        red.output
    );
    Ok(())
}

fn what_is_accepted_is_green(scratch: &Scratch) -> Result<()> {
    scratch.raise_limits()?;
    let changed = scratch.play(Event::PullRequest, &[])?;
    let words = "allocates at other sites, or in other amounts, than were accepted";
    expect(
        &changed,
        1,
        &[words],
        &["::error file=suites/feed.yaml,line=4"],
    )?;
    scratch.accept()?;
    let green = scratch.play(Event::PullRequest, &[])?;
    expect(
        &green,
        0,
        &["1 passed", "| `feed::scroll` | `delta` |"],
        &[],
    )?;
    let comments = scratch.comments()?;
    ensure!(
        comments.len() == 1 && comments[0].contains("1 passed"),
        "{comments:?}"
    );
    Ok(())
}

fn a_broken_module_is_no_leak(scratch: &Scratch) -> Result<()> {
    scratch.write("app.wasm", "no module")?;
    let broken = scratch.play(Event::PullRequest, &[])?;
    expect(
        &broken,
        2,
        &["1 without a verdict", "This says nothing about leaks"],
        &["::error file=suites/feed.yaml,line=4,title=feed%3A%3Ascroll%3A the gate broke"],
    )
}

/// Whatever else the command does is not in the report.
fn a_command_that_fails_is_not_green(scratch: &Scratch) -> Result<()> {
    scratch.feed("feed-leak")?;
    let input = [("command", "memgate test && false")];
    let failed = scratch.play_with(Event::PullRequest, &input, &[])?;
    expect(&failed, 2, &["1 passed"], &[])?;
    let input = [("command", "cargo no-such-command")];
    let failed = scratch.play_with(Event::PullRequest, &input, &[])?;
    expect(
        &failed,
        2,
        &["the gate broke", "left no report"],
        &["::error title=memgate%3A the gate broke"],
    )
}

/// By `cargo` as it would be asked: a release's binary, or else the crate.
fn memgate_is_fetched_or_built(scratch: &Scratch) -> Result<()> {
    let check = |version: &str, variables: &[(&str, &str)], expected: &[&str]| -> Result<()> {
        let asked = scratch.get_memgate(version, variables)?;
        ensure!(asked == expected, "cargo was asked for {asked:#?}");
        Ok(())
    };
    let binstall = "binstall --no-confirm --disable-strategies quick-install,compile";
    let pkgid = "pkgid --offline memgate";
    check("0.1.0", &[], &[&format!("{binstall} memgate@0.1.0")])?;
    check(
        "",
        &[("LOCKED", "0.2.3")],
        &[pkgid, &format!("{binstall} memgate@0.2.3")],
    )?;
    check("", &[], &[pkgid, &format!("{binstall} memgate")])?;
    let built = [
        format!("{binstall} memgate@0.1.0"),
        "install --locked memgate@0.1.0".into(),
    ];
    check(
        "0.1.0",
        &[("NO_BINARY", "1")],
        &built.each_ref().map(String::as_str),
    )
}

/// The gate's exit code, what the summary says, and what the runner is told to annotate.
fn expect(played: &Played, code: i32, summary: &[&str], commands: &[&str]) -> Result<()> {
    let Played { output, .. } = played;
    ensure!(
        played.code == code,
        "{} is not {code}:\n{output}",
        played.code
    );
    for words in summary {
        ensure!(
            played.summary.contains(words),
            "`{words}` is not in\n{}",
            played.summary
        );
    }
    for words in commands {
        ensure!(
            played.commands().contains(words),
            "`{words}` is not in\n{}",
            played.commands()
        );
    }
    Ok(())
}
