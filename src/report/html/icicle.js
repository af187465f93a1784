// Sites as an icicle: each row is called by the row above it, and as wide as what it comes to. What is drawn is what can be
// seen, so that the time it takes depends on the screen and not on how many sites there are.

import { el, put, shown } from './dom.js';
import { wayTo } from './tree.js';
import { classColour, colour } from './theme.js';
import { counted, share } from './format.js';
import { lastOf } from './stack.js';

const CELL = 19;
const NARROWEST = 0.7;
const ROWS = 60;

/**
 * `onZoom(node)` is told when another node becomes the whole width. The handle that is returned takes trees with
 * `show(tree, worded)`, where `worded` puts a node's value into words, and searches with `mark(matches)`, a function of nodes.
 */
export function icicle(onZoom) {
  const canvas = el('canvas', { tabindex: '0', role: 'img', class: 'icicle', 'aria-describedby': 'icicle-told' });
  const told = el('p', { class: 'told', id: 'icicle-told', 'aria-live': 'polite' });
  const box = el('div', { class: 'icicle-box' }, canvas);
  const state = { tree: null, zoomed: null, current: null, matches: null, worded: null, drawn: [] };

  function draw() {
    if (!state.tree || !box.clientWidth) return;
    const width = box.clientWidth;
    state.drawn = layout(state.zoomed, width);
    const height = (Math.max(...state.drawn.map((cell) => cell.row)) + 1) * CELL;
    paint(canvas, state, width, height);
    tell();
  }

  function tell() {
    const node = state.current ?? state.zoomed;
    put(told, ...words(node, state));
    canvas.setAttribute('aria-label', `Sites by their callers: ${node.place ? shown(node.place.short) : 'all'}`);
  }

  function zoom(node) {
    state.zoomed = node;
    state.current = node.parent ? node : null;
    draw();
    onZoom(node);
  }

  function point(node) {
    if (state.current === node) return;
    state.current = node;
    paint(canvas, state, box.clientWidth, canvas.clientHeight);
    tell();
  }

  const under = (event) => {
    const row = Math.floor(event.offsetY / CELL);
    return state.drawn.find((cell) => cell.row === row && event.offsetX >= cell.x && event.offsetX < cell.x + cell.width)?.node;
  };
  canvas.addEventListener('mousemove', (event) => point(under(event) ?? null));
  canvas.addEventListener('mouseleave', () => point(null));
  canvas.addEventListener('click', (event) => {
    const node = under(event);
    if (node) zoom(node);
  });
  canvas.addEventListener('keydown', (event) => {
    const node = state.current ?? state.zoomed;
    if (event.key === 'Enter') zoom(node);
    else if (event.key === 'Escape' && state.zoomed.parent) zoom(state.zoomed.parent);
    else if (neighbours[event.key]) {
      const next = neighbours[event.key](node);
      if (next && state.drawn.some((cell) => cell.node === next)) point(next);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  new ResizeObserver(draw).observe(box);

  return {
    elements: [box, told],
    redraw: draw,
    canvas,
    zoomOut: () => zoom(state.tree),
    isZoomed: () => state.zoomed !== state.tree,
    show(tree, worded) {
      Object.assign(state, { tree, zoomed: tree, current: null, worded });
      draw();
    },
    mark(matches) {
      state.matches = matches;
      draw();
    },
  };
}

const siblings = (node) => node.parent?.children ?? [node];
const neighbours = {
  ArrowDown: (node) => node.children[0],
  ArrowUp: (node) => node.parent,
  ArrowLeft: (node) => siblings(node)[siblings(node).indexOf(node) - 1],
  ArrowRight: (node) => siblings(node)[siblings(node).indexOf(node) + 1],
};

/** Where nodes lie: the ones above the zoomed one over the whole width, those below it by their share. */
function layout(zoomed, width) {
  const cells = wayTo(zoomed).map((node, row) => ({ node, row, x: 0, width, isAbove: node !== zoomed }));
  const waiting = [cells.at(-1)];
  while (waiting.length) {
    const above = waiting.pop();
    let x = above.x;
    for (const node of above.node.children) {
      const cell = { node, row: above.row + 1, x, width: (above.width * node.value) / above.node.value, isAbove: false };
      // Largest first: the rest is narrower still.
      if (cell.width < NARROWEST || cell.row > ROWS) break;
      cells.push(cell);
      waiting.push(cell);
      x += cell.width;
    }
  }
  return cells;
}

function paint(canvas, { drawn, current, matches }, width, height) {
  const density = devicePixelRatio || 1;
  canvas.width = width * density;
  canvas.height = height * density;
  canvas.style.height = `${height}px`;
  const pen = canvas.getContext('2d');
  pen.scale(density, density);
  pen.font = `11.5px ${colour('mono')}`;
  pen.textBaseline = 'middle';
  const ink = colour('cell-ink');
  const colours = new Map();
  const fill = (kind) => {
    if (!colours.has(kind)) colours.set(kind, classColour(kind));
    return colours.get(kind);
  };
  for (const cell of drawn) {
    const { node, row, x } = cell;
    const isFaint = cell.isAbove || (matches && !matches(node));
    pen.globalAlpha = isFaint ? 0.32 : 1;
    pen.fillStyle = node.parent ? fill(node.kind) : colour('cell-root');
    pen.fillRect(x, row * CELL, Math.max(cell.width - 0.75, 0.5), CELL - 1);
    if (cell.width > 28) {
      pen.globalAlpha = isFaint ? 0.7 : 1;
      pen.fillStyle = ink;
      pen.fillText(fitted(node.place, cell.width - 8), x + 4, row * CELL + CELL / 2);
    }
    pen.globalAlpha = 1;
    if (node === current) {
      pen.strokeStyle = colour('ink');
      pen.lineWidth = 1.5;
      pen.strokeRect(x + 0.75, row * CELL + 0.75, Math.max(cell.width - 2.25, 1), CELL - 2.5);
    }
  }
}

// All characters of a fixed-width font are as wide as one; what is none only ends a little early or is clipped by its neighbour.
const CHARACTER = 6.95;

function fitted(place, width) {
  if (!place) return 'all';
  const most = Math.floor(width / CHARACTER);
  // The end of a path says more than its beginning.
  const last = lastOf(place.short);
  const texts = [place.short, last, last.split('::').at(-1)].map(shown);
  return texts.find((text) => text.length <= most) ?? (most < 3 ? '' : `…${texts.at(-1).slice(-(most - 1))}`);
}

function words(node, { tree, zoomed, worded }) {
  const parts = [el('b', {}, node.place ? node.place.short : 'all')];
  if (node.place?.file) parts.push(el('span', { class: 'where' }, `${node.place.file}${node.place.line ? `:${node.place.line}` : ''}`));
  parts.push(el('span', {}, node === tree ? worded(node.value) : `${worded(node.value)}, ${share(node.value, tree.value)} of all`));
  if (node.below) parts.push(el('span', {}, `without ${counted(node.below, 'site')} below zero`));
  if (zoomed !== tree && node !== zoomed && node.depth > zoomed.depth) parts.push(el('span', {}, `${share(node.value, zoomed.value)} of ${zoomed.place.short}`));
  return parts;
}
