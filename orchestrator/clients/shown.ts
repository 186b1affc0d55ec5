import { formatCount, formatOf, plural } from '../report/format.ts';
import type { Results } from '../report/results.ts';
import type { Row } from '../report/rows.ts';
import type { Column } from '../report/tables/table.ts';
import type { Clients } from './gather.ts';

/** What the report shows of clients beside servers: columns of Table 1, a layer of Figure 4, and how either came about. */

export function clientColumns({ clients }: Results): Column[] {
  if (!clients) return [];
  return [
    { key: 'clients', title: 'Clients', kind: 'count' },
    { key: 'clients_ratio', title: 'Ratio of clients', kind: 'percent', bar: true },
  ];
}

export function clientCells({ clients }: Results, { country }: Row): Row {
  if (!clients) return {};
  const count = clients.countries.get(String(country)) ?? 0;
  return { clients: count, clients_ratio: clients.total === 0 ? null : (100 * count) / clients.total };
}

function fromText({ file, kind, clients, rejected }: Clients['files'][number]): string {
  const unread = rejected === 0 ? '' : `, ${formatCount(rejected)} entries unread`;
  const what = kind === 'traffic' ? 'clients of captures' : 'entries of a list';
  return `${file} (${formatCount(clients)} ${what}${unread})`;
}

/** What the ratios of clients are of. */
export function clientDenominator({ clients }: Results): string {
  if (!clients) return '';
  const [known, all] = [clients.countries.size, plural(clients.total, 'client', 'clients')];
  return ` ${all} in ${plural(known, 'country', 'countries')}, those without servers among them: ratios of clients are of all, from ${clients.files.map(fromText).join(', ')}.`;
}

/** How many clients the map has. */
export function placedSentence({ clients }: Results): string {
  return clients ? ` Of the clients ${formatOf(clients.placed, clients.total)} have a position.` : '';
}

const how: Readonly<Record<Clients['files'][number]['kind'], string>> = {
  list: 'The list of clients was made by others: whom it holds, since when, and whether one client is in it once, only its maker knows. A list of visitors holds who came, adds up over all its time, and lacks clients without MPTCP.',
  traffic:
    'The clients of captures are addresses that offered MPTCP in a SYN where and while the capture was taken; pseudonymous addresses have the place of another network.',
};

/** How servers and clients were gathered, as far as the kind of each file says: they are not to be set in proportion. */
export function gathered({ clients }: Results): string {
  if (!clients) return '';
  const kinds = (['list', 'traffic'] as const).filter((kind) => clients.files.some((file) => file.kind === kind));
  return ` Servers and clients were gathered differently, and no ratio of one to the other means anything. Servers: addresses of the run’s targets, asked by SYNs from one place within the time of the run. ${kinds.map((kind) => how[kind]).join(' ')}`;
}
