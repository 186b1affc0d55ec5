/** Folder of the site, as a prefix of addresses. */
export const up = document.body.dataset.up ?? '';

/** A file below data/v1, parsed. */
export async function readData(path) {
  const answer = await fetch(`${up}data/v1/${path}`);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return await answer.json();
}

/** An element with text in it. Text is never read as markup: names come from strangers. */
export function element(name, { text, ...attributes } = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

export function countText(n) {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Two decimals, and more where two would print some as none: as report/format.ts does. */
export function percentText(percent) {
  const away = Math.min(Math.abs(percent), Math.abs(100 - percent));
  const short = percent.toFixed(2);
  if (away === 0 || (short !== '0.00' && short !== '100.00')) return short;
  return percent.toFixed(Math.min(12, 1 - Math.floor(Math.log10(away))));
}

/** A cell as people read it. */
export function cellText(value, kind) {
  if (value === null || value === undefined) return '\u2013';
  if (kind === 'count') return countText(value);
  return kind === 'percent' ? `${percentText(value)}\u00a0%` : String(value);
}

/** true where disclosure control keeps the number back. */
export function isWithheld(row, key) {
  return String(row.withheld ?? '')
    .split(' ')
    .includes(key.replace('share_', 'capable_'));
}

/** A table cell of a row: "at least" where a part of a number is kept back. */
export function cell(row, { key, kind }) {
  const kept = isWithheld(row, key);
  if (kept && typeof row[key] !== 'number') return element('td', { class: 'number withheld', text: 'withheld' });
  const text = `${kept ? '\u2265\u00a0' : ''}${cellText(row[key], kind)}`;
  if (key === 'name') return element('td', { class: 'name', text });
  return kind === 'text' ? element('td', { text }) : element('td', { class: 'number', text });
}
