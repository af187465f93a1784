// One site, whole.

import { el, plainTable } from './dom.js';
import { bars, line } from './drawings.js';
import { bytes, count, counted, signed } from './format.js';
import { isCycle, levels, run, surveyOf } from './data.js';
import { stackList, wayList } from './stack.js';

/** Everything that is known of a site. */
export function siteDetail(site, scenario) {
  const [place] = site.own;
  return [
    el('h3', { class: 'function' }, place ? place.short : 'no stack'),
    el('p', { class: 'class-words' }, swatch(site.kind), site.gone ? 'only in the other run' : site.class?.words ?? 'the scenario did not come to its end'),
    site.folded && el('p', { class: 'note' }, 'It stands for calling contexts beyond the cap.'),
    figures(site),
    !site.gone && [births(site, scenario), overTheStory(site, scenario)],
    fates(site, scenario),
    allowance(site, scenario),
    el('h4', {}, 'Stack'),
    stackList(site.frames),
  ];
}

/** The colour of a class. */
export function swatch(kind) {
  return el('span', { class: `swatch is-${kind.replaceAll(' ', '-')}`, 'aria-hidden': 'true' });
}

function figures(site) {
  const head = ['', ['bytes', 'n'], ['blocks', 'n']];
  if (site.other) head.push(['other run', 'n'], ['change', 'n']);
  return plainTable(head, run.weights.map(([name, words], at) => {
    const [size, blocks] = site.figures[at];
    const cells = [el('span', { title: words }, name), el('span', { title: `${count(size)} B` }, bytes(size)), count(blocks)];
    if (site.other) {
      const change = size - site.other[at][0];
      cells.push(bytes(site.other[at][0]), change === 0 ? '' : signed(change, bytes(change)));
    }
    return { cells };
  }), { class: 'figures' });
}

/** What is left at idle end, by the cycle in which it was born. */
function births(site, { marks }) {
  if (!site.survivors.length) return null;
  const cycles = marks.filter(isCycle).length;
  const by = bornBy(site, cycles);
  const name = (cycle) => (cycle === 0 ? 'before the baseline' : cycle > cycles ? 'idle' : `cycle ${cycle}`);
  const title = (from, to) => `${from === to ? name(from) : `${name(from)} to ${name(to)}`}: ${bytes(by.slice(from, to + 1).reduce((sum, value) => sum + value, 0))} left`;
  return [
    el('h4', {}, 'Left at idle end, by birth'),
    bars(by, { width: 320, height: 44, label: 'Bytes left at idle end, by cycle of birth', title }),
    el('p', { class: 'scale' }, el('span', {}, 'before the baseline'), el('span', {}, `${counted(cycles, 'cycle')}`), el('span', {}, 'idle')),
  ];
}

/** Bytes by cycle: everything before the baseline, each cycle, the idle time. */
export function bornBy(site, cycles) {
  const by = new Array(cycles + 2).fill(0);
  for (const { cycle, live } of site.survivors) by[Math.min(cycle, cycles + 1)] += live.bytes;
  return by;
}

function overTheStory(site, { marks }) {
  const held = levels(site, marks);
  if (held.length < 2 || held.every((value) => value === 0)) return null;
  return [
    el('h4', {}, 'Held at the marks'),
    line(held, { width: 320, height: 44, label: 'Bytes live at each mark' }),
    el('p', { class: 'scale' }, el('span', {}, `${marks[0].name}: ${bytes(held[0])}`), el('span', {}, `most ${bytes(Math.max(...held))}`), el('span', {}, `${marks.at(-1).name}: ${bytes(held.at(-1))}`)),
  ];
}

/** At the marks at which somebody looked: what is lost, and who holds the rest. */
function fates(site, scenario) {
  return scenario.surveys.map(({ mark }) => surveyOf(site, mark)).filter(Boolean).map((survey) => {
    const { losses, retained, held } = survey;
    const parts = [['definitely lost', losses.definitely_lost], ['indirectly lost', losses.indirectly_lost], ['possibly lost', losses.possibly_lost], ['still reachable', losses.still_reachable]];
    return [
      el('h4', {}, `At ${survey.mark}`),
      el('p', {}, parts.filter(([, some]) => some.blocks).map(([words, some], at) => [at > 0 && ', ', el('b', {}, `${bytes(some.bytes)}`), ` in ${counted(some.blocks, 'block')} ${words}`]), '.'),
      held && [
        el('p', {}, `Without its reachable blocks ${bytes(retained.bytes)} would be free. The shortest way to ${counted(held.blocks.blocks, 'block')} of them:`),
        wayList(held, scenario.sites),
      ],
    ];
  });
}

function allowance(site, { allowances }) {
  const found = allowances.find((allowance) => allowance.sites.includes(site.index));
  return found && [el('h4', {}, 'Allowance'), el('p', {}, el('code', {}, found.site), ` ${found.bounds.join(', ')}: ${found.reason}`)];
}
