// Sites as a tree of calls: callers above what they call, or the other way round.

/**
 * The tree of the sites whose weight is above zero. A node stands for a function in a file; its value is the sum of the sites
 * below it, `sites` those that end in it. The root's `below` is how many sites are below zero and so nowhere.
 */
export function callTree(sites, weigh, { inverted, libraries }) {
  const root = node(null, null);
  for (const site of sites) {
    const value = weigh(site);
    if (value < 0) root.below += 1;
    if (value <= 0) continue;
    // Frames lie innermost first.
    const frames = libraries ? site.frames : site.own;
    let at = root;
    at.value += value;
    for (let step = 0; step < frames.length; step += 1) {
      at = child(at, frames[inverted ? step : frames.length - 1 - step]);
      at.value += value;
    }
    at.sites.push(site);
  }
  finish(root, 0);
  return root;
}

const node = (parent, place) => ({ parent, place, value: 0, sites: [], below: 0, byKey: new Map(), children: [], depth: 0, kind: 'unknown' });

function child(parent, place) {
  const key = `${place.short}\n${place.file ?? ''}`;
  let found = parent.byKey.get(key);
  if (!found) parent.byKey.set(key, (found = node(parent, place)));
  return found;
}

/** Orders children, largest first, and says of each node what most of it is. Stacks are deep at times: no recursion. */
function finish(root) {
  const order = [root];
  for (let at = 0; at < order.length; at += 1) {
    const node = order[at];
    node.children = [...node.byKey.values()].sort((one, other) => other.value - one.value || (one.place.short < other.place.short ? -1 : 1));
    node.byKey = null;
    for (const child of node.children) {
      child.depth = node.depth + 1;
      order.push(child);
    }
  }
  for (const node of order.reverse()) node.kind = node.sites[0]?.kind ?? node.children[0]?.kind ?? 'unknown';
}

/** All sites below a node. */
export function sitesBelow(node) {
  const found = [];
  const waiting = [node];
  while (waiting.length) {
    const next = waiting.pop();
    found.push(...next.sites);
    waiting.push(...next.children);
  }
  return found;
}

/** The nodes from the root down to one. */
export function wayTo(node) {
  const way = [];
  for (let at = node; at; at = at.parent) way.unshift(at);
  return way;
}
