// A table of as many rows as there are, of which those exist that can be seen.

import { el, put } from './dom.js';

const ROW = 25;
const SPARE = 8;
/** On paper all of it would be too much. */
const PRINTED = 200;

/**
 * `columns` are objects of `title`, `hint`, `kind` (a class), `value(row)` to sort by, `cell(row)` to show, and `falls`, whether
 * the largest come first. `onOpen(row)` is told of the row that was chosen. `label` names the table to those who do not see it.
 */
export function virtualTable({ label, columns, onOpen }) {
  const state = { all: [], rows: [], admits: () => true, current: null, sorted: null, falls: true, first: -1, printing: false };
  const heads = columns.map((column, at) => el('th', { scope: 'col', class: column.kind, title: column.hint, 'aria-sort': 'none' },
    el('button', { type: 'button', onclick: () => sortBy(at) }, column.title)));
  const body = el('tbody');
  const table = el('table', { class: 'virtual', 'aria-label': label, role: 'grid', tabindex: '0', 'aria-rowcount': '0', onkeydown },
    el('thead', {}, el('tr', { 'aria-rowindex': '1' }, heads)), body);
  const box = el('div', { class: 'scroll' }, table);
  let asked = false;
  box.addEventListener('scroll', () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => { asked = false; fill(false); });
  });
  new ResizeObserver(() => fill(false)).observe(box);
  addEventListener('beforeprint', () => { state.printing = true; fill(true); });
  addEventListener('afterprint', () => { state.printing = false; fill(true); });

  function sortBy(at) {
    state.falls = state.sorted === at ? !state.falls : columns[at].falls !== false;
    state.sorted = at;
    sort();
    box.scrollTop = 0;
    fill(true);
  }

  function sort() {
    const { value } = columns[state.sorted];
    const sign = state.falls ? -1 : 1;
    const keyed = state.all.map((row) => [value(row), row]);
    keyed.sort(([one, first], [other, second]) => (one === other ? first.index - second.index : one < other ? -sign : sign));
    state.all = keyed.map(([, row]) => row);
    state.rows = state.all.filter(state.admits);
    heads.forEach((head, at) => head.setAttribute('aria-sort', at === state.sorted ? (state.falls ? 'descending' : 'ascending') : 'none'));
  }

  /** Makes the rows that can be seen; unless it must, only when these are others. */
  function fill(must) {
    const seen = Math.ceil((box.clientHeight || 400) / ROW);
    const first = state.printing ? 0 : Math.max(0, Math.floor(box.scrollTop / ROW) - SPARE);
    const end = state.printing ? Math.min(PRINTED, state.rows.length) : Math.min(state.rows.length, first + seen + 2 * SPARE);
    if (!must && first === state.first && body.childElementCount === end - first + 2) return;
    state.first = first;
    const room = () => el('tr', { 'aria-hidden': 'true', class: 'room' }, el('td', { colspan: columns.length }));
    const [above, below] = [room(), room()];
    above.style.height = `${first * ROW}px`;
    below.style.height = state.printing ? '0' : `${(state.rows.length - end) * ROW}px`;
    const rows = [];
    for (let at = first; at < end; at += 1) rows.push(rowAt(at));
    put(body, above, rows, below);
    table.setAttribute('aria-rowcount', String(state.rows.length + 1));
    const here = rows.find((row) => row.getAttribute('aria-selected') === 'true');
    if (here) table.setAttribute('aria-activedescendant', here.id);
    else table.removeAttribute('aria-activedescendant');
  }

  function rowAt(at) {
    const row = state.rows[at];
    return el('tr', {
      id: `row-${row.index}`,
      'aria-rowindex': String(at + 2),
      'aria-selected': String(row === state.current),
      onclick: () => choose(row),
    }, columns.map((column) => el('td', { class: column.kind }, column.cell(row))));
  }

  function choose(row) {
    state.current = row;
    reveal();
    fill(true);
    onOpen(row);
  }

  function reveal() {
    const at = state.rows.indexOf(state.current);
    const head = heads[0].offsetHeight;
    const [top, bottom] = [at * ROW, (at + 1) * ROW + head];
    if (top < box.scrollTop) box.scrollTop = top;
    else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
  }

  function onkeydown(event) {
    const page = Math.floor(box.clientHeight / ROW) - 2;
    // What is not chosen yet lies before the first row.
    const at = state.rows.indexOf(state.current);
    const next = { j: at + 1, ArrowDown: at + 1, k: at - 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: state.rows.length }[event.key];
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey || !state.rows.length) return;
    choose(state.rows[Math.min(Math.max(next, 0), state.rows.length - 1)]);
    event.preventDefault();
    event.stopPropagation();
  }

  return {
    element: box,
    table,
    choose,
    /** The rows, in the order that was chosen, or by the column that is named. */
    show(rows, column) {
      state.all = rows;
      box.style.setProperty('--rows', rows.length);
      if (column !== undefined) [state.sorted, state.falls] = [column, true];
      sort();
      fill(true);
    },
    /** Of the rows, those that are admitted; they stay in their order. */
    narrow(admits) {
      state.admits = admits;
      state.rows = state.all.filter(admits);
      box.scrollTop = 0;
      fill(true);
      return state.rows;
    },
    first: () => state.rows[0],
    redraw: () => fill(true),
  };
}
