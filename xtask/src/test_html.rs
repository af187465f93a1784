//! `cargo xtask test-html`: the HTML report in a real browser.

use anyhow::Result;
use clap::Args;

use crate::browser::Browser;
use crate::project::scratch;

/// Open HTML reports in a headless Chromium: click, search, sort, zoom, and see that nothing is injected and nothing leaves.
#[derive(Args)]
pub(crate) struct TestHtml {}

impl TestHtml {
    pub(crate) fn run(self) -> Result<()> {
        let browser = Browser::ready()?;
        browser.run("html.mjs", &[scratch("html")?])
    }
}
