// One scenario: what is wrong, how the heap went, which sites made it so, and what else is known.

import { add, el, plainTable, put, shownLines } from './dom.js';
import { count, counted, duration } from './format.js';
import { heapChart, marksTable } from './chart.js';
import { isCycle, markNamed, open } from './data.js';
import { sitesView } from './sites.js';
import { holders, wrongFrees } from './holders.js';
import { stackList } from './stack.js';
import { allowances, probes, thresholds } from './thresholds.js';
import { changes } from './changes.js';
import { onTheme } from './theme.js';

export const SIGNS = { pass: ['✓', 'pass'], regression: ['✗', 'regression'], error: ['!', 'the gate broke'] };

/** The sign of a verdict. */
export function sign(verdict) {
  const [mark, words] = SIGNS[verdict] ?? ['?', verdict];
  return el('span', { class: `sign is-${verdict}`, title: words, role: 'img', 'aria-label': words }, mark);
}

/** Shows a scenario in `main`; what is returned answers keys. `chosen(site)` is told of the site that is looked at. */
export async function showScenario(main, summary, site, chosen) {
  const scenario = await open(summary);
  const title = el('h1', { tabindex: '-1' }, sign(scenario.verdict), ' ', scenario.id);
  const chart = scenario.marks.length ? heapChart(scenario) : null;
  const sites = scenario.sites.length ? sitesView(scenario, chosen) : null;
  put(main,
    title,
    el('p', { class: `headline is-${scenario.verdict}` }, scenario.headline),
    el('p', { class: 'meta' }, story(scenario)),
    fault(scenario),
    scenario.notes.map((note) => el('p', { class: 'note' }, note)),
    el('div', { class: 'upper' },
      el('section', { class: 'thresholds', 'aria-label': 'Thresholds' }, thresholds(scenario)),
      chart && el('section', { class: 'heap', 'aria-label': 'Heap' }, chart.elements)),
    allowances(scenario),
    probes(scenario),
    sites?.element,
    wrongFrees(scenario),
    changes('Sites that differ from those that were accepted', scenario.snapshot),
    changes('Numbers that differ from those that were accepted', scenario.numbers),
    holders(scenario),
    more(scenario));
  sites?.start(site);
  onTheme(() => { chart?.redraw(); sites?.redraw(); });
  return { field: sites?.field, back: () => sites?.back() ?? false };
}

/** "feed.wasm · 20 cycles and 1 h idle · 26 sites · 486,520 events" */
function story(scenario) {
  const { marks, order, module, sites, events } = scenario;
  const cycles = marks.filter(isCycle).length;
  const time = (name) => marks[markNamed(marks, name)]?.time_ns ?? 0;
  const idle = time('idle end') - time('idle start');
  const parts = [cycles > 0 && counted(cycles, 'cycle'), idle > 0 && `${duration(idle)} idle`].filter(Boolean);
  return [module, parts.join(' and '), order && `${order.name}, seed ${order.seed}`, counted(sites.length, 'site'), `${count(events)} allocations, frees and resizes`]
    .filter(Boolean).join(' · ');
}

function fault({ fault }) {
  if (!fault) return null;
  return el('section', { class: 'fault', 'aria-label': 'Fault' },
    linesOf(fault.cause),
    fault.advice && el('p', {}, el('b', {}, 'Do: '), fault.advice),
    fault.stack.length > 0 && [el('h3', {}, "The guest's stack"), stackList(fault.stack)],
    fault.stderr && [el('h3', {}, 'The end of its standard error'), linesOf(fault.stderr)]);
}

/** Text in lines, as it is laid out. */
export function linesOf(text) {
  const block = el('pre');
  // Spelt out line by line, and so not once more.
  block.textContent = shownLines(text);
  return block;
}

function more(scenario) {
  const { head, rows } = marksTable(scenario);
  const facts = [
    [counted(scenario.contexts, 'calling context'), scenario.contexts],
    [`${count(scenario.folded_allocations)} allocations beyond the cap of contexts`, scenario.folded_allocations],
    [`${count(scenario.unknown_frees)} frees of addresses at which no block was`, scenario.unknown_frees],
    [`${count(scenario.unseen_frees)} blocks handed out again though no free of them was seen`, scenario.unseen_frees],
  ].filter(([, isTold]) => isTold).map(([text]) => text);
  const details = el('details', {}, el('summary', {}, `${counted(rows.length, 'mark')} in figures`));
  details.addEventListener('toggle', () => details.childElementCount === 1 && add(details, plainTable(head, rows)));
  return el('section', { class: 'more', 'aria-label': 'More' }, rows.length > 0 && details, el('p', { class: 'quiet' }, facts.join(' · ')));
}

