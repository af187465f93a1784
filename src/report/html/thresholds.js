// What was judged: metrics and their limits, allowances, and what the module told of itself.

import { el, plainTable } from './dom.js';
import { bytes, counted, exactly, quantity, signed } from './format.js';

/** The thresholds of a scenario, and the metrics that have none. */
export function thresholds(scenario) {
  const bounded = scenario.metrics.filter((metric) => metric.bounds.length);
  const others = scenario.metrics.filter((metric) => !metric.bounds.length);
  const head = ['metric', ['measured', 'n'], ['limit', 'n'], ''];
  const otherHead = ['metric', ['measured', 'n']];
  if (scenario.other) {
    head.push(['other run', 'n'], ['change', 'n']);
    otherHead.push(['other run', 'n'], ['change', 'n']);
  }
  const rows = bounded.flatMap((metric) => metric.bounds.map((bound) => ({
    kind: bound.holds ? 'holds' : 'broken',
    cells: [metric.name, measured(metric), limit(metric, bound), outcome(metric, bound), ...beside(scenario, metric)],
  })));
  return [
    el('div', { class: 'bar' }, el('h2', {}, 'Thresholds')),
    rows.length ? plainTable(head, rows) : el('p', { class: 'quiet' }, scenario.fault ? 'Nothing was judged.' : 'There are none.'),
    others.length > 0 && el('details', {}, el('summary', {}, `${counted(others.length, 'metric')} without a limit`),
      plainTable(otherHead, others.map((metric) => ({ cells: [metric.name, measured(metric), ...beside(scenario, metric)] })))),
  ];
}

function measured({ value, judged, unit }) {
  const text = el('span', { title: exactly(value, unit) }, quantity(value, unit));
  return judged === value ? text : [text, el('span', { class: 'quiet', title: 'what is left without the sites that are allowed; limits are held against this' }, ` judged ${quantity(judged, unit)}`)];
}

function limit({ unit }, { comparison, limit, relative }) {
  const text = limit === null ? 'nothing accepted yet' : `${comparison} ${quantity(limit, unit)}`;
  const accepted = relative?.accepted ?? null;
  const title = accepted === null ? null : `${relative.text}, where ${exactly(accepted, unit)} was accepted`;
  return el('span', { title: title ?? (limit === null ? null : exactly(limit, unit)) }, text, relative && el('span', { class: 'quiet' }, ` ${relative.text}`));
}

function outcome({ unit }, { holds, excess, comparison, limit }) {
  if (holds) return 'ok';
  if (limit === null) return 'unknown';
  return `${comparison.startsWith('<') ? 'over' : 'short'} by ${quantity(excess, unit)}`;
}

function beside({ other }, metric) {
  if (!other) return [];
  const twin = other.metrics.find(({ name }) => name === metric.name);
  if (!twin) return ['none', ''];
  const change = metric.value - twin.value;
  return [quantity(twin.value, metric.unit), change === 0 ? '' : signed(change, quantity(change, metric.unit))];
}

/** Sites that are known to hold memory, and whether they may. */
export function allowances({ allowances, sites }) {
  if (!allowances.length) return null;
  return el('section', { class: 'allowances', 'aria-label': 'Allowances' }, el('h2', {}, 'Allowances'), plainTable(['site', 'may hold', ['holds', 'n'], '', 'why'], allowances.map((allowance) => ({
    kind: allowance.standing === 'counts' ? 'holds' : 'broken',
    cells: [
      el('code', { title: allowance.sites.map((at) => sites[at]?.own[0]?.short ?? '').join(', ') }, allowance.site),
      allowance.bounds.join(', '), `${bytes(allowance.held.bytes)} in ${counted(allowance.held.blocks, 'block')}`,
      allowance.standing, allowance.until ? `${allowance.reason} (until ${allowance.until})` : allowance.reason,
    ],
  }))));
}

/** What the module told of itself. */
export function probes({ probes }) {
  if (!probes.length) return null;
  const marks = [...new Set(probes.flatMap((probe) => probe.values.map((value) => value.mark)))];
  return el('section', { class: 'probes', 'aria-label': 'Probes' }, el('h2', {}, 'Probes'), plainTable(['probe', ...marks.map((mark) => [mark, 'n'])], probes.map(({ name, unit, values }) => ({
    cells: [name, ...marks.map((mark) => {
      const read = values.find((value) => value.mark === mark);
      return read ? quantity(read.value, unit) : '';
    })],
  }))));
}
