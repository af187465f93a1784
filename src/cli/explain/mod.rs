//! `memgate explain`

mod topics;

use std::process::ExitCode;

use clap::Args;

use self::topics::Topic;
use crate::harness::{broken, say};

/// Tell what a metric is, or what an error means and what to do
///
/// With nothing else, list the topics.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Explain {
    /// A metric, an error, or a word of a failure's text
    ///
    /// Such as `delta`, `no-allocator`, `bounded cache`.
    #[arg(value_name = "METRIC or ERROR")]
    topic: Vec<String>,
}

impl Explain {
    pub(super) fn run(self) -> ExitCode {
        if self.topic.is_empty() {
            return say(&topics::listed());
        }
        // Words of a failure's text need no quotes.
        let wanted = self.topic.join(" ");
        match Topic::find(&wanted) {
            Some(topic) => say(&topic.page()),
            None => broken(&unknown(&wanted)),
        }
    }
}

fn unknown(wanted: &str) -> String {
    let hint = topics::closest(wanted)
        .map(|close| format!(", did you mean `{close}`?"))
        .unwrap_or_default();
    format!("error: there is no topic `{wanted}`{hint}\n`memgate explain` lists them all")
}
