// The heap over the story: what is live at each mark, the most that was live between two, and the limits that speak of it.

import { choice, el, put } from './dom.js';
import { bytes, count, counted, duration } from './format.js';
import { isCycle, markNamed } from './data.js';
import { colour } from './theme.js';

const HEIGHT = 250;
/** A limit this much above everything else is named and not drawn, or nothing else could be seen. */
const TOO_HIGH = 2.5;

/** The chart of a scenario, with what it takes to choose its axis. */
export function heapChart(scenario) {
  const { marks } = scenario;
  const box = el('div', { class: 'chart' });
  const told = el('p', { class: 'told', 'aria-live': 'off' });
  const state = { byTime: cyclesTakeTime(marks), plot: null };
  const draw = () => {
    state.plot?.destroy();
    if (!box.clientWidth) return;
    state.plot = new uPlot(options(scenario, state.byTime, box.clientWidth, tell), columns(scenario, state.byTime), box);
  };
  function tell(at) {
    put(told, at === null ? summary(scenario) : atMark(scenario, marks[at]));
  }
  let width = 0;
  new ResizeObserver(() => {
    if (box.clientWidth === width) return;
    width = box.clientWidth;
    draw();
  }).observe(box);
  tell(null);
  const axis = choice('Horizontal axis', [
    [true, 'virtual time', 'Marks lie where the clock of the module stood'],
    [false, 'marks', 'Marks lie at equal distances, whatever time passed between them'],
  ], state.byTime, (byTime) => { state.byTime = byTime; draw(); });
  return { elements: [el('div', { class: 'bar' }, el('h2', {}, 'Heap'), legend(scenario), axis), box, told], redraw: draw };
}

/** Beside an hour of idle, cycles that took no time would lie on top of each other. */
function cyclesTakeTime(marks) {
  const cycles = marks.filter((mark) => isCycle(mark) || mark.name === 'baseline');
  const all = marks.at(-1).time_ns - marks[0].time_ns;
  if (all === 0 || cycles.length < 2) return all > 0;
  return cycles.at(-1).time_ns - cycles[0].time_ns >= all * 0.15;
}

const place = (marks, byTime) => marks.map((mark, at) => (byTime ? mark.time_ns : at));

function columns(scenario, byTime) {
  const { marks, other } = scenario;
  const live = marks.map((mark) => mark.live.bytes);
  const peak = marks.map((mark) => mark.peak.bytes);
  const all = [place(marks, byTime), peak, live];
  if (other) all.push(marks.map((mark) => other.marks.find(({ name }) => name === mark.name)?.live.bytes ?? null));
  return all;
}

function options(scenario, byTime, width, tell) {
  const { marks } = scenario;
  const [ink, faint, line, live, peak] = ['muted', 'rule', 'ink', 'live', 'peak'].map(colour);
  const font = `11px ${colour('sans')}`;
  const series = [
    {},
    // What is said at a mark is of the time before it.
    { stroke: peak, fill: colour('peak-fill'), width: 1, paths: uPlot.paths.stepped({ align: -1 }), points: { show: false } },
    { stroke: live, width: 2, points: { show: marks.length <= 80, size: 5, fill: live, width: 0 } },
  ];
  if (scenario.other) series.push({ stroke: ink, width: 1.5, dash: [5, 4], points: { show: false }, spanGaps: true });
  const names = marks.map((mark) => mark.name);
  return {
    width,
    height: HEIGHT,
    series,
    padding: [18, 22, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: true, y: false }, points: { size: 8 } },
    scales: { x: { time: false }, y: { range: (_, low, high) => [0, highest(scenario, high) * 1.06 || 1] } },
    axes: [
      {
        stroke: ink, font, grid: { show: false }, ticks: { stroke: faint, size: 4 }, size: 30, space: byTime ? 70 : 76,
        incrs: byTime ? TIMES : WHOLE,
        values: (_, splits) => splits.map((at) => (byTime ? duration(at) : names[at] ?? '')),
      },
      { stroke: ink, font, grid: { stroke: faint, width: 1 }, ticks: { show: false }, size: 62, space: 34, incrs: BYTES, values: (_, splits) => splits.map(bytes) },
    ],
    hooks: {
      drawClear: [(plot) => phases(plot, scenario, byTime)],
      draw: [(plot) => { limits(plot, scenario, byTime); peakPoint(plot, scenario, byTime, line); }],
      setCursor: [(plot) => tell(plot.cursor.idx ?? null)],
    },
  };
}

const BYTES = [];
for (let size = 1; size < 2 ** 40; size *= 1024) BYTES.push(...[1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map((step) => step * size));
const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];
const TIMES = [];
for (let size = 1; size <= 1e9; size *= 10) TIMES.push(size, 2 * size, 5 * size);
TIMES.push(...[10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 432000, 864000].map((seconds) => seconds * 1e9));
TIMES.sort((one, other) => one - other);

/** The thresholds that are of live bytes, each as the stretch that it bounds and how high. */
function drawnLimits(scenario) {
  const { marks, metrics } = scenario;
  const [baseline, idleEnd, last] = [markNamed(marks, 'baseline'), markNamed(marks, 'idle end'), marks.length - 1];
  const until = idleEnd < 0 ? last : idleEnd;
  const stretches = new Map(Object.entries({
    peak: [0, last, 0],
    delta: [Math.max(baseline, 0), until, marks[baseline]?.live.bytes ?? 0],
    end: [until, last, 0],
  }));
  return metrics.flatMap(({ name, bounds }) => bounds
    .filter((bound) => stretches.has(name) && bound.limit !== null && bound.comparison.startsWith('<'))
    .map((bound) => {
      const [from, to, above] = stretches.get(name);
      return { text: `${name} ${bound.comparison} ${bytes(bound.limit)}`, from, to, height: above + bound.limit, holds: bound.holds };
    }));
}

function highest(scenario, high) {
  const lines = drawnLimits(scenario).map((limit) => limit.height).filter((height) => height <= high * TOO_HIGH);
  return Math.max(high, scenario.peak.bytes, ...lines);
}

/** The stretches of the story: shaded in turns, named above. */
function phases(plot, { marks }, byTime) {
  const at = (index) => plot.valToPos(byTime ? marks[index].time_ns : index, 'x', true);
  const { ctx: pen, bbox: { left, top, width, height } } = plot;
  const [baseline, start, end] = ['baseline', 'idle start', 'idle end'].map((name) => markNamed(marks, name));
  const lastCycle = marks.findLastIndex(isCycle);
  const stretches = [
    ['set-up', null, baseline], ['cycles', baseline, lastCycle], ['settling', lastCycle, start], ['idle', start, end], ['teardown', end, marks.length - 1],
  ].filter(([, from, to]) => from !== -1 && to > 0);
  pen.save();
  pen.font = `${11 * devicePixelRatio}px ${colour('sans')}`;
  pen.textBaseline = 'bottom';
  for (const [name, from, to] of stretches) {
    const x = Math.max(left, from === null ? left : at(from));
    const end = Math.min(left + width, at(to));
    if (end <= x) continue;
    if (name === 'idle' || name === 'set-up') {
      pen.fillStyle = colour('shade');
      pen.fillRect(x, top, end - x, height);
    }
    pen.strokeStyle = colour('rule');
    pen.strokeRect(end, top, 0, height);
    pen.fillStyle = colour('muted');
    if (end - x > pen.measureText(name).width + 8) pen.fillText(name, x + 4 * devicePixelRatio, top - 2 * devicePixelRatio);
  }
  pen.restore();
}

function limits(plot, scenario, byTime) {
  const { ctx: pen, bbox: { left, top, width } } = plot;
  const { marks } = scenario;
  pen.save();
  pen.font = `${11 * devicePixelRatio}px ${colour('sans')}`;
  pen.textBaseline = 'bottom';
  let row = 0;
  const labels = [];
  for (const limit of drawnLimits(scenario)) {
    pen.strokeStyle = pen.fillStyle = colour(limit.holds ? 'ok' : 'bad');
    const y = plot.valToPos(limit.height, 'y', true);
    if (y < top) {
      // Above the scale.
      pen.textAlign = 'right';
      pen.fillText(`${limit.text} ↑`, left + width - 4 * devicePixelRatio, top + (14 + 14 * row) * devicePixelRatio);
      row += 1;
      continue;
    }
    const [from, to] = [limit.from, limit.to].map((at) => plot.valToPos(byTime ? marks[at].time_ns : at, 'x', true));
    pen.setLineDash([6 * devicePixelRatio, 3 * devicePixelRatio]);
    pen.lineWidth = 1.25 * devicePixelRatio;
    pen.beginPath();
    pen.moveTo(Math.max(from, left), y);
    pen.lineTo(Math.min(to, left + width), y);
    pen.stroke();
    if (limit.height > 0) label(pen, labels, limit.text, { from: Math.max(from, left), to: Math.min(to, left + width), y });
  }
  pen.restore();
}

/** Writes on a line, at its end, to the left of what already stands there. */
function label(pen, labels, text, { from, to, y }) {
  const high = 13 * devicePixelRatio;
  const wide = pen.measureText(text).width;
  let end = to - 6 * devicePixelRatio;
  for (const other of labels) if (Math.abs(other.y - y) < high) end = Math.min(end, other.start - 12 * devicePixelRatio);
  if (end - wide < from) return;
  labels.push({ y, start: end - wide });
  const ink = pen.fillStyle;
  pen.fillStyle = colour('paper');
  pen.fillRect(end - wide - 3 * devicePixelRatio, y - high / 2, wide + 6 * devicePixelRatio, high);
  pen.fillStyle = ink;
  pen.textAlign = 'right';
  pen.textBaseline = 'middle';
  pen.fillText(text, end, y);
}

/** The global maximum: where the clock stood when it was seen or, by marks, in the stretch that it lies in. */
function peakPoint(plot, { marks, peak, peak_time_ns }, byTime, ink) {
  const after = marks.findIndex((mark) => mark.peak.bytes === peak.bytes);
  if (after < 0) return;
  const x = plot.valToPos(byTime ? Math.max(peak_time_ns, marks[0].time_ns) : after, 'x', true);
  const y = plot.valToPos(peak.bytes, 'y', true);
  const { ctx: pen, bbox: { left, width } } = plot;
  if (x < left - 1 || x > left + width + 1) return;
  pen.save();
  pen.fillStyle = ink;
  pen.beginPath();
  pen.arc(x, y, 3.5 * devicePixelRatio, 0, 2 * Math.PI);
  pen.fill();
  pen.font = `600 ${11 * devicePixelRatio}px ${colour('sans')}`;
  const text = `peak ${bytes(peak.bytes)}`;
  const isRight = x > left + width / 2;
  pen.textAlign = isRight ? 'right' : 'left';
  pen.textBaseline = 'bottom';
  pen.fillText(text, x + (isRight ? -8 : 8) * devicePixelRatio, y - 1 * devicePixelRatio);
  pen.restore();
}

function legend({ other }) {
  const key = (kind, text) => el('span', { class: `key ${kind}` }, text);
  return el('p', { class: 'legend' }, key('live', 'live at marks'), key('peak', 'most between marks'), other && key('other', 'live in the other run'));
}

const summary = ({ marks, peak }) => (marks.length
  ? `${bytes(marks[0].live.bytes)} at ${marks[0].name}, ${bytes(marks.at(-1).live.bytes)} at ${marks.at(-1).name}; at most ${bytes(peak.bytes)} in ${counted(peak.blocks, 'block')}`
  : '');

function atMark({ other }, mark) {
  const twin = other?.marks.find(({ name }) => name === mark.name);
  return [
    el('b', {}, mark.name), el('span', {}, `at ${duration(mark.time_ns)}`),
    el('span', {}, `live ${bytes(mark.live.bytes)} in ${counted(mark.live.blocks, 'block')}`),
    twin && el('span', {}, `other run ${bytes(twin.live.bytes)}`),
    el('span', {}, `at most ${bytes(mark.peak.bytes)} since the mark before`),
    el('span', {}, `linear memory ${bytes(mark.memory)}`),
  ];
}

/** The same in figures. */
export function marksTable({ marks }) {
  const number = (title) => [title, 'n'];
  return {
    head: ['mark', number('virtual time'), number('live'), number('blocks'), number('most since'), number('allocated so far'), number('linear memory'), number('heap span')],
    rows: marks.map((mark) => ({
      cells: [
        mark.name, duration(mark.time_ns), bytes(mark.live.bytes), count(mark.live.blocks), bytes(mark.peak.bytes), bytes(mark.total.bytes), bytes(mark.memory), bytes(mark.heap_span),
      ],
    })),
  };
}
