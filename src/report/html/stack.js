// Stacks, and the ways that lead to blocks.

import { el } from './dom.js';

/** `file:line`, where the build tells. */
export function where(place, more) {
  if (!place.file) return null;
  return el('span', { class: 'where' }, place.line ? `${place.file}:${place.line}` : place.file, more);
}

/** A stack, innermost first; frames of libraries are there, and fainter. */
export function stackList(frames) {
  if (!frames) return el('p', { class: 'quiet' }, 'its stack could not be taken');
  return el('ol', { class: 'stack' }, frames.map((place) => el('li', { class: place.library ? 'library' : null },
    el('span', { class: 'function' }, place.name), ' ', where(place, place.inlined && ', inlined'))));
}

/** A function and its line in little space: of a path, what says most. */
export function siteName(site) {
  const [place] = site.own;
  if (!place) return el('span', { class: 'quiet' }, 'no stack');
  const title = place.file ? `${place.name}\n${place.file}:${place.line ?? '?'}` : place.name;
  const line = place.file && `${place.file.split(/[\\/]/).at(-1)}${place.line ? `:${place.line}` : ''}`;
  return el('span', { class: 'site', title }, el('span', { class: 'function' }, lastOf(place.short)), ' ', line && el('span', { class: 'where' }, line));
}

/** `Cache<..>::insert` of `feed::cache::Cache<Box<u8>>::insert`: the last two parts of a path, types without their arguments. */
export function lastOf(name) {
  const parts = [''];
  let depth = 0;
  for (const character of name) {
    if (character === '<' || character === '(' || character === '[') depth += 1;
    parts[parts.length - 1] += character;
    if (character === '>' || character === ')' || character === ']') depth = Math.max(0, depth - 1);
    if (depth === 0 && parts.at(-1).endsWith('::')) {
      parts[parts.length - 1] = parts.at(-1).slice(0, -2);
      parts.push('');
    }
  }
  if (parts.length < 2) return name;
  return parts.slice(-2).map((part) => part.replace(/(?<=[^<])<.*>$/, '<..>')).join('::');
}

/** From the root, through other blocks, to those of the site. */
export function wayList(held, sites) {
  const { by, through, types, left_out } = held;
  const steps = through.map((number, at) => [sites[number], types[at], at === through.length - 1]);
  const listed = steps.map(([site, type, isLast], at) => [
    at === Math.min(8, through.length - 1) && left_out > 0 && el('li', { class: 'quiet' }, `${left_out} more on the way`),
    el('li', {}, isLast ? 'this block' : ['a block of ', site ? siteName(site) : 'another site'], type && [', a ', el('span', { class: 'function' }, type)]),
  ]);
  return el('ol', { class: 'way' }, el('li', {}, el('b', {}, by.name), ' ', where(by)), listed);
}
