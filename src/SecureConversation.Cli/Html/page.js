'use strict';
// The conversation as a diagram, its filters, and its keys.

const kinds = {
  Negotiation: 'Negotiation', IssueRequest: 'Asks for a session', IssueResponse: 'Opens a session', RenewRequest: 'Asks for a new key',
  RenewResponse: 'Renews the key', CancelRequest: 'Asks to end the session', CancelResponse: 'Ends the session', Application: 'Call',
  SecuredFault: 'Fault, secured', UnsecuredFault: 'Fault, not secured', Unreadable: 'Not readable', InClear: 'Logged in clear',
  Incomplete: 'Not complete',
};
const phases = {
  Negotiation: 'Negotiation', IssueRequest: 'Handshake', IssueResponse: 'Handshake', RenewRequest: 'Renewal', RenewResponse: 'Renewal',
  CancelRequest: 'End of session', CancelResponse: 'End of session',
};
const verdicts = {
  Verified: ['\u2713', 'verified'], Unsecured: ['\u25cb', 'not secured'], Refused: ['\u2717', 'refused'], NotRead: ['\u2013', 'not read'],
};
const directions = { ClientToService: 'Client to service', ServiceToClient: 'Service to client' };
const gapFrom = 10000;
const chunk = 150;

const { report, redaction } = JSON.parse(document.getElementById('data').textContent);
const messages = report.messages;
const sessions = [...new Set(messages.map(message => message.sessionId).filter(Boolean))];
const rows = new Map();
const byId = id => document.getElementById(id);

function shortAction(message) {
  if (!message.action) return kinds[message.kind] || message.kind;
  const parts = message.action.split('/').filter(Boolean);
  return phases[message.kind] ? parts.slice(-2).join('/') : parts[parts.length - 1] || message.action;
}

function whatOf(message) {
  return message.kind === 'Application' && message.direction === 'ServiceToClient' ? 'Answer' : kinds[message.kind] || message.kind;
}

function isFault(message) {
  return Boolean(message.fault) || /Fault$/.test(message.kind);
}

function sessionOf(message) {
  return message.sessionId || (message.answerTo && (messages[message.answerTo - 1] || {}).sessionId) || '';
}

function bandOf(message) {
  if (phases[message.kind]) return phases[message.kind];
  const session = sessionOf(message);
  if (session) return sessions.length > 1 ? 'Session ' + (sessions.indexOf(session) + 1) : 'Session';
  return 'Without a session';
}

// Messages that follow each other in the same phase.
function bands() {
  const result = [];
  for (const message of messages) {
    const name = bandOf(message);
    const last = result[result.length - 1];
    if (last && last.name === name) last.messages.push(message);
    else result.push({ name, messages: [message] });
  }
  return result;
}

function bandNode(band) {
  const style = 'band ' + band.name.toLowerCase().replace(/\W+\d*/g, '-').replace(/-$/, '');
  const session = /^Session/.test(band.name) ? sessionOf(band.messages[0]) : '';
  const list = node('ol', {});
  const made = node('section', { class: style, 'aria-label': band.name },
    node('h2', {}, band.name, session ? node('span', { class: 'id' }, session) : null), list);
  return { made, list };
}

function rowNode(message) {
  const [sign, verdict] = verdicts[message.verdict];
  const toService = message.direction === 'ClientToService';
  const label = [
    'Message ' + message.number, directions[message.direction], whatOf(message), shortAction(message), size(message.size), verdict,
    message.instant ? clock(message.instant) : '',
  ].filter(Boolean).join(', ');
  const note = isFault(message) ? 'fault' : phases[message.kind] ? kinds[message.kind].toLowerCase() : '';
  const button = node('button', {
    type: 'button', class: 'row', id: 'message-' + message.number, 'aria-expanded': 'false', 'aria-controls': 'detail-' + message.number,
    'aria-label': label, tabindex: '-1',
  },
  node('span', { class: 'meta' }, node('span', { class: 'number' }, message.number),
    node('time', {}, message.instant ? clock(message.instant) : '')),
  node('span', { class: 'lane' },
    node('span', { class: 'label' }, node('b', {}, shortAction(message)),
      note ? node('span', { class: 'what' }, note) : null, node('span', { class: 'size' }, size(message.size))),
    node('span', { class: 'arrow' })),
  node('span', { class: 'verdict' }, node('span', { class: 'sign', 'aria-hidden': 'true' }, sign), verdict));
  const body = node('div', {
    class: 'detail', id: 'detail-' + message.number, role: 'region', 'aria-label': 'Message ' + message.number, hidden: true,
  });
  const style = ['message', message.verdict.toLowerCase(), toService ? 'to-service' : 'to-client', isFault(message) ? 'has-fault' : ''];
  const made = node('li', { class: style.join(' ') }, gapNode(message), button, body);
  rows.set(message.number, { made, button, body, message });
  return made;
}

function gapNode(message) {
  const before = messages[message.number - 2];
  const gap = before && before.instant && message.instant ? new Date(message.instant) - new Date(before.instant) : 0;
  return gap >= gapFrom ? node('p', { class: 'gap' }, node('span', {}, span(gap) + ' later')) : null;
}

function setOpen(number, isOpen) {
  const row = rows.get(number);
  row.button.setAttribute('aria-expanded', String(isOpen));
  row.made.classList.toggle('open', isOpen);
  row.body.hidden = !isOpen;
  if (isOpen && !row.body.hasChildNodes()) add(row.body, detail(row.message, goTo));
}

function isOpen(button) {
  return button.getAttribute('aria-expanded') === 'true';
}

// Opens a message and goes to it, whatever the filters and the view are.
function goTo(number) {
  if (!rows.has(number)) drawAll();
  if (!rows.has(number)) return;
  showTable(false);
  if (rows.get(number).made.hidden) clearFilters();
  setOpen(number, true);
  focusRow(rows.get(number).button);
}

function focusRow(button) {
  for (const row of rows.values()) row.button.tabIndex = -1;
  button.tabIndex = 0;
  button.focus();
  button.scrollIntoView({ block: 'nearest' });
}

// The first rows at once, the others while nothing else is to do: a thousand messages do not keep the page.
const waiting = [];

function drawSome(count) {
  for (let i = 0; i < count && waiting.length; i++) {
    const { list, message } = waiting.shift();
    list.append(rowNode(message));
    rows.get(message.number).made.hidden = !fits(message);
  }
}

function drawAll() {
  drawSome(waiting.length);
  showBands();
}

function drawLater() {
  if (!waiting.length) return;
  drawSome(chunk);
  showBands();
  setTimeout(drawLater, 0);
}

function drawBands() {
  for (const band of bands()) {
    const { made, list } = bandNode(band);
    byId('bands').append(made);
    for (const message of band.messages) waiting.push({ list, message });
  }
  drawSome(chunk);
  const first = rows.get(messages.length ? messages[0].number : 0);
  if (first) first.button.tabIndex = 0;
  showBands();
  setTimeout(drawLater, 0);
}

function showBands() {
  for (const list of document.querySelectorAll('.band > ol')) {
    list.parentNode.hidden = !list.querySelector(':scope > li:not([hidden])');
  }
}

// Filters.
const filters = { direction: m => m.direction, kind: m => m.kind, verdict: m => m.verdict, session: sessionOf };
const texts = new Map();

function textOf(message) {
  if (!texts.has(message.number)) {
    const values = Object.values(message).map(value => typeof value === 'string' ? value : JSON.stringify(value));
    texts.set(message.number, values.join('\n').toLowerCase());
  }
  return texts.get(message.number);
}

function fits(message) {
  const search = byId('search').value.trim().toLowerCase();
  return Object.entries(filters).every(([id, of]) => !byId(id).value || of(message) === byId(id).value)
    && (!search || String(message.number) === search || textOf(message).includes(search));
}

function applyFilters() {
  let count = 0;
  for (const message of messages) {
    const shown = fits(message);
    count += shown ? 1 : 0;
    for (const made of [(rows.get(message.number) || {}).made, byId('line-' + message.number)]) {
      if (made) made.hidden = !shown;
    }
  }
  showBands();
  byId('none').hidden = count > 0;
  byId('diagram').classList.toggle('empty', count === 0);
  byId('found').textContent = (count === messages.length ? '' : count + ' of ') + counted(messages.length, 'message');
}

function clearFilters() {
  byId('search').value = '';
  for (const id of Object.keys(filters)) byId(id).value = '';
  applyFilters();
}

function fillFilters() {
  const names = {
    direction: directions, kind: kinds, verdict: Object.fromEntries(Object.entries(verdicts).map(([k, v]) => [k, v[1]])),
    session: Object.fromEntries(sessions.map((id, i) => [id, i + 1 + ': ' + id.slice(0, 60)])),
  };
  for (const [id, of] of Object.entries(filters)) {
    const values = [...new Set(messages.map(of))].filter(Boolean);
    const options = values.map(value => {
      const option = node('option', {}, plain(names[id][value] || value));
      option.value = value;
      return option;
    });
    add(byId(id), [node('option', { value: '' }, 'all'), options]);
    byId(id).parentNode.hidden = values.length < 2;
  }
}

// The same as a table, for those who do not see the diagram, and for copying.
function showTable(isTable) {
  if (isTable && !byId('table').hasChildNodes()) byId('table').append(tableNode());
  byId('table').hidden = !isTable;
  byId('diagram').hidden = isTable;
  byId('as-table').setAttribute('aria-pressed', String(isTable));
  byId('as-diagram').setAttribute('aria-pressed', String(!isTable));
}

function tableNode() {
  const head = ['Number', 'Time', 'Direction', 'Phase', 'What', 'Action', 'Size', 'Signed', 'Encrypted', 'Verdict'];
  const lines = messages.map(message => {
    const link = node('a', { href: '#message-' + message.number }, message.number);
    link.addEventListener('click', event => { event.preventDefault(); goTo(message.number); });
    const signed = message.signatures.flatMap(signature => signature.references.map(reference => reference.part || reference.uri));
    const encrypted = message.encryptions.map(encryption => encryption.part || encryption.id || 'unknown');
    const cells = [
      message.instant ? clock(message.instant) : '', directions[message.direction], bandOf(message), whatOf(message), message.action || '',
      size(message.size), [...new Set(signed)].join(', '), encrypted.join(', '), verdicts[message.verdict][1],
    ];
    return node('tr', { id: 'line-' + message.number, class: message.verdict.toLowerCase(), hidden: !fits(message) },
      node('th', { scope: 'row' }, link), cells.map(cell => node('td', {}, cell)));
  });
  return node('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'Table of messages' },
    tableOf('Messages in their order', head, lines));
}

function tableOf(caption, head, lines) {
  return node('table', {}, node('caption', {}, caption),
    node('thead', {}, node('tr', {}, head.map(name => node('th', { scope: 'col' }, name)))), node('tbody', {}, lines));
}

// The head of the page.
function drawHead() {
  const times = messages.map(message => message.instant).filter(Boolean).map(instant => new Date(instant));
  const [from, to] = [times[0], times[times.length - 1]];
  const when = times.length ? from.toISOString().slice(0, 10) + ', ' + clock(from).slice(0, 8) + ' to ' + clock(to).slice(0, 8) + ' UTC'
    : 'The capture has no clock';
  const names = report.sources.map(source => source.name).join(', ');
  add(byId('range'), [names ? node('b', {}, names) : null, ' ' + when]);
  const count = verdict => messages.filter(message => message.verdict === verdict).length;
  const bytes = messages.reduce((sum, message) => sum + message.size, 0);
  const figures = [
    [noun(messages.length, 'message'), messages.length], ['verified', count('Verified')], ['refused', count('Refused')],
    ['not secured', count('Unsecured')],
    ['not read', count('NotRead')], [noun(sessions.length, 'session'), sessions.length], ['in all', size(bytes)],
    ['long', times.length ? span(Math.max(0, to - from)) : ''],
  ];
  add(byId('counts'), figures.filter(figure => figure[1]).map(([name, value]) =>
    node('div', { class: name.replace(' ', '-') }, node('dt', {}, name), node('dd', {}, value))));
  drawAlerts();
  add(byId('about'), [
    redaction ? node('p', { class: 'redaction' }, redaction) : null, report.secrets ? node('p', { class: 'secrets' }, report.secrets) : null,
    report.trust ? node('p', { class: 'trust' }, report.trust) : null, bindingNode(), sourcesNode(),
  ]);
}

function drawAlerts() {
  const refused = messages.filter(message => message.failure);
  const items = refused.slice(0, 5).map(message => {
    const link = node('a', { href: '#message-' + message.number }, 'Message ' + message.number);
    link.addEventListener('click', event => { event.preventDefault(); goTo(message.number); });
    return node('li', {}, link, ': ' + message.failure.rule);
  });
  if (refused.length > 5) items.push(node('li', {}, 'and ' + (refused.length - 5) + ' more: filter by the verdict'));
  if (items.length) byId('alerts').append(node('ul', { 'aria-label': 'Refused messages' }, items));
}

function bindingNode() {
  const binding = report.binding;
  if (!binding) return node('p', {}, 'No message is secured: there is no binding to tell.');
  const lines = binding.assumptions.map(item => node('tr', { class: item.isSeen ? '' : 'assumed' },
    node('th', { scope: 'row' }, item.setting),
    [item.value, item.isSeen ? 'seen' : 'assumed', item.reason].map(cell => node('td', {}, cell))));
  const table = tableOf(binding.isGiven ? 'Given by the caller' : 'Found in the messages', ['Setting', 'Value', 'How', 'Why'], lines);
  return node('details', { id: 'binding' }, node('summary', {}, node('b', {}, 'Binding'), ' ' + binding.summary),
    lines.length ? node('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'Settings of the binding' }, table) : null,
    binding.cSharp ? block(binding.cSharp, text => [text]) : null);
}

function sourcesNode() {
  const items = report.sources.map(source => node('li', {}, node('b', {}, source.name),
    ' ' + source.format + ', ' + counted(source.messages, 'message'),
    source.notes.length ? node('ul', {}, source.notes.slice(0, 200).map(note => node('li', {}, note))) : null));
  const notes = report.sources.reduce((sum, source) => sum + source.notes.length, 0);
  return node('details', { id: 'sources' },
    node('summary', {}, node('b', {}, 'Sources'), ' ' + report.sources.length + (notes ? ', ' + counted(notes, 'note') : '')),
    node('ul', {}, items));
}

// Keys and clicks.
function shownButtons() {
  // Rows are made in their order.
  return [...rows.values()].filter(row => !row.made.hidden).map(row => row.button);
}

function onRowKey(event) {
  const button = event.target.closest('.row');
  if (!button || event.ctrlKey || event.altKey || event.metaKey) return;
  const number = Number(button.id.slice('message-'.length));
  const buttons = shownButtons();
  const at = buttons.indexOf(button);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
  if (buttons[next]) focusRow(buttons[next]);
  else if (event.key === 'ArrowRight') setOpen(number, true);
  else if (event.key === 'ArrowLeft') setOpen(number, false);
  else return;
  event.preventDefault();
}

function onKey(event) {
  const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey) {
    byId('search').focus();
    byId('search').select();
    event.preventDefault();
  } else if (event.key === 'Escape' && event.target.id === 'search') {
    byId('search').value = '';
    applyFilters();
  } else if (event.key === 'Escape') {
    const row = event.target.closest('.message');
    if (row) leave(row);
  }
}

function leave(row) {
  const button = row.querySelector('.row');
  setOpen(Number(button.id.slice('message-'.length)), false);
  focusRow(button);
}

function listen() {
  let timer = 0;
  byId('filter').addEventListener('submit', event => event.preventDefault());
  byId('search').addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(applyFilters, 120); });
  for (const id of Object.keys(filters)) byId(id).addEventListener('change', applyFilters);
  byId('as-table').addEventListener('click', () => showTable(true));
  byId('as-diagram').addEventListener('click', () => showTable(false));
  byId('bands').addEventListener('click', event => {
    const button = event.target.closest('.row');
    if (button) setOpen(Number(button.id.slice('message-'.length)), !isOpen(button));
  });
  byId('bands').addEventListener('keydown', onRowKey);
  document.addEventListener('keydown', onKey);
  addEventListener('beforeprint', drawAll);
}

fillFilters();
drawHead();
drawBands();
applyFilters();
listen();
