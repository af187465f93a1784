// A page in the Chromium that `cargo xtask` found, which writes down what must not happen: errors, and requests that leave.
//
// The current folder is where npm put its packages; this file lies in the checkout, where there are none.

import { createRequire } from 'node:module';
import { join } from 'node:path';

const { chromium } = createRequire(join(process.cwd(), 'package.json'))('playwright-core');

/** Starts Chromium, hands it to `work`, and ends it whatever happens. */
export async function withChromium(work) {
  const executablePath = process.env.CHROME;
  if (!executablePath) throw new Error('CHROME names no browser: run this through cargo xtask');
  const browser = await chromium.launch({ executablePath, headless: true });
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

/**
 * A new page in a context of its own; `options` are playwright's (viewport, colorScheme, ...).
 *
 * `page.told` holds what the console said in error, what was thrown and not caught, which dialogs opened and which
 * requests wanted to leave: an empty array is what most tests want of it. Nothing does leave.
 */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.told = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') page.told.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => page.told.push(`uncaught: ${error}`));
  page.on('dialog', (dialog) => {
    page.told.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  await context.route(/^(?!file:|data:|blob:)/, (route) => {
    page.told.push(`request: ${route.request().url()}`);
    return route.abort();
  });
  return page;
}
