// A picture of a page. Arguments: the page, the picture.

import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';

import { openPage, withChromium } from './chromium.mjs';

const [html, picture] = process.argv.slice(2);

await withChromium(async (browser) => {
  const page = await openPage(browser, { viewport: { width: 1360, height: 1000 }, colorScheme: 'light' });
  await page.goto(pathToFileURL(html).href);
  await page.waitForSelector('html[data-ready]');
  // The site that grows from cycle to cycle shows more than the one that grew most.
  await page.locator('.virtual tbody tr:not(.room)').nth(2).click();
  await page.mouse.move(0, 0);
  await page.screenshot({ path: picture });
  assert.deepEqual(page.told, []);
});
