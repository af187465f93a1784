// Blocks that went astray: what is lost, who holds the rest, and frees of what was no block.

import { el, plainTable } from './dom.js';
import { bytes, count, counted } from './format.js';
import { stackList, where } from './stack.js';

/** Frees of what was no block. */
export function wrongFrees({ wrongFrees: wrong }) {
  if (!wrong.length) return null;
  return el('section', { class: 'wrong', 'aria-label': 'Wrong frees' }, el('h2', {}, 'Wrong frees'), wrong.map((one) => {
    const what = one.by_resize ? 'A resize' : 'A free';
    const whose = one.former ? `of a block of ${bytes(one.former.bytes)} that was ${one.former.by_resize ? 'resized' : 'freed'} before`
      : one.inside ? `of an address ${count(one.inside.offset)} bytes inside a live block of ${bytes(one.inside.bytes)}` : 'of an address that nobody saw allocated';
    const others = one.others ? `, and ${count(one.others)} more in the same way` : '';
    const twice = one.handed_out_twice ? `; ${counted(one.handed_out_twice, 'allocation')} returned the address while a block lived there` : '';
    const part = (title, stack) => stack && el('div', {}, el('h4', {}, title), stackList(stack));
    return el('article', {}, el('p', {}, `${what} ${whose}: 0x${one.address.toString(16)}${others}${twice}.`), el('div', { class: 'stacks' },
      part(one.by_resize ? 'Resized at' : 'Freed at', one.freed), part('Freed before at', one.former?.freed), part('Allocated at', one.former?.allocated ?? one.inside?.allocated)));
  }));
}

/** At the marks at which somebody looked: what is lost, and what each root holds alone. */
export function holders({ surveys }) {
  const told = surveys.filter((survey) => survey.holders.length || Object.values(survey.losses).some((some) => some.blocks));
  if (!told.length) return null;
  const losses = (survey) => Object.entries(survey.losses).map(([name, some]) => ({
    kind: name === 'definitely_lost' && some.blocks ? 'broken' : null,
    cells: [name.replace('_', ' '), bytes(some.bytes), count(some.blocks)],
  }));
  return el('section', { class: 'holders', 'aria-label': 'What is lost and what is held' }, el('h2', {}, 'What is lost, and who holds the rest'), told.map((survey) => [
    el('h3', {}, `At ${survey.mark}`),
    el('div', { class: 'columns' },
      plainTable(['', ['bytes', 'n'], ['blocks', 'n']], losses(survey)),
      survey.holders.length > 0 && plainTable(['held by', ['bytes', 'n'], ['blocks', 'n']], survey.holders.slice(0, 20).map(({ root, retained }) => ({
        cells: [[el('b', {}, root.name), ' ', where(root)], bytes(retained.bytes), count(retained.blocks)],
      })))),
    survey.holders.length > 20 && el('p', { class: 'quiet' }, `and ${count(survey.holders.length - 20)} more`),
    survey.look_alikes.blocks > 0 && el('p', { class: 'quiet' }, `${bytes(survey.look_alikes.bytes)} of what is reached is so by words that hold no addresses by their type.`),
  ]));
}
