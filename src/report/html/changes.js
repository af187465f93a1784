// How something differs from what was accepted, side by side.

import { el } from './dom.js';

/** A section for a change, if there is one. */
export function changes(title, change) {
  if (!change) return null;
  const lines = change.diff.split('\n');
  return el('section', { class: 'changes', 'aria-label': title },
    el('h2', {}, change.is_new ? 'Nothing was accepted yet' : title),
    el('details', { open: !change.is_new },
      el('summary', {}, change.is_new ? 'What there is to accept' : 'accepted on the left, this run on the right'),
      change.is_new ? el('pre', {}, lines.map((line) => [line.replace(/^\+/, ''), el('br')])) : sides(lines)));
}

/** Runs of lines that left beside those that came in their place. */
function sides(lines) {
  const rows = [];
  let [left, right] = [[], []];
  const close = () => {
    for (let at = 0; at < Math.max(left.length, right.length); at += 1) rows.push([left[at] ?? null, right[at] ?? null]);
    [left, right] = [[], []];
  };
  for (const line of lines) {
    const text = line.slice(1);
    if (line.startsWith('-')) left.push(text);
    else if (line.startsWith('+')) right.push(text);
    else {
      close();
      rows.push([text, text]);
    }
  }
  close();
  const cell = (text, kind) => el('td', { class: text === null ? 'none' : kind }, text ?? '');
  return el('div', { class: 'wide' }, el('table', { class: 'sides' },
    el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'accepted'), el('th', { scope: 'col' }, 'this run'))),
    el('tbody', {}, rows.map(([one, other]) => el('tr', {}, one === other ? [cell(one, ''), cell(other, '')] : [cell(one, 'left'), cell(other, 'came')])))));
}
