// The HTML report in a real browser. Argument: a folder for what is written.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { openPage, withChromium } from './chromium.mjs';

const folder = process.argv[2];
await mkdir(folder, { recursive: true });

/** What a page tells that must not happen is seen at all, each kind of it. */
async function theWatchIsAwake(browser) {
  const planted = {
    'console: planted': 'console.error("planted")',
    'uncaught: Error: planted': 'throw new Error("planted")',
    'dialog: planted': 'alert("planted")',
    'request: http://planted.invalid/': 'new Image().src = "http://planted.invalid/"',
  };
  for (const [expected, script] of Object.entries(planted)) {
    assert.ok((await tellsOf(browser, script)).includes(expected), `nobody heard ${expected}`);
  }
  assert.deepEqual(await tellsOf(browser, '1 + 1'), []);
}

async function tellsOf(browser, script) {
  const file = join(folder, 'planted.html');
  await writeFile(file, `<!doctype html><title>planted</title><script>${script}</script>`);
  const page = await openPage(browser);
  await page.goto(pathToFileURL(file).href, { waitUntil: 'load' });
  await page.context().close();
  return page.told;
}

await withChromium(async (browser) => {
  await theWatchIsAwake(browser);
});
