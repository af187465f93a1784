// Small drawings that stand in text: a row of bars, a line.

import { svg } from './dom.js';

/** At most so many bars: of many values, the largest of each stretch is drawn. */
const MOST = 80;

/** Bars for values at equal distances; `title(from, to)` words the stretch that a bar is of. */
export function bars(values, { width, height, label, title }) {
  const per = Math.ceil(values.length / MOST);
  const drawn = [];
  for (let from = 0; from < values.length; from += per) drawn.push(Math.max(...values.slice(from, from + per)));
  const top = Math.max(...drawn, 1);
  const wide = width / drawn.length;
  const gap = wide > 4 ? 1 : 0;
  return svg('svg', { class: 'bars', viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': label }, drawn.map((value, at) => {
    const tall = value > 0 ? Math.max((value / top) * height, 1) : 0;
    return svg('rect', { x: at * wide, y: height - tall, width: Math.max(wide - gap, 0.5), height: tall },
      title && svg('title', {}, title(at * per, Math.min((at + 1) * per, values.length) - 1)));
  }));
}

/** A line over values at equal distances, from zero upwards. */
export function line(values, { width, height, label }) {
  const top = Math.max(...values, 1);
  const step = width / Math.max(values.length - 1, 1);
  const y = (value) => (height - 1 - (Math.max(value, 0) / top) * (height - 2)).toFixed(1);
  const points = values.map((value, at) => `${(at * step).toFixed(1)},${y(value)}`);
  return svg('svg', { class: 'line', viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': label, preserveAspectRatio: 'none' },
    svg('polygon', { points: `0,${height} ${points.join(' ')} ${width},${height}` }),
    svg('polyline', { points: points.join(' ') }));
}
