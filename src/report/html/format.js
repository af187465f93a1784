// Quantities as the terminal prints them.

const UNITS = [['B', 1], ['KB', 1024], ['MB', 1024 ** 2], ['GB', 1024 ** 3]];
const DURATIONS = [['h', 3600e9], ['min', 60e9], ['s', 1e9], ['ms', 1e6], ['us', 1e3], ['ns', 1]];

// One decimal below ten, where a digit is worth it.
const rounded = (value) => (Math.abs(value) < 9.95 ? Math.round(value * 10) / 10 : Math.round(value));

/** "412 B", "1.2 MB" */
export function bytes(value) {
  const [name, size] = UNITS.find(([, size]) => Math.abs(rounded(value / size)) < 1024) ?? UNITS[3];
  return `${rounded(value / size) || 0} ${name}`;
}

/** With thousands separated, and no more decimals than say something. */
export function count(value) {
  return value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) < 1 ? 3 : 1 });
}

/** "3 blocks", "1 block" */
export function counted(value, noun) {
  return `${count(value)} ${noun}${Math.abs(value) === 1 ? '' : 's'}`;
}

/** A value in a unit of the report. */
export function quantity(value, unit) {
  switch (unit) {
    case 'B': return bytes(value);
    case 'B/s': return `${bytes(value)}/s`;
    case 'B/cycle': return `${bytes(value)}/cycle`;
    case 'blocks': return counted(value, 'block');
    case 'frees': return counted(value, 'free');
    case 'ratio': return String(Math.round(value * 1000) / 1000);
    default: return count(value);
  }
}

/** The same to the last digit, for those who point at it. */
export function exactly(value, unit) {
  const number = value.toLocaleString('en-US', { maximumFractionDigits: 3 });
  return unit === 'count' || unit === 'ratio' ? number : `${number} ${unit}`;
}

/** With its sign, where there is a difference. */
export function signed(value, text) {
  return value > 0 ? `+${text}` : text;
}

/** "16 ms", "1.5 s", "1 h" */
export function duration(nanoseconds) {
  const [name, size] = DURATIONS.find(([, size]) => Math.abs(nanoseconds) >= size) ?? ['s', 1e9];
  return `${Math.round((nanoseconds / size) * 10) / 10} ${name}`;
}

/** "72%" of a whole, with a digit where there is little of it. */
export function share(part, whole) {
  if (!whole) return '';
  const percent = (100 * part) / whole;
  return `${percent >= 9.95 ? Math.round(percent) : Math.round(percent * 10) / 10}%`;
}
