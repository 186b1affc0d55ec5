import { element, readData, up } from './cells.js';

const most = 50;
const folders = { country: 'country', as: 'as', port: 'port', run: 'run' };
const words = { country: 'Country', as: 'Network', port: 'Port', run: 'Run' };

/** 0: the very key; 1: its beginning, or that of the name; 2: somewhere; null: not at all. */
function rank([, key, name], wanted) {
  const [own, called] = [key.toLowerCase(), name.toLowerCase()];
  if (own === wanted || own === `as${wanted}`) return 0;
  if (own.startsWith(wanted) || called.startsWith(wanted)) return 1;
  return own.includes(wanted) || called.includes(wanted) ? 2 : null;
}

/** What the search field of any page leads to. */
export async function showFound() {
  const asked = new URLSearchParams(location.search).get('q') ?? '';
  const wanted = asked.trim().toLowerCase();
  const said = document.getElementById('said');
  document.getElementById('find').value = asked;
  if (wanted === '') {
    said.textContent = 'Type a country, the number or name of an AS, or a port.';
    return;
  }
  try {
    const ranked = (await readData('search.json')).map((entry) => [rank(entry, wanted), entry]);
    const found = ranked.filter(([place]) => place !== null).sort(([a], [b]) => a - b);
    said.textContent = `${found.length} found for \u201c${asked}\u201d${found.length > most ? `, the first ${most} are shown` : ''}`;
    const items = found.slice(0, most).map(([, [kind, key, name]]) => {
      const link = element('a', { href: `${up}${folders[kind]}/${encodeURIComponent(key)}.html`, text: name });
      return element(
        'li',
        {},
        link,
        ' ',
        element('span', { class: 'kind', text: kind === 'port' ? '' : `${words[kind]} ${key}` }),
      );
    });
    document.getElementById('found').replaceChildren(...items);
  } catch {
    said.textContent = 'The index could not be loaded.';
  }
}
