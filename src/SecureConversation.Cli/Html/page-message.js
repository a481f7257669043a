'use strict';
// What is below a message once it is opened.

const keyKinds = {
  DerivedKey: 'derived key', EncryptedKey: 'encrypted key', SecurityContext: 'key of the session', Certificate: 'certificate',
  UserName: 'key of a password', Rsa: 'RSA key', IssuedToken: 'key of an issued token',
};

function short(uri) {
  return /[^#/]*$/.exec(uri || '')[0] || uri || '';
}

// The keys of a message, each with a number, a colour and a pattern of its own.
function keysOf(message) {
  const keys = new Map();
  for (const used of [...message.signatures, ...message.encryptions]) {
    const id = used.key && used.key.kind + ' ' + used.key.name;
    if (id && !keys.has(id)) keys.set(id, { ...used.key, number: keys.size + 1 });
  }
  return keys;
}

function keyOf(keys, key) {
  return key ? keys.get(key.kind + ' ' + key.name) : null;
}

function chip(kind, number, key) {
  const name = kind === 'S' ? 'signed' : 'encrypted';
  const style = 'chip ' + name + (key ? ' key' + ((key.number - 1) % 6 + 1) : '');
  return node('span', { class: style }, name + ' ' + kind + number + (key ? ' by K' + key.number : ''));
}

function facts(message, open) {
  const answered = message.answerTo && node('a', { href: '#message-' + message.answerTo }, 'message ' + message.answerTo);
  if (answered) answered.addEventListener('click', event => { event.preventDefault(); open(message.answerTo); });
  const rows = [
    ['What', whatOf(message)], ['Action', message.action], ['Answers', answered], ['Message id', message.messageId],
    ['Relates to', message.relatesTo], ['Session', message.sessionId], ['Instance of its key', message.keyInstance],
    ['Sender', message.sender], ['Address', message.address],
    ['Sent', message.instant && new Date(message.instant).toISOString().replace('T', ' ').replace('Z', ' UTC')],
    ['Size', message.size.toLocaleString('en') + ' bytes'], ['HTTP status', message.httpStatus], ['Content-Type', message.contentType],
    ['Source', message.source],
  ];
  return list('facts', rows);
}

function list(style, rows) {
  const shown = rows.filter(row => row[1] !== null && row[1] !== undefined && row[1] !== '');
  return node('dl', { class: style }, shown.map(([name, value]) => node('div', {}, node('dt', {}, name), node('dd', {}, value))));
}

function failure(found) {
  return node('section', { class: 'card failure', 'aria-label': 'Failure' },
    node('h4', {}, found.rule), node('p', { class: 'code' }, found.name + ', code ' + found.code),
    list('pairs', [
      ['Clause', found.clause], ['Found', found.found], ['Expected', found.expected], ['Cause', found.cause], ['Remedy', found.remedy],
    ]));
}

function fault(found) {
  return node('section', { class: 'card fault', 'aria-label': 'Fault' },
    node('h4', {}, found.reason || 'A fault without a reason'),
    list('pairs', [['Code', found.code], ['Protection', found.isSecured ? 'under message security' : 'none: anybody may have sent it']]));
}

function protection(message, keys) {
  // A signature of a message that was refused, or one that the receiver did not look at, is only a claim.
  const verb = signature => message.verdict === 'Verified' && signature.references.every(reference => reference.matches === true)
    ? 'signs' : 'signs, not verified';
  const rows = message.signatures.map((signature, i) => protectionRow('S' + (i + 1), verb(signature),
    signature.references.map(reference => reference.part || reference.uri || 'unknown').join(', '),
    short(signature.algorithm) + (signature.isEndorsing ? ', endorsing' : ''), keyOf(keys, signature.key)));
  rows.push(...message.encryptions.map((encryption, i) => protectionRow('E' + (i + 1),
    encryption.isDecrypted ? 'encrypts' : 'encrypts, not read',
    encryption.part || encryption.id || 'unknown', short(encryption.algorithm), keyOf(keys, encryption.key))));
  if (!rows.length) return node('p', { class: 'quiet' }, 'Nothing in this message is signed or encrypted by itself.');
  const head = ['', 'What it does', 'Parts', 'Algorithm', 'Key'].map(name => node('th', { scope: 'col' }, name));
  return node('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'Protection' },
    node('table', {}, node('caption', {}, 'Signatures and encryption'), node('thead', {}, node('tr', {}, head)), node('tbody', {}, rows)));
}

function protectionRow(name, verb, parts, algorithm, key) {
  const style = key ? 'swatch key' + ((key.number - 1) % 6 + 1) : 'swatch';
  const named = key ? [
    node('span', { class: style, 'aria-hidden': 'true' }), node('b', {}, 'K' + key.number),
    ' ' + (keyKinds[key.kind] || key.kind) + (key.of ? ' of ' + key.of : ''), node('span', { class: 'id' }, key.name),
  ] : ['unknown'];
  return node('tr', {}, node('th', { scope: 'row' }, name), [verb, parts, algorithm, named].map(cell => node('td', {}, cell)));
}

// The envelope as XML. Each part that is protected has the colour and the pattern of its key at its side, and says so.
function part(message, keys, item) {
  const encryption = message.encryptions[item.encryptedBy];
  const chips = (item.signedBy || []).map(i => chip('S', i + 1, keyOf(keys, (message.signatures[i] || {}).key)));
  if (item.encryptedBy !== undefined) chips.push(chip('E', item.encryptedBy + 1, keyOf(keys, (encryption || {}).key)));
  const style = ['part'];
  if (chips.length) style.push('protected');
  if (item.encryptedBy !== undefined) style.push('encrypted');
  const key = encryption ? keyOf(keys, encryption.key) : keyOf(keys, (message.signatures[(item.signedBy || [])[0]] || {}).key);
  if (key) style.push('key' + ((key.number - 1) % 6 + 1));
  return node('li', { class: style.join(' ') }, chips.length ? node('div', { class: 'chips' }, chips) : null, partXml(message, keys, item));
}

function partXml(message, keys, item) {
  if (!item.children || !item.children.length) return block(indented(withoutNamespaces(item.text || '<' + item.name + '/>')), coloured);
  const open = '<' + item.name + (item.id ? ' u:Id="' + item.id + '"' : '') + '>';
  return [
    node('pre', {}, coloured(open)),
    node('ul', {}, item.children.map(child => part(message, keys, child))),
    node('pre', {}, coloured('</' + item.name + '>')),
  ];
}

// The namespaces of the specifications are known by their prefixes, and would hide what the parts say. The plaintext has them.
function withoutNamespaces(text) {
  const known = / xmlns(:[\w.-]+)?="http:\/\/(docs\.oasis-open\.org|www\.w3\.org|schemas\.xmlsoap\.org)\/[^"]{0,200}"/g;
  let result = '';
  for (const token of tokens(text)) result += token.tag && !token.text.startsWith('<!') ? token.text.replace(known, '') : token.text;
  return result;
}

function references(message) {
  const failed = message.signatures.flatMap((signature, i) =>
    signature.references.filter(reference => reference.matches === false).map(reference => ({ signature: i + 1, ...reference })));
  const nameOf = reference => reference.part || reference.uri;
  return failed.map(reference => node('section', { class: 'card reference', 'aria-label': 'Digest of ' + nameOf(reference) },
    node('h4', {}, nameOf(reference) + ' is not what was signed'),
    list('pairs', [
      ['Signature', 'S' + reference.signature + ', reference ' + reference.uri], ['Algorithm', short(reference.digestAlgorithm)],
      ['Digest stated', reference.statedDigest], ['Digest of what came', reference.computedDigest], ['Difference', reference.difference],
    ]),
    form('Signed: a canonical form that has the stated digest', reference.signedForm, reference.firstDifference),
    form('Received: its canonical form', reference.receivedForm, reference.firstDifference)));
}

// A canonical form around its first difference.
function form(title, text, first) {
  if (text === undefined || text === null) return null;
  const at = Number.isInteger(first) && first >= 0 ? Math.min(first, text.length) : -1;
  const start = at > 400 ? at - 300 : 0;
  const draw = at < 0 ? () => [text.slice(0, longest)] : () => [
    start ? '\u2026' : '', text.slice(start, at),
    node('mark', { title: 'the first difference' }, text.slice(at, at + 1) || 'end'), text.slice(at + 1, start + longest),
  ];
  const where = at < 0 ? '' : ', first difference at character ' + (at + 1).toLocaleString('en');
  return node('figure', {}, node('figcaption', {}, title + where), node('pre', { tabindex: '0', class: 'form' }, draw()));
}

// Tabs as ARIA describes them: one of them takes part in Tab, arrows go from one to the next.
function tabs(number, panels) {
  const shown = panels.filter(panel => panel.draw);
  const buttons = shown.map((panel, i) => node('button', {
    type: 'button', role: 'tab', id: 'tab-' + number + '-' + i, 'aria-controls': 'panel-' + number + '-' + i, tabindex: '-1',
  }, panel.name));
  const bodies = shown.map((panel, i) => node('div', {
    role: 'tabpanel', id: 'panel-' + number + '-' + i, 'aria-labelledby': 'tab-' + number + '-' + i, hidden: true,
  }));
  const choose = chosen => buttons.forEach((button, i) => {
    button.setAttribute('aria-selected', String(i === chosen));
    button.tabIndex = i === chosen ? 0 : -1;
    bodies[i].hidden = i !== chosen;
    if (i === chosen && !bodies[i].hasChildNodes()) add(bodies[i], [shown[i].draw()]);
  });
  buttons.forEach((button, i) => button.addEventListener('click', () => choose(i)));
  const bar = node('div', { role: 'tablist', 'aria-label': 'Message ' + number }, buttons);
  bar.addEventListener('keydown', event => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = (buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length;
    choose(next);
    buttons[next].focus();
    event.preventDefault();
    event.stopPropagation();
  });
  choose(0);
  return node('div', { class: 'tabs' }, bar, bodies);
}

function xmlPanel(text) {
  const body = node('div');
  const button = node('button', { type: 'button', class: 'toggle', 'aria-pressed': 'true' }, 'Indented');
  const draw = () => {
    const indent = button.getAttribute('aria-pressed') === 'true';
    body.replaceChildren(block(indent ? indented(text) : text, coloured));
  };
  button.addEventListener('click', () => {
    button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
    draw();
  });
  draw();
  return [button, body];
}

function detail(message, open) {
  const keys = keysOf(message);
  const tree = () => [
    protection(message, keys),
    message.envelope ? node('ul', { class: 'tree', 'aria-label': 'Envelope' }, part(message, keys, message.envelope)) : null,
  ];
  return [
    message.failure ? failure(message.failure) : null,
    ...references(message),
    message.fault ? fault(message.fault) : null,
    facts(message, open),
    message.notes.length ? node('ul', { class: 'notes' }, message.notes.map(note => node('li', {}, note))) : null,
    tabs(message.number, [
      { name: 'Protection', draw: tree },
      { name: 'Plaintext', draw: message.plaintext && (() => xmlPanel(message.plaintext)) },
      { name: 'On the wire', draw: message.wire && (() => xmlPanel(message.wire)) },
    ]),
  ];
}
