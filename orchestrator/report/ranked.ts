import { z } from 'zod';
import type { Numbers } from '../core/database/duckdb.ts';
import type { Operator } from '../uncertainty/popularity.ts';
import { type Query, readSql } from './rows.ts';

/** Reads a query of numbers as columns, some thousand rows at a time. */
export type Vectors = (sql: string) => AsyncIterable<Numbers[]>;

/** A row of ranked_systems.sql. */
const System = z.object({ asn: z.int(), domains: z.int(), capable: z.int() });
type System = z.infer<typeof System>;

/** Of an AS with more domains than this, about so many are drawn, by their names. */
const most = 2048;
/** Numbers that are drawn lie below it. */
const draws = 1_048_576;

/** Ranks that fall: the list has to be sorted first. */
class Unsorted extends Error {}

/** What is known of the domains of each AS, which goes by its number in the order of ASes. */
interface Standing {
  numbers: Map<number, number>;
  /** Domains whose draw lies below it are kept. */
  below: Float64Array;
  places: Float64Array[];
  kept: Uint32Array;
  /** Sum of the positions of the capable ones. */
  capable: Float64Array;
}

function nothingYet(systems: readonly System[]): Standing {
  return {
    numbers: new Map(systems.map(({ asn }, i) => [asn, i])),
    below: Float64Array.from(systems, ({ domains }) => (domains <= most ? draws : draws * (most / domains))),
    places: systems.map(({ domains }) => new Float64Array(Math.min(domains, most))),
    kept: new Uint32Array(systems.length),
    capable: new Float64Array(systems.length),
  };
}

function longer(places: Float64Array): Float64Array {
  const twice = new Float64Array(2 * places.length);
  twice.set(places);
  return twice;
}

/** One domain more of an AS. */
function stand({ below, places, kept, capable }: Standing, system: number, place: number, draw: number): void {
  if (draw % 2 === 1) capable[system] = (capable[system] ?? 0) + place;
  if (draw >>> 1 >= (below[system] ?? 0)) return;
  const at = kept[system] ?? 0;
  let own = places[system] ?? none;
  if (at === own.length) {
    own = longer(own);
    places[system] = own;
  }
  own[at] = place;
  kept[system] = at + 1;
}

const none = new Float64Array();

/** Places of all domains, from the top of the list: those of one rank stand in the middle of it. */
async function placed(columns: AsyncIterable<Numbers[]>, systems: readonly System[]): Promise<Operator[]> {
  const standing = nothingYet(systems);
  const all = systems.reduce((sum, { domains }) => sum + domains, 0);
  // of one rank; they are written over, for an array that is emptied gives its room back
  const alike: { of: number[]; draws: number[] } = { of: [], draws: [] };
  let count = 0;
  let [before, rank] = [0, Number.NEGATIVE_INFINITY];
  const place = () => {
    const end = before + count;
    const middle = (end / all + before / all) / 2;
    for (let i = 0; i < count; i += 1) stand(standing, alike.of[i] ?? 0, middle, alike.draws[i] ?? 0);
    before = end;
    count = 0;
  };
  for await (const [ranks = none, asns = none, draws = none] of columns)
    for (let row = 0; row < ranks.length; row += 1) {
      const own = ranks[row] ?? 0;
      if (own < rank) throw new Unsorted();
      if (own > rank) place();
      rank = own;
      alike.of[count] = standing.numbers.get(asns[row] ?? 0) ?? 0;
      alike.draws[count++] = draws[row] ?? 0;
    }
  place();
  return systems.map(({ domains, capable }, i) => ({
    places: (standing.places[i] ?? none).subarray(0, standing.kept[i]),
    domains,
    capable,
    mean: capable > 0 ? (standing.capable[i] ?? 0) / capable : 0,
  }));
}

/**
 * The ranked domains of each AS, in order of its number; none where no ranked domain is capable. What merge writes stands by rank, so nothing
 * is sorted, and nothing held but the places: there may be ten million.
 */
export async function rankedOperators(query: Query, vectors: Vectors): Promise<Operator[]> {
  const systems: System[] = [];
  for await (const value of query(await readSql('ranked_systems'))) systems.push(System.parse(value));
  if (!systems.some(({ capable }) => capable > 0)) return [];
  const sql = await readSql('ranked');
  try {
    return await placed(vectors(sql), systems);
  } catch (cause) {
    if (!(cause instanceof Unsorted)) throw cause;
    return await placed(vectors(`FROM (\n${sql}) ORDER BY rank`), systems);
  }
}
