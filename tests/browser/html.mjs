// The HTML report in a real browser. Argument: the folder of the pages.

import assert from 'node:assert/strict';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { openPage, withChromium } from './chromium.mjs';
import { HOSTILE } from './reports.mjs';

const folder = process.argv[2];
await mkdir(folder, { recursive: true });

/** Opens a page, does something with it, and sees that nothing happened that must not. */
async function visit(browser, name, work, { address = '', ...options } = {}) {
  const page = await openPage(browser, { viewport: { width: 1400, height: 1000 }, ...options });
  await page.goto(pathToFileURL(join(folder, name)).href + address);
  await page.waitForSelector('html[data-ready]');
  await work(page);
  assert.deepEqual(page.told, [], `${name} ${address}`);
  await page.context().close();
}

const texts = (page, selector) => page.locator(selector).allInnerTexts();
const rows = (page) => page.locator('.virtual tbody tr:not(.room)');
const columnOf = async (page, title) => (await texts(page, '.virtual th')).indexOf(title);
const seen = (page) => page.evaluate(() => document.querySelector('.sites .count').textContent);

/** A digest of what is drawn, to tell whether it changed. */
const drawing = (page, selector) => page.locator(selector).evaluate((canvas) => canvas.toDataURL());

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

async function aScenarioIsToldWhole(browser) {
  await visit(browser, 'feed.html', async (page) => {
    // The only one is opened by itself.
    assert.match(await page.locator('h1').innerText(), /feed::scroll/);
    assert.equal(await page.locator('p.headline').innerText(), 'grew by 2.9 MB where less than 1 KB may stay');
    const broken = await texts(page, '.thresholds tr.broken td:first-child');
    assert.deepEqual(broken, ['delta', 'idle_rate', 'growth', 'peak']);
    assert.match((await texts(page, '.thresholds tr.broken td:nth-child(4)'))[0], /^over by 2\.9 MB$/);
    assert.ok(await page.locator('.chart canvas').isVisible());
    assert.match(await page.locator('.detail').innerText(), /feed::cache::EmbedCache::insert[\s\S]*unbounded growth while idle[\s\S]*the static feed::FEED[\s\S]*guests\/feed\/src\/cache\.rs:48/);
    assert.match(await page.locator('.holders').innerText(), /the static feed::FEED/);
    // It differs from what was accepted, side by side.
    assert.ok(await page.locator('.sides .left').count());
    assert.ok(await page.locator('.sides .came').count());
  });
}

async function theChartHasTwoAxes(browser) {
  await visit(browser, 'feed.html', async (page) => {
    const byMarks = await drawing(page, '.chart canvas');
    await page.getByRole('button', { name: 'virtual time' }).click();
    assert.notEqual(await drawing(page, '.chart canvas'), byMarks);
    await page.locator('.chart').hover({ position: { x: 400, y: 100 } });
    assert.match((await page.locator('.heap .told').innerText()).replaceAll('\n', ' '), /at .* live .* in .* blocks/);
  });
}

async function sitesAreSearched(browser) {
  await visit(browser, 'feed.html', async (page) => {
    await page.keyboard.press('/');
    await page.keyboard.type('EventCache');
    assert.match(await seen(page), /^\d of 26 sites/);
    for (const text of await rows(page).allInnerTexts()) assert.match(text, /Cache/);
    await page.keyboard.press('Escape');
    assert.match(await seen(page), /^26 sites/);
    await page.keyboard.press('/');
    await page.keyboard.type('no such function');
    assert.match(await seen(page), /^0 of 26 sites/);
  });
}

async function sitesAreSorted(browser) {
  await visit(browser, 'feed.html', async (page) => {
    const head = page.locator('.virtual th', { hasText: 'total' });
    await head.getByRole('button').click();
    assert.equal(await head.getAttribute('aria-sort'), 'descending');
    const at = await columnOf(page, 'total');
    const largest = await rows(page).first().locator('td').nth(at).innerText();
    assert.equal(largest, '6.9 MB');
    await head.getByRole('button').click();
    assert.equal(await head.getAttribute('aria-sort'), 'ascending');
    assert.notEqual(await rows(page).first().locator('td').nth(at).innerText(), largest);
    // By the keyboard just so.
    await page.locator('.virtual th', { hasText: 'site' }).getByRole('button').press('Enter');
    assert.equal(await head.getAttribute('aria-sort'), 'none');
  });
}

async function theIcicleIsZoomed(browser) {
  await visit(browser, 'feed.html', async (page) => {
    const canvas = page.locator('.icicle');
    const whole = await drawing(page, '.icicle');
    // The first of the row below all.
    await canvas.click({ position: { x: 20, y: 28 } });
    assert.notEqual(await drawing(page, '.icicle'), whole);
    assert.match(await seen(page), /^\d+ of 26 sites/);
    await canvas.press('Escape');
    assert.match(await seen(page), /^26 sites/);
    await page.mouse.move(0, 0);
    assert.equal(await drawing(page, '.icicle'), whole);
    // By the keyboard: down to what is called, in, and out again.
    await canvas.press('ArrowDown');
    await canvas.press('ArrowDown');
    assert.match(await page.locator('#icicle-told').innerText(), /of all/);
    await canvas.press('Enter');
    assert.match(await seen(page), /^\d+ of 26 sites/);
    for (const weight of ['live', 'peak', 'total', 'growth', 'delta']) {
      await page.getByRole('button', { name: weight, exact: true }).first().click();
      assert.ok(await page.locator('#icicle-told').innerText());
    }
    const callersFirst = await drawing(page, '.icicle');
    await page.getByRole('button', { name: 'allocators first' }).click();
    assert.notEqual(await drawing(page, '.icicle'), callersFirst);
  });
}

async function theKeyboardIsEnough(browser) {
  await visit(browser, 'large.html', async (page) => {
    const focused = () => page.evaluate(() => document.activeElement.textContent);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    assert.equal(await focused(), 'large::scenario-000');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.virtual');
    assert.match(await focused(), /scenario-001/);
    await page.keyboard.press('n');
    await page.waitForFunction(() => document.querySelector('h1').textContent.includes('scenario-002'));
    await page.locator('.virtual').focus();
    const chosen = () => page.locator('.virtual tr[aria-selected="true"]').getAttribute('aria-rowindex');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    assert.equal(await chosen(), '3');
    await page.keyboard.press('End');
    assert.equal(await chosen(), '101');
    await page.keyboard.press('Escape');
    await page.waitForSelector('.overview');
    // What the page begins with is a way past its head.
    await page.reload();
    await page.waitForSelector('html[data-ready]');
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press('Tab');
    assert.equal(await focused(), 'Skip to the report');
    await page.keyboard.press('?');
    assert.ok(await page.locator('#help').isVisible());
    await page.keyboard.press('Escape');
    assert.ok(!await page.locator('#help').isVisible());
  });
}

async function theOverviewIsNarrowed(browser) {
  await visit(browser, 'hostile.html', async (page) => {
    const all = await page.locator('.overview tbody tr:visible').count();
    assert.equal(all, HOSTILE.length);
    await page.keyboard.press('/');
    await page.keyboard.type('onerror');
    assert.equal(await page.locator('.overview tbody tr:visible').count(), 1);
    await page.keyboard.press('Escape');
    await page.getByLabel('failed only').check();
    assert.equal(await page.locator('.overview tbody tr:visible').count(), all);
  });
}

async function colourIsAsTheReaderHasIt(browser) {
  const paper = (page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  for (const [colorScheme, own, other] of [['light', 'rgb(255, 255, 255)', 'rgb(20, 23, 26)'], ['dark', 'rgb(20, 23, 26)', 'rgb(255, 255, 255)']]) {
    await visit(browser, 'feed.html', async (page) => {
      assert.equal(await paper(page), own);
      const drawn = await drawing(page, '.icicle');
      await page.keyboard.press('t');
      assert.equal(await paper(page), other);
      assert.notEqual(await drawing(page, '.icicle'), drawn);
    }, { colorScheme });
  }
}

async function aSmallScreenIsEnough(browser) {
  for (const [name, address] of [['feed.html', ''], ['large.html', ''], ['hostile.html', ''], ['hostile.html', addressOf(HOSTILE[15])], ['against.html', '']]) {
    await visit(browser, name, async (page) => {
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(beyond <= 0, `${name} is ${beyond} pixels too wide`);
    }, { viewport: { width: 400, height: 800 }, address });
  }
}

async function anotherRunLiesBeside(browser) {
  await visit(browser, 'against.html', async (page) => {
    assert.ok(await page.locator('.key.other').isVisible());
    const other = await columnOf(page, 'other run');
    const change = await columnOf(page, 'change');
    const first = rows(page).first().locator('td');
    assert.equal(await first.nth(other).innerText(), '40 KB');
    assert.equal(await first.nth(change).innerText(), '+712 KB');
    assert.match(await page.locator('.thresholds tr.broken').first().innerText(), /-337 B\s+\+2\.9 MB/);
  });
}

async function paperHasTheRows(browser) {
  await visit(browser, 'wide.html', async (page) => {
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    assert.equal(await rows(page).count(), 200);
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    assert.ok(await rows(page).count() < 100);
  }, { colorScheme: 'dark' });
}

const addressOf = (name) => `#${new URLSearchParams({ scenario: `${name}::${name}` })}`;

/** Names are text, whatever they say: no element comes of them, no script runs, and the policy has nothing to refuse. */
async function namesAreText(browser) {
  for (const name of HOSTILE) {
    await visit(browser, 'hostile.html', async (page) => {
      await page.waitForSelector('.virtual');
      await page.locator('details').evaluateAll((all) => all.forEach((details) => { details.open = true; }));
      for (let row = 0; row < HOSTILE.length; row += 1) {
        await page.locator('.virtual').focus();
        await page.keyboard.press('j');
      }
      await harmless(page, name);
    }, { address: addressOf(name) });
  }
  await visit(browser, 'hostile.html', (page) => harmless(page, 'the overview'));
}

async function harmless(page, name) {
  const found = await page.evaluate(() => ({
    injected: window.injected,
    elements: document.querySelectorAll('img, iframe, object, embed, link, base, form:not(dialog form), main style, main script').length,
    handlers: [...document.querySelectorAll('*')].flatMap((element) => [...element.attributes]).filter(({ name }) => name.startsWith('on')).length,
    links: [...document.querySelectorAll('a')].filter((link) => !link.getAttribute('href').startsWith('#')).length,
    unseen: /[\u0000-\u0008\u001b\u202a-\u202e\u2066-\u2069]/.test(document.querySelector('main').textContent),
  }));
  assert.deepEqual(found, { injected: undefined, elements: 0, handlers: 0, links: 0, unseen: false }, name);
}

/** The watch for injections sees one, where the policy is not there to prevent it. */
async function anInjectionWouldBeSeen(browser) {
  const page = await openPage(browser);
  await page.setContent('<!doctype html><main></main>');
  await page.evaluate(() => { document.querySelector('main').innerHTML = '<img src="data:," onerror="window.injected = 1">'; });
  await page.waitForFunction(() => window.injected);
  await assert.rejects(harmless(page, 'planted'));
  await page.context().close();
}

/** Even a name that became markup could do nothing: the policy admits the page's own script only. */
async function thePolicyHolds(browser) {
  const page = await openPage(browser);
  await page.goto(pathToFileURL(join(folder, 'feed.html')).href);
  await page.waitForSelector('html[data-ready]');
  const injected = await page.evaluate(async () => {
    document.querySelector('main').innerHTML = '<img src="data:," onerror="window.injected = 1">';
    const script = document.createElement('script');
    script.textContent = 'window.injected = 2';
    document.body.append(script);
    await fetch('http://planted.invalid/').catch(() => {});
    return window.injected;
  });
  assert.equal(injected, undefined);
  assert.ok(page.told.some((text) => text.includes('Content Security Policy')));
  assert.ok(!page.told.some((text) => text.startsWith('request:')));
  await page.context().close();
}

const LARGEST = 5 * 1024 * 1024;

/** Sizes are held; times are told, since they are the machine's. */
async function largeReportsAreSmallAndQuick(browser) {
  for (const name of ['large.html', 'wide.html']) {
    const { size } = await stat(join(folder, name));
    assert.ok(size < LARGEST, `${name} has ${size} bytes`);
    await visit(browser, name, async (page) => {
      const ready = await page.evaluate(() => performance.now());
      const [searched, sorted, scrolled] = name === 'wide.html' ? await paces(page) : [];
      const paced = searched ? `; search ${searched} ms, sort ${sorted} ms, scroll ${scrolled} ms at worst` : '';
      console.log(`${name}: ${(size / 1024 / 1024).toFixed(2)} MB, ready within ${ready.toFixed(0)} ms${paced}`);
    });
  }
}

/** How long the page is busy with a search, with a sort, and with the slowest of many steps of scrolling. */
async function paces(page) {
  return page.evaluate(async () => {
    const timed = (work) => {
      const start = performance.now();
      work();
      document.body.offsetHeight;
      return Math.round(performance.now() - start);
    };
    const field = document.querySelector('.sites .search');
    const search = timed(() => { field.value = 'worker'; field.dispatchEvent(new Event('input')); });
    const sort = timed(() => document.querySelector('.virtual th button').click());
    const box = document.querySelector('.scroll');
    let worst = 0;
    for (let step = 0; step < 50; step += 1) {
      const start = performance.now();
      box.scrollTop += 1500;
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      worst = Math.max(worst, performance.now() - start);
    }
    return [search, sort, Math.round(worst)];
  });
}

/** However many sites there are, few rows exist. */
async function rowsExistThatAreSeen(browser) {
  await visit(browser, 'wide.html', async (page) => {
    assert.ok(await rows(page).count() < 100);
    await page.locator('.virtual').focus();
    await page.keyboard.press('End');
    assert.equal(await page.locator('.virtual tr[aria-selected="true"]').getAttribute('aria-rowindex'), '10001');
    assert.ok(await rows(page).count() < 100);
  });
}

const TESTS = [
  theWatchIsAwake, anInjectionWouldBeSeen, thePolicyHolds, aScenarioIsToldWhole, theChartHasTwoAxes, sitesAreSearched, sitesAreSorted, theIcicleIsZoomed,
  theKeyboardIsEnough, theOverviewIsNarrowed, colourIsAsTheReaderHasIt, aSmallScreenIsEnough, anotherRunLiesBeside, paperHasTheRows, namesAreText,
  rowsExistThatAreSeen, largeReportsAreSmallAndQuick,
];

await withChromium(async (browser) => {
  const only = process.argv[3] ?? '';
  for (const test of TESTS.filter(({ name }) => name.includes(only))) {
    try {
      await test(browser);
    } catch (error) {
      error.message = `${test.name}: ${error.message}`;
      throw error;
    }
    console.log(`ok  ${test.name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`);
  }
});
