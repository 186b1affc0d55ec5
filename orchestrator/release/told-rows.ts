import type { z } from 'zod';
import { PlaceCounts } from '../schemas/records/release/places.ts';
import { PortCounts } from '../schemas/records/release/ports.ts';
import { RankCounts } from '../schemas/records/release/ranks.ts';
import { VerdictCounts } from '../schemas/records/release/verdicts.ts';
import type { Node, Numbers } from '../site/disclosure/tree.ts';
import type { ToldRun, Trees } from '../site/told.ts';

/** The tables of a run that tell of few what the site tells of them too: who has both learns no more than from one. */

export const toldTables = {
  places: {
    name: 'places',
    title: 'Endpoints per country and origin AS',
    one: 'country, or origin AS in a country',
    schema: PlaceCounts,
  },
  ports: {
    name: 'ports',
    title: 'Endpoints per port and address family',
    one: 'port, or address family at one',
    schema: PortCounts,
  },
  verdicts: {
    name: 'verdicts',
    title: 'Endpoints that are not capable, per verdict',
    one: 'version, step and verdict',
    schema: VerdictCounts,
  },
  ranks: {
    name: 'ranks',
    title: 'Entries of the list by rank (Figure 5 of the 2015 study)',
    one: 'bin of ranks',
    schema: RankCounts,
  },
} as const;

const versions = { v1: 1, v0: 0 } as const;

/** One row of a tree: which group of it, and its numbers. */
interface TreeRow {
  version: number;
  /** 0: the whole, 1: a group, 2: a part of it; rest: what is told of none of its parts. */
  depth: 0 | 1 | 2;
  rest: boolean;
  keys: string[];
  name: string | null;
  numbers: Numbers;
}

function* rowsOf(version: number, node: Node, keys: string[]): Generator<TreeRow> {
  const depth = keys.length === 0 ? 0 : keys.length === 1 ? 1 : 2;
  yield { version, depth, rest: false, keys, name: node.name, numbers: node.numbers };
  for (const part of node.parts) yield* rowsOf(version, part, [...keys, part.key]);
  // A part without parts has nothing left; of a group whose parts are all told, nothing is.
  if (depth < 2 && Object.values(node.left).some((left) => left !== null && left !== 0))
    yield { version, depth, rest: true, keys, name: null, numbers: node.left };
}

function treeRows(trees: Trees): TreeRow[] {
  return (['v1', 'v0'] as const).flatMap((version) => {
    const tree = trees[version];
    return tree === null ? [] : [...rowsOf(versions[version], tree, [])];
  });
}

function wordOf<Outer extends string, Inner extends string>({ depth, rest }: TreeRow, outer: Outer, inner: Inner) {
  if (depth === 0) return rest ? ('rest_of_all' as const) : ('all' as const);
  if (depth === 1) return rest ? (`rest_of_${outer}` as const) : outer;
  return inner;
}

function numberOf(key: string | undefined): number | null {
  return key === undefined ? null : Number(key);
}

export function placeRows({ places }: ToldRun): z.infer<typeof PlaceCounts>[] {
  return treeRows(places).map((row) => ({
    row: wordOf(row, 'country', 'system'),
    country: row.keys[0] ?? null,
    asn: numberOf(row.keys[1]),
    as_name: row.depth === 2 ? row.name : null,
    version: row.version,
    ...row.numbers,
  }));
}

export function portRows({ ports }: ToldRun): z.infer<typeof PortCounts>[] {
  return treeRows(ports).map((row) => ({
    row: wordOf(row, 'port', 'family'),
    port: numberOf(row.keys[0]),
    family: numberOf(row.keys[1]),
    version: row.version,
    ...row.numbers,
  }));
}

export function verdictRows({ funnel }: ToldRun): z.infer<typeof VerdictCounts>[] {
  return (['v1', 'v0'] as const).flatMap((version) =>
    funnel[version].verdicts.map(({ step, verdict, endpoints }) => ({
      version: versions[version],
      step,
      verdict,
      endpoints,
    })),
  );
}
