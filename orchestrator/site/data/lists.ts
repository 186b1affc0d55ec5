import type { Row } from '../../report/rows.ts';
import type { Column } from '../../report/tables/table.ts';
import type { SiteQuery } from '../sql.ts';

import type { ToldRun } from '../told.ts';
import { type Both, type Entity, entitiesOf, type Kind } from './entities.ts';
import { numberCells, numberColumns } from './rows.ts';

/** How a kind is called on pages and in addresses. */
export interface Naming {
  /** Folder of its pages. */
  folder: string;
  /** Its table below data/v1. */
  view: string;
  one: string;
  many: string;
  sql: readonly SiteQuery[];
  keys: Column[];
}

const keyColumns = (key: string, title: string): Column[] => [
  { key, title, kind: 'text' },
  { key: 'name', title: 'Name', kind: 'text' },
];

export const naming: Readonly<Record<Kind, Naming>> = {
  country: {
    folder: 'country',
    view: 'by-country',
    one: 'country',
    many: 'countries',
    sql: ['claims', 'places'],
    keys: keyColumns('country', 'Country'),
  },
  as: {
    folder: 'as',
    view: 'by-as',
    one: 'network (AS)',
    many: 'networks (ASes)',
    sql: ['claims', 'places'],
    keys: keyColumns('as', 'AS'),
  },
  port: {
    folder: 'port',
    view: 'by-port',
    one: 'port',
    many: 'ports',
    sql: ['claims', 'ports'],
    keys: keyColumns('port', 'Port'),
  },
};

export function listColumns(kind: Kind): Column[] {
  return [...naming[kind].keys, ...numberColumns];
}

export function entityRow(
  kind: Kind,
  { key, name, both }: Pick<Entity, 'key' | 'name' | 'both'>,
  { known }: ToldRun,
): Row {
  const [first] = naming[kind].keys;
  return { [first?.key ?? 'key']: key, name, ...numberCells(both, known) };
}

/** One row for each of a kind in one run. */
export function listRows(kind: Kind, told: ToldRun): Row[] {
  return entitiesOf(kind, told).map((entity) => entityRow(kind, entity, told));
}

function trees(kind: Kind, told: ToldRun) {
  return kind === 'port' ? told.ports : told.places;
}

/** The sum of all, which the front page has too. */
export function allOf(kind: Kind, told: ToldRun): Both {
  const { v1, v0 } = trees(kind, told);
  return { v1: v1?.numbers ?? null, v0: v0?.numbers ?? null };
}

/** What no row of the list holds: too small groups, and what is withheld of the rows. */
export function leftOf(kind: Kind, told: ToldRun): Both {
  const all = allOf(kind, told);
  const rows = entitiesOf(kind, told);
  const left = (version: 'v1' | 'v0') => {
    const whole = all[version];
    if (whole === null) return null;
    const without = (piece: 'answered' | 'capable' | 'confirmed') =>
      whole[piece] === null
        ? null
        : whole[piece] - rows.reduce((sum, { both }) => sum + (both[version]?.[piece] ?? 0), 0);
    return { answered: without('answered'), capable: without('capable'), confirmed: without('confirmed') };
  };
  return { v1: left('v1'), v0: left('v0') };
}
