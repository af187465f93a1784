// Where the page begins: addresses, keys, and what is shown for them.

import { el, put } from './dom.js';
import { forgetThemeListeners, startTheme, switchTheme } from './theme.js';
import { neighbour, showOverview } from './overview.js';
import { run, scenarios } from './data.js';
import { showScenario } from './scenario.js';

const main = document.getElementById('main');
const back = document.getElementById('back');
const help = document.getElementById('help');
let view = null;
let shownNow = null;

const href = (summary, site) => `#${new URLSearchParams({ scenario: summary.id, ...(site === undefined ? {} : { site }) })}`;

function asked() {
  const parameters = new URLSearchParams(location.hash.slice(1));
  const site = parameters.get('site');
  return { summary: scenarios.find((scenario) => scenario.id === parameters.get('scenario')), site: site === null ? undefined : Number(site) };
}

async function show() {
  const { summary, site } = asked();
  if (shownNow && shownNow === summary) return;
  shownNow = summary ?? null;
  await fill(summary, site);
  // Those who do not see it are told that it is another page; the first one is told by the browser.
  if ('ready' in document.documentElement.dataset) main.querySelector('h1').focus({ preventScroll: true });
}

async function fill(summary, site) {
  forgetThemeListeners();
  back.hidden = !summary;
  document.title = summary ? `${summary.id} – memgate` : 'memgate';
  scrollTo(0, 0);
  if (!summary) {
    view = showOverview(main, href);
    return;
  }
  const remember = (chosen) => history.replaceState(null, '', href(summary, chosen.index));
  try {
    view = await showScenario(main, summary, site, remember);
  } catch (error) {
    put(main, el('h1', { tabindex: '-1' }, 'This scenario cannot be shown'), el('p', {}, String(error)));
    throw error;
  }
}

const go = (summary) => { location.hash = summary ? href(summary) : ''; };

const isTyping = (target) => target instanceof HTMLInputElement && target.type === 'search';

function onkeydown(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  if (event.key === 'Escape') {
    if (isTyping(event.target)) event.target.blur();
    if (!view?.back() && shownNow && !isTyping(event.target)) go(null);
    return;
  }
  if (isTyping(event.target)) return;
  const action = {
    '/': () => view?.field?.focus(),
    j: () => (shownNow ? null : view?.step(1)),
    k: () => (shownNow ? null : view?.step(-1)),
    ArrowDown: () => (event.target.closest('.overview') ? view?.step(1) : false),
    ArrowUp: () => (event.target.closest('.overview') ? view?.step(-1) : false),
    n: () => shownNow && neighbour(shownNow, 1) && go(neighbour(shownNow, 1)),
    p: () => shownNow && neighbour(shownNow, -1) && go(neighbour(shownNow, -1)),
    t: switchTheme,
    '?': () => help.showModal(),
  }[event.key];
  if (action && action() !== false) event.preventDefault();
}

startTheme();
document.getElementById('theme').addEventListener('click', switchTheme);
document.getElementById('keys').addEventListener('click', () => help.showModal());
document.getElementById('version').textContent = run.memgate;
addEventListener('hashchange', show);
addEventListener('keydown', onkeydown);
// The one scenario that ran is what there is to see.
if (scenarios.length === 1 && run.suites.length === 1 && !location.hash) history.replaceState(null, '', href(scenarios[0]));
await show();
document.documentElement.dataset.ready = '';
