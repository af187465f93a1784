// Reports that no run comes to: one that is as large as they get, and one whose names are all meant to do harm.

const counted = (bytes, blocks) => ({ bytes, blocks });

/** A number between 0 and 1 that is the same for the same numbers. */
function mixed(...numbers) {
  let hash = 0x9e3779b9;
  for (const number of numbers) {
    hash = Math.imul(hash ^ number, 0x85ebca6b);
    hash ^= hash >>> 13;
    hash = Math.imul(hash, 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return (hash >>> 0) / 2 ** 32;
}

const CYCLES = 30;
const KINDS = ['churn', 'one-time', 'working set', 'bounded cache', 'unbounded growth', 'leak', 'unknown'];

/** A report of so many scenarios with so many sites each, whose stacks are as deep and as varied as those of real programs. */
export function largeReport(scenarios, sites) {
  const numbers = (count) => Array.from({ length: count }, (_, at) => at);
  return {
    version: 1,
    suites: [{ name: 'large', error: null, scenarios: numbers(scenarios).map((at) => scenario(`scenario-${String(at).padStart(3, '0')}`, numbers(sites).map((number) => site(at, number)))) }],
  };
}

function scenario(name, sites) {
  const names = ['baseline', ...Array.from({ length: CYCLES }, (_, at) => `cycle ${at + 1}`), 'idle start', 'idle end', 'final'];
  const live = (at) => 1e6 + at * 20_000;
  const marks = names.map((name, at) => ({
    name, time_ns: 1e9 * (at + 1) * (name.startsWith('idle e') ? 60 : 1), live: counted(live(at), 4000 + at), total: counted(live(at) * 9, 90_000 + at),
    peak: counted(live(at) + 5000, 4100 + at), memory: 4 << 20, heap_span: 2 << 20,
  }));
  const bound = { comparison: '<', limit: 1024, relative: null, holds: false, excess: 600_000 };
  return {
    name, module: 'large.wasm', verdict: 'regression', fault: null, order: null,
    metrics: [{ name: 'delta', value: 640_000, judged: 640_000, unit: 'B', bounds: [bound] }, { name: 'peak', value: 1.7e6, judged: 1.7e6, unit: 'B', bounds: [] }],
    probes: [], allowances: [], marks, peak: counted(live(33) + 5000, 4133), peak_time_ns: 30e9, total_at_peak: 9e6, sites,
    surveys: [], snapshot: null, numbers: null, wrong_frees: [], notes: [], events: 500_000, unknown_frees: 0, unseen_frees: 0, contexts: sites.length, folded_allocations: 0,
  };
}

function site(scenario, number) {
  const at = (salt) => mixed(scenario, number, salt);
  const bytes = Math.floor(at(1) ** 6 * 200_000) + 16;
  const some = counted(bytes, 1 + Math.floor(at(2) * 50));
  const cycles = Array.from({ length: CYCLES + 1 }, (_, cycle) => cycle).filter((cycle) => mixed(number, cycle) < 0.3);
  const kind = KINDS[Math.floor(at(3) * KINDS.length)];
  return {
    stack: stack(number), folded: false, total: counted(bytes * 7, 400), at_peak: some, own_peak: some, lifetime: null, at_baseline: counted(bytes >> 1, 3),
    at_idle_start: some, at_idle_end: some, at_end: counted(0, 0), delta: counted(bytes - (bytes >> 1), 2),
    survivors: cycles.map((cycle) => ({ cycle, live: counted(Math.ceil(bytes / cycles.length), 1) })),
    surveys: [{ mark: 'idle end', losses: { definitely_lost: counted(0, 0), indirectly_lost: counted(0, 0), possibly_lost: counted(0, 0), still_reachable: some }, retained: some, held: { by: { name: 'the static large::STATE', file: 'src/lib.rs', line: 3 }, through: [0, number], left_out: 0, types: [null, null], blocks: some } }],
    levels: cycles.map((cycle) => ({ mark: cycle, live: counted(Math.floor((bytes * (cycle + 1)) / CYCLES), cycle + 1) })),
    class: { name: kind, words: `${kind}, as the figures show` },
  };
}

/** From the site outwards: many functions far in, few far out, as in a program. */
function stack(number) {
  const depth = 8 + Math.floor(mixed(number, 5) * 14);
  return Array.from({ length: depth }, (_, at) => {
    const width = Math.max(1, Math.floor(2000 / 2.2 ** (at * 0.75)));
    const id = Math.floor(mixed(number, Math.floor(at / 2), 9) * width);
    const level = depth - at;
    return { function: `large::part_${level}::Worker<alloc::vec::Vec<u8>>::work_${id}`, file: `src/part_${level}/worker_${id % 40}.rs`, line: 10 + (id % 300), inlined: at % 3 === 0, library: at % 4 === 1 };
  });
}

/** Names that would do something if they were markup, an address, a terminal's or a layout's business. */
export const HOSTILE = [
  '</script><script>window.injected = 1</script>',
  '<img src=x onerror="window.injected = 1">',
  '<svg/onload=window.injected=1>',
  'javascript:window.injected=1',
  '"><a href="javascript:window.injected=1">x</a>',
  '<!--<script>',
  ']]><style>*{display:none}</style>',
  '\u202egnp.exe\u2066',
  'a\u0000b\u001b[31mc\u0007\n\r\td',
  '{{constructor.constructor("window.injected=1")()}}',
  '{{data}}{{script}}',
  '&lt;b&gt;&#60;b&#62;',
  '__proto__',
  'constructor',
  '#scenario=x&site=0',
  'x'.repeat(10_000),
  '\u{1f4a5}\u0301\u200b\u2028\u2029\ufeff',
];

/** A report in which every text that comes from a module or a suite is hostile. */
export function hostileReport() {
  const place = (name) => ({ function: name, file: name, line: 1, inlined: false, library: false });
  const one = counted(4096, 4);
  return {
    version: 1,
    suites: HOSTILE.map((name, at) => ({
      name,
      error: at % 3 === 0 ? name : null,
      scenarios: [{
        ...scenario(name, HOSTILE.map((other) => ({
          ...site(at, 1), stack: [place(other), place(name)],
          class: { name: other, words: other },
          surveys: [{ mark: 'idle end', losses: { definitely_lost: one, indirectly_lost: one, possibly_lost: one, still_reachable: one }, retained: one, held: { by: { name: other, file: other, line: 1 }, through: [0, 1], left_out: 3, types: [other, null], blocks: one } }],
        }))),
        module: name,
        verdict: at % 2 ? 'regression' : 'error',
        fault: at % 2 ? null : { kind: 'trap', headline: name, cause: `${name}\n${name}`, advice: name, stack: [place(name)], stderr: name },
        order: { name, seed: 1 },
        probes: [{ name, unit: name, values: [{ mark: name, value: 1 }] }],
        metrics: [{ name, value: 5, judged: 4, unit: name, bounds: [{ comparison: name, limit: 1, relative: { text: name, accepted: 1, advice: name }, holds: false, excess: 1 }] }, { name: 'peak', value: 5000, judged: 5000, unit: 'B', bounds: [{ comparison: '<', limit: 1000, relative: null, holds: false, excess: 4000 }] }],
        allowances: [{ site: name, bounds: [name], reason: name, until: name, standing: 'stale', sites: [0], held: one }],
        surveys: [{ mark: 'idle end', losses: { definitely_lost: one, indirectly_lost: one, possibly_lost: one, still_reachable: one }, look_alikes: one, holders: [{ root: { name, file: name, line: 2 }, retained: one }] }],
        snapshot: { is_new: false, diff: `-${name}\n+${name}\n ${name}` },
        numbers: { is_new: true, diff: `+${name}` },
        wrong_frees: [{ address: 16, by_resize: false, freed: [place(name)], former: { bytes: 3, allocated: [place(name)], by_resize: true, freed: null }, inside: null, others: 2, handed_out_twice: 1 }],
        notes: [name],
      }],
    })),
  };
}
