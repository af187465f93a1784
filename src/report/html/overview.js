// All scenarios of the run in a row each, those that need somebody first in sight.

import { el, put } from './dom.js';
import { bytes, counted, quantity, signed } from './format.js';
import { line } from './drawings.js';
import { run, scenarios } from './data.js';
import { linesOf, sign } from './scenario.js';

const SHOWN = ['delta', 'growth', 'peak', 'leaked'];
const state = { query: '', failedOnly: false };

/** Shows the overview in `main`; `href(summary)` is where a scenario is. */
export function showOverview(main, href) {
  const broken = run.suites.filter((suite) => suite.error);
  const rows = scenarios.map((scenario) => ({ scenario, element: rowOf(scenario, href) }));
  const told = el('p', { class: 'told count', role: 'status' });
  const field = el('input', {
    type: 'search', class: 'search', placeholder: 'search scenarios  /', 'aria-label': 'Search scenarios', spellcheck: 'false', autocomplete: 'off', value: state.query,
    oninput() { state.query = this.value; narrow(); },
    onkeydown(event) {
      if (event.key === 'Enter' || event.key === 'ArrowDown') { event.preventDefault(); step(1, true); }
    },
  });
  const only = el('input', { type: 'checkbox', id: 'failed-only', onchange() { state.failedOnly = this.checked; narrow(); } });
  only.checked = state.failedOnly;
  const title = el('h1', { tabindex: '-1' }, verdict(broken));
  const head = ['', 'scenario', 'what is wrong', 'live'].map((text) => el('th', { scope: 'col' }, text));
  put(main, title,
    el('p', { class: 'meta' }, `${counted(run.suites.length, 'suite')}, ${counted(scenarios.length, 'scenario')}`, run.against && ', beside another run'),
    el('div', { class: 'bar' }, field, el('label', { for: 'failed-only' }, only, ' failed only'), told),
    broken.map((suite) => el('section', { class: 'fault' }, el('h2', {}, sign('error'), ' ', suite.name), linesOf(suite.error))),
    el('div', { class: 'wide' }, el('table', { class: 'overview' },
      el('thead', {}, el('tr', {}, head, SHOWN.map((text) => el('th', { scope: 'col', class: 'n' }, text)))),
      el('tbody', {}, rows.map((row) => row.element)))));

  function narrow() {
    rows.forEach(({ scenario, element }) => { element.hidden = !isIn(scenario); });
    const seen = rows.filter((row) => !row.element.hidden).length;
    put(told, seen === scenarios.length ? '' : `${seen} of ${counted(scenarios.length, 'scenario')}`);
  }
  function step(by, fromField = false) {
    const links = rows.filter((row) => !row.element.hidden).map((row) => row.element.querySelector('a'));
    const at = fromField ? -1 : links.indexOf(document.activeElement);
    const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1);
    links[next]?.focus();
  }
  narrow();
  return {
    field,
    step,
    back() {
      if (!state.query) return false;
      field.value = state.query = '';
      narrow();
      return true;
    },
  };
}

/** Whether the overview shows a scenario. */
function isIn({ text, verdict }) {
  const words = state.query.toLowerCase().split(/\s+/);
  return words.every((word) => text.includes(word)) && !(state.failedOnly && verdict === 'pass');
}

/** The scenario that comes before or after one, among those that the overview shows. */
export function neighbour(summary, by) {
  const shown = scenarios.filter((scenario) => scenario === summary || isIn(scenario));
  return shown[shown.indexOf(summary) + by];
}

function verdict(broken) {
  const of = (verdict) => scenarios.filter((scenario) => scenario.verdict === verdict).length;
  const [errors, regressions] = [of('error') + broken.length, of('regression')];
  if (!scenarios.length && !broken.length) return 'Nothing ran';
  if (!errors && !regressions) return 'Every threshold holds';
  const parts = [errors && `the gate broke in ${counted(errors, 'place')}`, regressions && counted(regressions, 'regression')].filter(Boolean).join(', ');
  return parts[0].toUpperCase() + parts.slice(1);
}

function rowOf(scenario, href) {
  const { suite, name, verdict, headline, live } = scenario;
  return el('tr', {},
    el('td', {}, sign(verdict)),
    el('td', { class: 'name' }, el('a', { href: href(scenario) }, el('span', { class: 'suite' }, `${suite}::`), name)),
    el('td', { class: 'wrong' }, el('span', { class: `headline is-${verdict}` }, headline)),
    el('td', {}, live.length > 1 && line(live, { width: 110, height: 18, label: `live bytes, from ${bytes(live[0])} to ${bytes(live.at(-1))}` })),
    SHOWN.map((column) => metricCell(scenario.metrics[column])));
}

function metricCell(metric) {
  if (!metric) return el('td', { class: 'n' });
  const [value, unit, isBroken, other] = metric;
  const change = other === null || other === value ? null : el('span', { class: value > other ? 'more' : 'less' }, ` ${signed(value - other, quantity(value - other, unit))}`);
  return el('td', { class: isBroken ? 'n broken' : value === 0 ? 'n quiet' : 'n' }, quantity(value, unit), change);
}
