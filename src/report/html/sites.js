// The sites of a scenario: as an icicle, as a table, and one of them whole. All three speak of the same choice.

import { callTree, sitesBelow } from './tree.js';
import { choice, el, put } from './dom.js';
import { icicle } from './icicle.js';
import { bars } from './drawings.js';
import { bornBy, siteDetail, swatch } from './site.js';
import { bytes, count, counted, signed } from './format.js';
import { isCycle, run, surveyOf } from './data.js';
import { siteName } from './stack.js';
import { virtualTable } from './table.js';

/** `chosen(site)` is told of the site that is looked at. */
export function sitesView(scenario, chosen) {
  const { sites } = scenario;
  const state = { weight: firstWeight(scenario), blocks: false, inverted: false, libraries: false, query: '', within: null };
  const weigh = (site) => site.figures[state.weight][state.blocks ? 1 : 0];
  const worded = (value) => (state.blocks ? counted(value, 'block') : bytes(value));
  const told = el('p', { class: 'told count', role: 'status' });
  const drawing = icicle((node) => {
    state.within = node.parent ? new Set(sitesBelow(node)) : null;
    narrow();
  });
  const columns = columnsOf(scenario, state);
  const detail = el('aside', { class: 'detail', 'aria-label': 'The site that was chosen' });
  const open = (site) => {
    put(detail, siteDetail(site, scenario));
    detail.scrollTop = 0;
    chosen(site);
  };
  const table = virtualTable({ label: 'Sites', columns, onOpen: open });
  const weightColumn = () => columns.findIndex((column) => column.weight === state.weight);

  function narrow() {
    const matches = matcher(scenario.places, wordsOf(state.query));
    const rows = table.narrow((site) => (!state.within || state.within.has(site)) && matches(site));
    const held = rows.reduce((sum, site) => sum + weigh(site), 0);
    const of = rows.length === sites.length ? '' : ` of ${count(sites.length)}`;
    put(told, `${count(rows.length)}${of} sites: ${worded(held)}, ${run.weights[state.weight][1]}`);
  }
  function search(query) {
    state.query = query;
    const words = wordsOf(query);
    drawing.mark(words.length ? (node) => node.place && words.some((word) => node.place.text.includes(word)) : null);
    narrow();
  }
  function reweigh(column) {
    drawing.show(callTree(sites, weigh, state), worded);
    state.within = null;
    if (column !== undefined) table.show(sites, column);
    narrow();
  }

  const field = el('input', {
    type: 'search', class: 'search', placeholder: 'search functions and files  /', 'aria-label': 'Search sites by function or file', spellcheck: 'false', autocomplete: 'off',
    oninput() { search(this.value); },
    onkeydown(event) {
      if (event.key === 'Enter' || event.key === 'ArrowDown') {
        event.preventDefault();
        table.table.focus();
        if (table.first()) table.choose(table.first());
      }
    },
  });
  const bar = el('div', { class: 'bar' },
    el('h2', {}, 'Sites'),
    choice('Weigh sites by', run.weights.map(([name, words], at) => [at, name, words]), state.weight, (weight) => { state.weight = weight; reweigh(weightColumn()); }),
    choice('Count', [[false, 'bytes'], [true, 'blocks']], false, (blocks) => { state.blocks = blocks; reweigh(weightColumn()); }),
    choice('Direction', [[false, 'callers first', 'From what the host calls down to what allocates'], [true, 'allocators first', 'From what allocates up to who called it']], false, (inverted) => { state.inverted = inverted; reweigh(); }),
    choice('Frames', [[false, 'own frames', "The program's own functions"], [true, 'all frames', 'Those of libraries, too']], false, (libraries) => { state.libraries = libraries; reweigh(); }),
    field);
  const element = el('section', { class: 'sites', 'aria-label': 'Sites' }, bar, drawing.elements, classLegend(sites), told,
    el('div', { class: 'beside' }, table.element, detail));

  return {
    element,
    field,
    start(index) {
      reweigh(weightColumn());
      const site = sites[index] ?? table.first();
      if (!site) return;
      if (sites[index]) table.choose(site);
      else put(detail, siteDetail(site, scenario));
    },
    redraw() { drawing.redraw(); table.redraw(); },
    /** Takes back the last thing that narrowed the view; whether there was one. */
    back() {
      if (state.query) { field.value = ''; search(''); return true; }
      if (drawing.isZoomed()) { drawing.zoomOut(); return true; }
      return false;
    },
  };
}

/** By what grew, where something did, or else by what was live. */
function firstWeight({ sites, verdict }) {
  const at = (name) => run.weights.findIndex(([weight]) => weight === name);
  const sum = (weight) => sites.reduce((all, site) => all + Math.max(site.figures[weight][0], 0), 0);
  const wanted = verdict === 'regression' ? ['delta', 'live', 'end', 'peak', 'total'] : ['live', 'peak', 'total'];
  return wanted.map(at).find((weight) => weight >= 0 && sum(weight) > 0) ?? 0;
}

const wordsOf = (query) => query.toLowerCase().split(/\s+/).filter(Boolean);

/** Whether each word is in a frame of a site. Places are few beside frames, so words are looked for in those, once. */
function matcher(places, words) {
  const found = words.map((word) => Uint8Array.from(places, (place) => (place.text.includes(word) ? 1 : 0)));
  return (site) => found.every((hits) => site.frames.some((place) => hits[place.number]));
}

function columnsOf({ marks, other }, state) {
  const cycles = marks.filter(isCycle).length;
  const at = () => (state.blocks ? 1 : 0);
  const text = (value) => (state.blocks ? count(value) : bytes(value));
  const weights = run.weights.map(([name, words], weight) => ({
    title: name, hint: words, kind: 'n', weight,
    value: (site) => site.figures[weight][at()],
    cell: (site) => faintZero(site.figures[weight][at()], text),
  }));
  const more = (site) => site.figures[state.weight][at()] - (site.other?.[state.weight][at()] ?? 0);
  const comparing = !other ? [] : [
    { title: 'other run', hint: 'The same figure in the other run', kind: 'n roomy', value: (site) => site.other?.[state.weight][at()] ?? 0, cell: (site) => (site.other ? faintZero(site.other[state.weight][at()], text) : 'new') },
    { title: 'change', hint: 'What this run has more', kind: 'n roomy', value: more, cell: (site) => el('span', { class: more(site) > 0 ? 'more' : more(site) < 0 ? 'less' : 'quiet' }, signed(more(site), text(more(site)))) },
  ];
  const columns = [
    { title: 'site', hint: 'The function that allocates', kind: 'name', falls: false, value: (site) => site.own[0]?.text ?? '', cell: siteName },
    { title: 'class', hint: 'What its blocks are', kind: 'class', falls: false, value: (site) => site.kind, cell: (site) => [swatch(site.kind), site.gone ? 'gone' : site.kind] },
    { title: 'births', hint: 'What is left at idle end, by cycle of birth', kind: 'births', value: (site) => site.survivors.length, cell: (site) => (site.survivors.length && !site.gone ? bars(bornBy(site, cycles), { width: 72, height: 14, label: 'births' }) : '') },
    ...weights,
    ...comparing,
    { title: 'held by', hint: 'What leads to most of its blocks at idle end', kind: 'holder', falls: false, value: holder, cell: holder },
  ];
  // Where there is no room, the site that is chosen tells it.
  return columns.filter(({ kind }) => (kind !== 'holder' || innerWidth > 1640) && (kind !== 'births' || innerWidth > 600));
}

const faintZero = (value, text) => (value === 0 ? el('span', { class: 'quiet' }, '0') : text(value));

function holder(site) {
  const survey = surveyOf(site, 'idle end') ?? site.surveys[0];
  if (!survey) return '';
  const { losses } = survey;
  if (losses.definitely_lost.bytes + losses.indirectly_lost.bytes > losses.still_reachable.bytes) return 'nothing: lost';
  return survey.held?.by.name ?? '';
}

function classLegend(sites) {
  const kinds = [...new Set(sites.map((site) => site.kind))].sort();
  return el('p', { class: 'legend' }, kinds.map((kind) => el('span', { class: 'key-class' }, swatch(kind), kind)));
}
