// Light and dark: as the system has it, until somebody says otherwise.

const KEY = 'memgate-theme';
const system = matchMedia('(prefers-color-scheme: dark)');
const listeners = [];

// A page from a disk may have no storage.
const remembered = () => { try { return localStorage.getItem(KEY); } catch { return null; } };
const remember = (theme) => { try { localStorage.setItem(KEY, theme); } catch { /* until it is loaded again, then */ } };

export const isDark = () => document.documentElement.dataset.theme === 'dark';

function use(theme) {
  document.documentElement.dataset.theme = theme;
  listeners.forEach((listener) => listener());
}

const asSystem = () => (system.matches ? 'dark' : 'light');

export function startTheme() {
  use(remembered() ?? asSystem());
  system.addEventListener('change', () => remembered() || use(asSystem()));
  // Paper is white.
  let before;
  addEventListener('beforeprint', () => { before = document.documentElement.dataset.theme; use('light'); });
  addEventListener('afterprint', () => use(before ?? asSystem()));
}

export function switchTheme() {
  const theme = isDark() ? 'light' : 'dark';
  remember(theme);
  use(theme);
}

/** Calls back when colours change, for what is drawn rather than styled. */
export const onTheme = (listener) => listeners.push(listener);

export const forgetThemeListeners = () => { listeners.length = 0; };

/** A colour of the style sheet. */
export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** The colour of a class of sites. */
export const classColour = (kind) => colour(`is-${kind.replaceAll(' ', '-')}`) || colour('is-unknown');
