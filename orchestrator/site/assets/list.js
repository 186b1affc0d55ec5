import { cell, cellText, countText, element, isWithheld, readData } from './cells.js';

const settled = 120;

/** What the address of the page says of the table. */
function readState(keys) {
  const query = new URLSearchParams(location.search);
  const sort = query.get('sort');
  return {
    q: query.get('q') ?? '',
    min: query.get('min') ?? '',
    run: query.get('run') ?? '',
    sort: keys.includes(sort) ? sort : 'capable_v1',
    dir: query.get('dir') === 'asc' ? 'asc' : 'desc',
  };
}

function writeState(state) {
  const query = new URLSearchParams();
  for (const key of ['q', 'min', 'run']) if (state[key] !== '') query.set(key, state[key]);
  if (state.sort !== 'capable_v1' || state.dir !== 'desc') {
    query.set('sort', state.sort);
    query.set('dir', state.dir);
  }
  const text = query.toString();
  history.replaceState(null, '', `${location.pathname}${text === '' ? '' : `?${text}`}${location.hash}`);
}

function isWanted(row, { q, min }, [first]) {
  const wanted = q.trim().toLowerCase();
  const named = wanted === '' || `${row[first.key]} ${row.name ?? ''}`.toLowerCase().includes(wanted);
  const least = Number(min);
  return named && (min === '' || !(least > 0) || Math.max(row.answered_v1 ?? 0, row.answered_v0 ?? 0) >= least);
}

/** Numbers by size, text by the alphabet; what is not told comes last, whichever way. */
function comparing({ sort, dir }) {
  const sign = dir === 'asc' ? 1 : -1;
  return (a, b) => {
    const [x, y] = [a[sort], b[sort]];
    if (x === null || y === null) return (x === null) - (y === null);
    return typeof x === 'number' && typeof y === 'number'
      ? sign * (x - y)
      : sign * String(x).localeCompare(String(y), 'en', { numeric: true });
  };
}

function rowElement(row, [first, ...rest]) {
  const key = String(row[first.key]);
  const link = element('a', { href: `${encodeURIComponent(key)}.html`, text: cellText(key, 'text') });
  return element('tr', {}, element('th', { scope: 'row' }, link), ...rest.map((column) => cell(row, column)));
}

function showFoot(table, { left, all }, columns) {
  const rows = [...(table.tFoot?.rows ?? [])];
  [left, all].forEach((sums, i) => {
    if (rows[i] === undefined || sums === undefined) return;
    columns.forEach((column, j) => {
      const shown = rows[i].cells[j];
      if (column.kind !== 'text' && shown !== undefined)
        shown.textContent = isWithheld(sums, column.key) ? '\u2013' : cellText(sums[column.key], column.kind);
    });
  });
}

/** Filters and sorting of one list. What is chosen stands in the address of the page: it can be sent to others. */
export function enableList(table) {
  const { view, newest, most, total } = table.dataset;
  const heads = [...table.tHead.rows[0].cells];
  const form = table.closest('section').querySelector('form.filters');
  const count = table.closest('section').querySelector('.count');
  const caption = table.caption.textContent;
  const state = readState(heads.map((head) => head.dataset.key));
  const files = new Map();

  async function data() {
    const path = state.run === '' || state.run === newest ? `${view}.json` : `runs/${state.run}/${view}.json`;
    if (!files.has(path)) files.set(path, readData(path));
    return await files.get(path);
  }

  function markSorted() {
    for (const head of heads) {
      if (head.dataset.key === state.sort) head.setAttribute('aria-sort', `${state.dir}ending`);
      else head.removeAttribute('aria-sort');
    }
  }

  function tellCount(shown, of) {
    const cut = shown > Number(most) ? `, the first ${most} are shown` : '';
    count.textContent = `${countText(shown)} of ${countText(of)} rows${cut}`;
  }

  async function show() {
    markSorted();
    writeState(state);
    try {
      const file = await data();
      const columns = file.columns.filter(({ key }) => key !== 'withheld');
      const rows = file.rows.filter((row) => isWanted(row, state, columns)).sort(comparing(state));
      table.tBodies[0].replaceChildren(...rows.slice(0, Number(most)).map((row) => rowElement(row, columns)));
      showFoot(table, file, columns);
      table.caption.textContent = state.run === '' ? caption : `Run ${file.run_name} of ${file.scan_from.slice(0, 10)}`;
      tellCount(rows.length, file.rows.length);
    } catch {
      count.textContent = 'The data of this table could not be loaded.';
    }
  }

  for (const head of heads) {
    const button = element('button', { type: 'button', text: head.textContent });
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const { key } = head.dataset;
      const turned = state.dir === 'desc' ? 'asc' : 'desc';
      state.dir = state.sort === key ? turned : head.classList.contains('number') ? 'desc' : 'asc';
      state.sort = key;
      show();
    });
  }
  let waiting;
  form.hidden = false;
  for (const key of ['q', 'min', 'run']) {
    form.elements[key].value = state[key];
    form.elements[key].addEventListener('input', () => {
      state[key] = form.elements[key].value;
      clearTimeout(waiting);
      waiting = setTimeout(show, settled);
    });
  }
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('reset', () => {
    Object.assign(state, { q: '', min: '', run: '' });
    show();
  });
  // The page holds what it would show: the whole table is asked for when somebody wants another part of it.
  if (location.search === '') {
    markSorted();
    tellCount(Number(total), Number(total));
  } else show();
}
