//! What can be told of a page without a browser; `cargo xtask test-html` opens it in one.

use std::io::Read;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::read::GzDecoder;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{assets, page};
use crate::report::{
    Counted, Fault, Place, Report, ScenarioReport, SiteReport, SuiteReport, VERSION,
    without_figures,
};

const HOSTILE: &str = "</script><img src=x onerror=alert(1)><!--<script>\u{202e}\0";

fn report(name: &str) -> Report {
    let fault = Fault {
        kind: crate::report::FaultKind::Trap,
        headline: name.into(),
        cause: name.into(),
        advice: None,
        stack: vec![place(name)],
        stderr: name.into(),
    };
    let scenario = ScenarioReport {
        sites: vec![site(name), site("kept")],
        ..without_figures(name, name, fault)
    };
    Report {
        version: VERSION,
        suites: vec![SuiteReport {
            name: name.into(),
            error: Some(name.into()),
            scenarios: vec![scenario],
        }],
    }
}

fn place(function: &str) -> Place {
    Place {
        function: function.into(),
        file: Some(function.into()),
        line: Some(7),
        inlined: false,
        library: false,
    }
}

fn site(function: &str) -> SiteReport {
    SiteReport {
        stack: vec![place(function), place("main")],
        folded: false,
        total: Counted {
            bytes: 30,
            blocks: 3,
        },
        at_peak: Counted::default(),
        at_baseline: Counted::default(),
        at_idle_start: Counted::default(),
        at_idle_end: Counted::default(),
        at_end: Counted::default(),
        delta: Counted::default(),
        survivors: Vec::new(),
        surveys: Vec::new(),
        levels: Vec::new(),
        class: None,
        own_peak: Counted::default(),
        lifetime: None,
    }
}

/// What is between a pair of tags, the first time.
fn between<'p>(page: &'p str, start: &str, end: &str) -> &'p str {
    let (_, rest) = page.split_once(start).expect("the page has it");
    rest.split_once(end).expect("it ends").0
}

/// The first scenario, as the page will see it.
fn unpacked(page: &str) -> Value {
    let summary = between(page, "class=\"scenario\">", "</script>");
    let summary: Value = serde_json::from_str(summary).expect("it is JSON");
    let packed = summary["packed"].as_str().expect("it is packed");
    let packed = BASE64_STANDARD.decode(packed).expect("it is base64");
    let mut json = String::new();
    GzDecoder::new(packed.as_slice())
        .read_to_string(&mut json)
        .expect("it is gzip");
    serde_json::from_str(&json).expect("it is JSON")
}

#[test]
fn names_are_no_markup() {
    // As many elements as with names that are harmless, and nothing that reads like the hostile one.
    let hostile = page(&report(HOSTILE), None);
    let harmless = page(&report("harmless"), None);
    assert_eq!(hostile.matches('<').count(), harmless.matches('<').count());
    assert!(!hostile.contains("<img"));
    assert!(!hostile.contains('\0'));
    let scenario = unpacked(&hostile);
    assert_eq!(scenario["report"]["module"], HOSTILE);
}

#[test]
fn sites_keep_their_frames_and_figures() {
    let scenario = unpacked(&page(&report("a"), None));
    let site = &scenario["report"]["sites"][1];
    assert_eq!(site["frames"], serde_json::json!([2, 1]));
    assert_eq!(site["figures"][2], serde_json::json!([30, 3]));
    assert_eq!(
        scenario["places"][2],
        serde_json::json!(["kept", null, "kept", 7, false, false])
    );
}

#[test]
fn sites_lie_beside_those_that_read_the_same() {
    let mut other = report("a");
    let scenario = &mut other.suites[0].scenarios[0];
    scenario.sites = ["gone", "kept", "kept"].map(site).to_vec();
    let scenario = unpacked(&page(&report("a"), Some(&other)));
    assert_eq!(scenario["pairs"], serde_json::json!([null, 1, null]));
}

#[test]
fn the_same_report_is_the_same_page() {
    let one = report(HOSTILE);
    assert_eq!(page(&one, Some(&one)), page(&one.clone(), Some(&one)));
}

#[test]
fn the_policy_admits_the_script_and_the_style_of_the_page() {
    let page = page(&report("a"), None);
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\"");
    for (start, end) in [
        ("<script type=\"module\">", "</script>"),
        ("<style>", "</style>"),
    ] {
        let hash = BASE64_STANDARD.encode(Sha256::digest(between(&page, start, end)));
        assert!(policy.contains(&hash), "{start} is not admitted");
    }
    assert!(policy.starts_with("default-src 'none'"));
}

#[test]
fn the_script_imports_nothing() {
    let script = assets::script();
    let is_left = |line: &&str| line.starts_with("import ") || line.starts_with("export ");
    assert_eq!(script.lines().find(is_left), None);
    // Neither may end the element that it is in.
    assert!(!script.contains("</script") && !script.contains("<!--"));
}
