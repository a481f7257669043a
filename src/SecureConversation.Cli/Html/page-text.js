'use strict';
// Nodes and texts. All that a message says becomes text of a node, here and nowhere else; it never becomes markup.

// What changes the look of a line, or cannot be seen: controls, marks of direction, half characters, separators of lines.
const hidden = /[^\P{C}\t\n]|[\p{Zl}\p{Zp}]/u;
const runs = /(?:[^\P{C}\t\n]|[\p{Zl}\p{Zp}])+/gu;
const most = 500;
const longest = 20000;

function node(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === true) made.setAttribute(name, '');
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, plain(String(value)));
  }
  return add(made, children);
}

function add(parent, children) {
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    if (child instanceof Node) parent.append(child);
    else parent.append(...visible(String(child)));
  }
  return parent;
}

function plain(text) {
  return hidden.test(text) ? text.replace(runs, ' ') : text;
}

// The text, with a mark in place of what cannot be seen.
function visible(text) {
  text = text.replaceAll('\r\n', '\n');
  if (!hidden.test(text)) return [text];
  const parts = [];
  let at = 0;
  for (const run of text.matchAll(runs)) {
    if (parts.length > most) break;
    parts.push(text.slice(at, run.index), mark(run[0]));
    at = run.index + run[0].length;
  }
  parts.push(text.slice(at).replace(runs, '\u25a1'));
  return parts;
}

function mark(run) {
  const made = document.createElement('span');
  const code = run.codePointAt(0).toString(16).toUpperCase().padStart(4, '0');
  const count = Array.from(run.slice(0, most)).length;
  made.className = 'mark';
  made.textContent = 'U+' + code + (count > 1 ? ' and ' + (count - 1) + ' more' : '');
  return made;
}

// Tags and what stands between them. A tag ends where its quotes say; what has no end is text.
function* tokens(text) {
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('<', at);
    const end = open < 0 ? -1 : endOf(text, open);
    if (end < 0) break;
    if (open > at) yield { tag: false, text: text.slice(at, open) };
    yield { tag: true, text: text.slice(open, end) };
    at = end;
  }
  if (at < text.length) yield { tag: false, text: text.slice(at) };
}

function endOf(text, open) {
  for (const [start, stop] of [['<!--', '-->'], ['<![CDATA[', ']]>']]) {
    if (text.startsWith(start, open)) {
      const end = text.indexOf(stop, open);
      return end < 0 ? -1 : end + stop.length;
    }
  }
  let quote = '';
  for (let i = open + 1; i < text.length; i++) {
    const c = text[i];
    if (quote) quote = c === quote ? '' : quote;
    else if (c === '"' || c === "'") quote = c;
    else if (c === '>') return i + 1;
  }
  return -1;
}

// One element a line, for reading. What has text beside elements stays on its line.
function indented(text) {
  let depth = 0;
  let last = 'close';
  let result = '';
  for (const token of tokens(text)) {
    const value = token.tag ? token.text : token.text.trim() && token.text;
    if (!value) continue;
    const kind = !token.tag ? 'text' : value.startsWith('</') ? 'close' : /^<[?!]|\/>$/.test(value) ? 'alone' : 'open';
    if (kind === 'close') depth = Math.max(0, depth - 1);
    const inline = kind === 'text' || last === 'text' || (kind === 'close' && last === 'open');
    result += (inline || !result ? '' : '\n' + '  '.repeat(Math.min(depth, 30))) + value;
    if (kind === 'open') depth++;
    last = kind;
  }
  return result;
}

// The tags of a text in the colours of their parts.
function coloured(text) {
  const result = [];
  for (const token of tokens(text)) {
    if (!token.tag) result.push(token.text);
    else result.push(...tagParts(token.text));
    if (result.length > 8000) return [text];
  }
  return result;
}

function tagParts(tag) {
  const name = /^<\/?[^\s/>]*/.exec(tag)[0];
  const rest = tag.slice(name.length);
  const quoted = /"[^"]*"|'[^']*'/g;
  const parts = [node('span', { class: 'tag' }, name)];
  let at = 0;
  for (const value of rest.matchAll(quoted)) {
    parts.push(node('span', { class: 'attribute' }, rest.slice(at, value.index)), node('span', { class: 'value' }, value[0]));
    at = value.index + value[0].length;
  }
  parts.push(node('span', { class: 'tag' }, rest.slice(at)));
  return parts;
}

// A text of any length: the start of it, and the rest when it is asked for.
function block(text, draw) {
  const made = node('pre', { tabindex: '0' });
  if (text.length <= longest) return add(made, draw(text));
  add(made, draw(text.slice(0, longest)));
  const rest = text.length - longest;
  const more = node('button', { type: 'button', class: 'more' }, 'Show ' + rest.toLocaleString('en') + ' more characters');
  more.addEventListener('click', () => {
    more.remove();
    add(made, [text.slice(longest)]);
    made.focus();
  });
  return node('div', {}, made, more);
}

function noun(count, name) {
  return count === 1 ? name : name + 's';
}

function counted(count, name) {
  return count.toLocaleString('en') + ' ' + noun(count, name);
}

function size(bytes) {
  if (bytes < 1000) return bytes + ' B';
  return bytes < 1e6 ? (bytes / 1e3).toFixed(1) + ' kB' : (bytes / 1e6).toFixed(1) + ' MB';
}

function span(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 1) return Math.round(milliseconds) + ' ms';
  if (seconds < 60) return Number(seconds.toFixed(1)) + ' s';
  const units = [['day', 86400], ['h', 3600], ['min', 60], ['s', 1]];
  const first = units.findIndex(unit => seconds >= unit[1]);
  const large = Math.floor(seconds / units[first][1]);
  const small = Math.floor((seconds % units[first][1]) / units[first + 1][1]);
  return large + ' ' + units[first][0] + (small ? ' ' + small + ' ' + units[first + 1][0] : '');
}

function clock(instant) {
  const date = new Date(instant);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(11, 23);
}
