import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Row } from './rows.ts';
import type { Table } from './tables/table.ts';

/** Columns of the table beside the name of the rules, by the key of summary.csv that they show. */
const shown = {
  endpoints_capable_v1: 'endpoints, v1',
  endpoints_capable_v0: 'endpoints, v0',
  addresses_capable: 'addresses',
  addresses_synack: 'of addresses',
  domains_capable: 'domains',
} as const;

/** The numbers of a report's summary.csv by their keys; an empty value is none. */
async function summaryOf(folder: string): Promise<Map<string, number>> {
  const text = await readFile(join(folder, 'report', 'summary.csv'), 'utf8');
  return new Map(
    text.split('\n').flatMap((line): [string, number][] => {
      const [key, value] = line.split(',');
      return key === undefined || value === undefined || value === '' ? [] : [[key, Number(value)]];
    }),
  );
}

/**
 * What the same packets count by several tables of rules.
 * @param replayed name of each table with the folder that holds what it says
 */
export async function byRulesTable(replayed: readonly { name: string; folder: string }[]): Promise<Table> {
  const rows: Row[] = [];
  for (const { name, folder } of replayed) {
    const summary = await summaryOf(folder);
    const cells = Object.keys(shown).map((key) => [key, summary.get(key) ?? null]);
    rows.push({ rules: name, ...Object.fromEntries(cells) });
  }
  return {
    id: 'by_rules',
    title: 'Capable, by each rule set on the same packets',
    columns: [
      { key: 'rules', title: 'Rules', kind: 'text' },
      ...Object.entries(shown).map(([key, title]) => ({ key, title, kind: 'count' as const })),
    ],
    rows,
    denominator: 'docs/methods.md says what each rule set counts ("By other rules").',
    meaning: '',
    empty: '',
  };
}
