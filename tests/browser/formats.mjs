// DHAT's viewer, speedscope and the browser's own SVG, each with what `memgate report` wrote. Argument: the job, a JSON file.

import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { openPage, withChromium } from './chromium.mjs';

const job = JSON.parse(await readFile(process.argv[2], 'utf8'));
const files = await readdir(job.folder);
const ending = (end) => files.filter((name) => name.endsWith(end)).sort().map((name) => join(job.folder, name));

/** The files come in the order of their names, so that sums are compared as a set. */
const sorted = (numbers) => numbers.toSorted((one, other) => one - other);

const number = (text) => Number(text.replaceAll(',', ''));

async function dhat(browser) {
  const page = await openPage(browser);
  const seen = [];
  for (const file of ending('.dhat.json')) {
    const text = await view(page, file);
    const total = text.match(/Total:\s+([\d,]+) bytes.*? in ([\d,]+) blocks/);
    const peak = text.match(/At t-gmax:\s+([\d,]+) bytes/);
    const end = text.match(/At t-end:\s+([\d,]+) bytes/);
    assert.ok(total, `${file}: ${text}`);
    seen.push([total[1], total[2], peak?.[1] ?? '0', end?.[1] ?? '0'].map(number).join(' '));
  }
  const expected = job.scenarios
    .filter((sums) => sums.sites > 0)
    .map((sums) => [sums.totalBytes, sums.totalBlocks, ...(sums.hasLifetimes ? [sums.peakBytes, sums.endBytes] : [0, 0])])
    .map((sums) => sums.join(' '));
  assert.deepEqual(seen.toSorted(), expected.toSorted());
  assert.deepEqual(page.told, []);
  await viewerRefusesStacksThatAreAlike(page);
}

/** What DHAT's viewer shows of a file. */
async function view(page, file) {
  await page.goto(pathToFileURL(job.dhatViewer).href);
  await page.setInputFiles('input[type=file]', file);
  await page.waitForFunction(() => document.body.innerText.includes('PP 1/1') || document.querySelector('.error'));
  assert.equal(await page.locator('.error').count(), 0, `${file}: ${await page.innerText('body')}`);
  return page.innerText('body');
}

/** The planted fault: a profile of which the viewer complains is found out. */
async function viewerRefusesStacksThatAreAlike(page) {
  const profile = JSON.parse(await readFile(ending('.dhat.json')[0], 'utf8'));
  profile.pps.push(profile.pps[0], profile.pps[0]);
  const file = join(job.folder, 'planted.json');
  await writeFile(file, JSON.stringify(profile));
  await assert.rejects(view(page, file), /repeated location/);
}

async function svg(browser) {
  const page = await openPage(browser);
  const seen = [];
  for (const file of ending('.svg')) {
    await page.goto(pathToFileURL(file).href);
    const root = await page.evaluate(() => document.documentElement.nodeName);
    assert.equal(root, 'svg', `${file} is well-formed`);
    const all = await page.evaluate(() => {
      const titles = [...document.querySelectorAll('title')].map((title) => title.textContent);
      return titles.find((title) => title.startsWith('all ('));
    });
    seen.push(number(all.match(/^all \(([\d,]+) bytes/)[1]));
    // It zooms, so that inferno's script runs in it.
    await page.locator('#frames g').last().click({ force: true });
    await page.waitForFunction(() => !document.querySelector('#unzoom').classList.contains('hide'));
  }
  const expected = job.scenarios.map((sums) => sums.endBytes).filter((bytes) => bytes > 0);
  assert.deepEqual(sorted(seen), sorted(expected));
  assert.deepEqual(page.told, []);
}

/** Speedscope reads three of the forms; what it made of them is in the first lines of what it shows. */
async function speedscope(browser) {
  for (const [end, several] of [['.speedscope.json', true], ['.pb.gz', false], ['.folded', false]]) {
    for (const file of ending(end)) {
      if ((await readFile(file)).length === 0) continue;
      await open(browser, file, several);
    }
  }
}

async function open(browser, file, several) {
  const page = await openPage(browser);
  await page.goto(pathToFileURL(join(job.speedscope, 'index.html')).href);
  await page.setInputFiles('input[type=file]', file);
  await page.waitForFunction(
    () => document.body.innerText.includes('Sandwich') && !document.body.innerText.includes('Loading'),
    undefined,
    { timeout: 20_000 },
  );
  const text = await page.innerText('body');
  if (several) assert.ok(text.includes(`(1/${job.scenarios.length})`) || job.scenarios.length === 1, `${file}: ${text}`);
  // What the graphics driver has to say is no fault of the file.
  const told = page.told.filter((line) => !line.includes('GL Driver Message'));
  assert.deepEqual(told, [], file);
  await page.context().close();
}

await withChromium(async (browser) => {
  await dhat(browser);
  await svg(browser);
  await speedscope(browser);
});
