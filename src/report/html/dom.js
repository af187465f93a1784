// Elements and text. Whatever comes from a module or a suite gets into the page here, and only ever as text.

// What would not be seen, or would turn the text around it: controls, marks of direction, spaces without width.
const UNSEEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** Text as it can be shown: what cannot be seen is spelt out. */
export function shown(text) {
  return String(text).replace(UNSEEN, (found) => `\\u{${found.codePointAt(0).toString(16)}}`);
}

/** The same of text in lines. */
export function shownLines(text) {
  return String(text).split(/\r?\n/).map((line) => shown(line.replaceAll('\t', '    '))).join('\n');
}

/** An element; `on...` attributes are functions, text among the children is text. */
export function el(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** An element of a drawing. */
export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : shownLines(value));
  }
  add(element, children);
  return element;
}

/** Appends children: elements, text, arrays of these; nothing for null. */
export function add(element, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : shown(child));
  }
}

/** Puts children in the place of those that are there. */
export function put(element, ...children) {
  element.replaceChildren();
  add(element, ...children);
}

/** A table of few rows. `head` are titles; one that is an array of title and class sets that of its column. */
export function plainTable(head, rows, attributes = {}) {
  const columns = head.map((title) => (Array.isArray(title) ? title : [title, undefined]));
  return el('div', { class: 'wide' }, el('table', attributes,
    el('thead', {}, el('tr', {}, columns.map(([title, kind]) => el('th', { class: kind, scope: 'col' }, title)))),
    el('tbody', {}, rows.map((row) => el('tr', { class: row.kind }, row.cells.map((cell, at) => el('td', { class: columns[at][1] }, cell))))),
  ));
}

/** A row of buttons of which one is pressed. */
export function choice(label, options, chosen, choose) {
  const buttons = options.map(([value, text, title]) => el('button', {
    type: 'button',
    title,
    'aria-pressed': String(value === chosen),
    onclick() {
      buttons.forEach((button) => button.setAttribute('aria-pressed', String(button === this)));
      choose(value);
    },
  }, text));
  return el('div', { class: 'choice', role: 'group', 'aria-label': label }, buttons);
}
