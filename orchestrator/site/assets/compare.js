import { cell, cellText, element, isWithheld, readData, up } from './cells.js';
import { drawLines } from './chart.js';

const views = { country: 'by-country', as: 'by-as', port: 'by-port' };
const measures = [
  ['answered_v1', 'SYN/ACK to v1', 'count'],
  ['capable_v1', 'v1 capable', 'count'],
  ['share_v1', 'v1 share', 'percent'],
  ['confirmed_v1', 'v1 confirmed', 'count'],
  ['answered_v0', 'SYN/ACK to v0', 'count'],
  ['capable_v0', 'v0 capable', 'count'],
  ['share_v0', 'v0 share', 'percent'],
];

/** Of "as/AS64500" or "FI": what it is of, and its rows over all runs. */
async function readSide(text) {
  const given = text.trim();
  const [folder, key] = given.includes('/')
    ? given.split('/', 2)
    : [/^as\d+$/i.test(given) ? 'as' : /^\d+$/.test(given) ? 'port' : 'country', given];
  if (folder === 'run') {
    const [list, series] = await Promise.all([
      readData(`runs/${encodeURIComponent(key)}/by-country.json`),
      readData('series.json'),
    ]);
    return { folder, key, name: `Run ${list.run_name}`, rows: series.rows, now: list.all, list };
  }
  if (views[folder] === undefined) throw new Error(`nothing is called ${folder}`);
  const file = await readData(
    `${views[folder]}/${encodeURIComponent(folder === 'port' ? key : key.toUpperCase())}.json`,
  );
  return { folder, key: file.key, name: file.name, rows: file.rows, now: file.rows.at(-1) };
}

function ratio(a, b) {
  return typeof a === 'number' && typeof b === 'number' && b !== 0 ? (a / b).toFixed(2) : '\u2013';
}

function table(caption, heads, rows) {
  const head = element(
    'tr',
    {},
    ...heads.map((text, i) => element('th', { scope: 'col', text, ...(i === 0 ? {} : { class: 'number' }) })),
  );
  const made = element(
    'table',
    {},
    element('caption', { text: caption }),
    element('thead', {}, head),
    element('tbody', {}, ...rows),
  );
  return element('div', { class: 'scroll', role: 'region', tabindex: '0', 'aria-label': caption }, made);
}

function sideBySide(a, b) {
  const rows = measures.map(([key, name, kind]) => {
    const told = [a, b].map(({ now }) => (isWithheld(now, key) ? null : (now[key] ?? null)));
    return element(
      'tr',
      {},
      element('th', { scope: 'row', text: name }),
      cell(a.now, { key, kind }),
      cell(b.now, { key, kind }),
      element('td', { class: 'number', text: ratio(...told) }),
    );
  });
  return table('Side by side', ['Endpoints', a.name, b.name, 'first / second'], rows);
}

/** Two runs, country by country: what is in both lists or in one. */
function countryByCountry(a, b) {
  const other = new Map(b.list.rows.map((row) => [row.country, row]));
  const keys = new Map([...a.list.rows, ...b.list.rows].map((row) => [row.country, row.name]));
  const own = new Map(a.list.rows.map((row) => [row.country, row]));
  const rows = [...keys].map(([country, name]) => {
    const [x, y] = [own.get(country)?.capable_v1 ?? null, other.get(country)?.capable_v1 ?? null];
    const change = x === null || y === null ? '\u2013' : `${y - x > 0 ? '+' : ''}${y - x}`.replace('-', '\u2212');
    const link = element('a', { href: `${up}country/${encodeURIComponent(country)}.html`, text: name });
    const numbers = [cellText(x, 'count'), cellText(y, 'count'), change].map((text) =>
      element('td', { class: 'number', text }),
    );
    return element('tr', {}, element('th', { scope: 'row' }, link), ...numbers);
  });
  return table(
    'v1 capable by country; a dash is withheld or not there',
    ['Country', a.name, b.name, 'net change'],
    rows,
  );
}

async function show(first, second) {
  const said = document.getElementById('said');
  const place = document.getElementById('compared');
  place.replaceChildren();
  try {
    const [a, b] = await Promise.all([readSide(first), readSide(second)]);
    said.textContent = `${a.name} and ${b.name}`;
    place.append(element('h2', { text: `${a.name} and ${b.name}` }), sideBySide(a, b));
    if (a.folder === 'run' && b.folder === 'run') place.append(countryByCountry(a, b));
    else place.append(drawLines([a, b].map(({ name, rows }) => ({ name, rows, key: 'capable_v1' }))));
  } catch {
    said.textContent = `${first} or ${second} is not there. Write country/FI, as/AS64500, port/443 or run/NAME.`;
  }
}

/** The form sends itself to this page: what is compared stands in its address. */
export function enableComparing() {
  const form = document.getElementById('compare');
  const query = new URLSearchParams(location.search);
  for (const side of ['a', 'b']) form.elements[side].value = query.get(side) ?? '';
  const [a, b] = [form.elements.a.value, form.elements.b.value];
  if (a !== '' && b !== '') show(a, b);
  else if (a !== '' || b !== '') document.getElementById('said').textContent = 'Name two: one is there already.';
}
