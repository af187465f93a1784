// What the page is about: an overview that is there at once, and scenarios that are unpacked when somebody opens them.

const json = (element) => JSON.parse(element.textContent);

/** What is said of the whole run. */
export const run = json(document.getElementById('run'));

const URGENCY = ['error', 'regression', 'pass'];

/** The scenarios in a few figures each: those first that somebody has to look at, otherwise in the order of the report. */
export const scenarios = [...document.querySelectorAll('script.scenario')].map((element) => {
  const summary = json(element);
  const id = `${summary.suite}::${summary.name}`;
  return { ...summary, id, text: `${id} ${summary.module} ${summary.headline}`.toLowerCase() };
}).sort((one, other) => URGENCY.indexOf(one.verdict) - URGENCY.indexOf(other.verdict));

const opened = new Map();

/** A scenario whole. */
export function open(summary) {
  if (!opened.has(summary.id)) opened.set(summary.id, unpacked(summary.packed).then((data) => linked(data, summary)));
  return opened.get(summary.id);
}

async function unpacked(base64) {
  const text = atob(base64);
  const packed = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) packed[at] = text.charCodeAt(at);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return JSON.parse(await new Response(stream).text());
}

/** Puts frames in the places of their numbers, and sites beside their counterparts in the other run. */
function linked(data, summary) {
  const places = data.places.map(([name, short, file, line, inlined, library], number) => ({
    number, name, short: short ?? name, file, line, inlined, library, text: `${name} ${file ?? ''}:${line ?? ''}`.toLowerCase(),
  }));
  const one = reported(data.report, places);
  const other = data.other && reported(data.other, places);
  other?.sites.forEach((site, at) => {
    const pair = data.pairs[at];
    if (pair !== null) one.sites[pair].other = site.figures;
    else one.sites.push({ ...site, index: one.sites.length, gone: true, other: site.figures, figures: site.figures.map(() => [0, 0]) });
  });
  return { ...one, id: summary.id, headline: summary.headline, places, other };
}

function reported(report, places) {
  const sites = report.sites.map((site, index) => {
    const frames = site.frames.map((number) => places[number]);
    const own = frames.filter((place) => !place.library);
    return { ...site, index, frames, own: own.length ? own : frames, other: null, gone: false, kind: site.class?.name ?? 'unknown' };
  });
  const wrongFrees = report.wrong_frees.map((wrong) => ({
    ...wrong,
    freed: stack(wrong.freed),
    former: wrong.former && { ...wrong.former, allocated: stack(wrong.former.allocated), freed: stack(wrong.former.freed) },
    inside: wrong.inside && { ...wrong.inside, allocated: stack(wrong.inside.allocated) },
  }));
  return { ...report, sites, wrongFrees, fault: report.fault && { ...report.fault, stack: stack(report.fault.stack) } };
}

const stack = (places) => places?.map((place) => ({ ...place, name: place.function })) ?? null;

/** What is said of a site at a mark at which somebody looked what is lost and what is held. */
export const surveyOf = (site, mark) => site.surveys.find((survey) => survey.mark === mark);

/** The bytes that a site held at each of the marks. */
export function levels(site, marks) {
  const held = new Array(marks.length).fill(0);
  site.levels.forEach((level, at) => held.fill(level.live.bytes, level.mark, site.levels[at + 1]?.mark ?? marks.length));
  return held;
}

/** The place of a mark of that name. */
export const markNamed = (marks, name) => marks.findIndex((mark) => mark.name === name);

/** Whether a mark is the end of a cycle. */
export const isCycle = (mark) => mark.name.startsWith('cycle ');
