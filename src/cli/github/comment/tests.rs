//! Finding the own comment among others, and what is done then.

use super::*;

const OURS: &str = "<!-- memgate gate=memgate -->\n\nolder words";
const BODY: &str = "<!-- memgate gate=memgate -->\n\n## red";
const QUIET: &str = "<!-- memgate gate=memgate -->\n<!-- memgate: nothing to tell -->\n\n## green";

/// A page of comments: author, id, body.
fn page(comments: &[(bool, &str, &str)], next: Option<&str>) -> Value {
    let nodes: Vec<Value> = comments
        .iter()
        .map(|(own, id, body)| json!({ "id": id, "viewerDidAuthor": own, "body": body }))
        .collect();
    let info = json!({ "hasNextPage": next.is_some(), "endCursor": next });
    json!({ "data": { "repository": { "pullRequest": {
        "id": "PR_1", "comments": { "nodes": nodes, "pageInfo": info } } } } })
}

/// What is written where these pages of comments are there: the variables of the last question.
#[track_caller]
fn check(body: &str, pages: &[Value], expected: Done, written: Option<Value>) {
    let target = Target {
        owner: "me".into(),
        name: "app".into(),
        number: 7,
    };
    let marker = Marker::of(body).expect("it is a comment");
    let mut pages = pages.iter();
    let mut said = None;
    let done = post(&target, &marker, body, |question| {
        let variables = &question["variables"];
        if variables["body"].is_string() {
            said = Some(variables.clone());
            return Ok(json!({}));
        }
        assert_eq!(variables["number"], 7);
        Ok(pages.next().expect("nobody asks for more").clone())
    });
    assert_eq!(done.expect("nothing failed"), expected);
    assert_eq!(said, written);
}

#[test]
fn the_first_comment_is_posted() {
    let others = page(&[(false, "C_1", "looks good")], None);
    let added = json!({ "subject": "PR_1", "body": BODY });
    check(BODY, &[others], Done::Posted, Some(added));
}

#[test]
fn the_own_comment_is_updated() {
    let updated = || Some(json!({ "id": "C_2", "body": BODY }));
    let comments = [(false, "C_1", "looks good"), (true, "C_2", OURS)];
    check(BODY, &[page(&comments, None)], Done::Updated, updated());
    let pages = [page(&comments[..1], Some("x")), page(&comments[1..], None)];
    check(BODY, &pages, Done::Updated, updated());
}

/// The marker can be copied by anybody, and a token may have written other comments.
#[test]
fn the_comments_of_others_are_left_alone() {
    let comments = [
        (false, "C_1", OURS),
        (true, "C_2", "about <!-- memgate gate=memgate -->"),
        (true, "C_3", "<!-- memgate gate=other -->\n"),
    ];
    let added = json!({ "subject": "PR_1", "body": BODY });
    check(BODY, &[page(&comments, None)], Done::Posted, Some(added));
}

#[test]
fn what_says_nothing_is_said_only_where_there_was_something() {
    check(QUIET, &[page(&[], None)], Done::NothingToTell, None);
    let updated = json!({ "id": "C_2", "body": QUIET });
    let before = page(&[(true, "C_2", OURS)], None);
    check(QUIET, &[before], Done::Updated, Some(updated));
}

#[test]
fn a_refusal_is_passed_on() {
    let target = Target {
        owner: "me".into(),
        name: "app".into(),
        number: 7,
    };
    let marker = Marker::of(BODY).expect("it is a comment");
    let refused = post(&target, &marker, BODY, |_| {
        bail!("HTTP 403: not accessible")
    });
    assert_eq!(
        refused.expect_err("nobody may").to_string(),
        "HTTP 403: not accessible"
    );
    let odd = post(&target, &marker, BODY, |_| Ok(json!({ "data": null })));
    assert!(odd.is_err());
}
