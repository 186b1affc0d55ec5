import type { z } from 'zod';

type Shape = Readonly<Record<string, z.ZodType>>;
type Row = Record<string, unknown>;

/** Names of the fields of a shape that take null. */
function nullable(shape: Shape): Set<string> {
  return new Set(Object.entries(shape).flatMap(([name, schema]) => (schema.safeParse(null).success ? [name] : [])));
}

/** A row without values: null where the shape takes it. Made by JSON.parse: the engine keeps it, and its copies, in their fast form. */
function emptyRow(shape: Shape): Row {
  const names = Object.keys(shape).filter((name) => !name.includes('-'));
  const takesNull = nullable(shape);
  const row: Row = JSON.parse(`{${names.map((name) => `${JSON.stringify(name)}:null`).join(',')}}`);
  for (const name of names) if (!takesNull.has(name)) row[name] = undefined;
  return row;
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * One spelling for what zmap 2.1.1 and 4.x print. 2.1.1 writes `timestamp-ts`, and null where a field has no value; 4.x (main and
 * ZMapv6 too) writes `timestamp_ts` and leaves such a field out. From here on it is `timestamp_ts`, and null.
 * The row of 2.1.1 gets these values under the other names too, and no copy: replies come by the million. It may come twice, since
 * a generated parser hands what it does not take to the ordinary one: a row that was spelled already stays one of 2.1.1.
 * @param shape the fields as 4.x spells them, and those of 2.1.1 that it spells with a hyphen
 * @param used names of the fields in use; default: all
 */
export function oneSpelling(shape: Shape, used: readonly string[] = Object.keys(shape)): (row: unknown) => unknown {
  const empty = emptyRow(shape);
  const hyphened = Object.keys(shape).filter((name) => name.includes('-'));
  const spellings = hyphened
    .map((name): [string, string] => [name, name.replaceAll('-', '_')])
    .filter(([, name]) => used.includes(name));
  return (row) => {
    if (!isRow(row)) return row;
    if (!('timestamp_ts' in row) || hyphened.some((name) => name in row)) {
      for (const [stock, name] of spellings) if (stock in row) row[name] = row[stock];
      return row;
    }
    const filled = { ...empty };
    for (const name in row) if (name !== '__proto__') filled[name] = row[name];
    return filled;
  };
}

/** The other way: names of zmap's own fields as a release prints them, and as `-f` takes them. Our module has one spelling everywhere. */
export function printed(names: readonly string[], hyphens: boolean): string[] {
  return hyphens ? names.map((name) => name.replaceAll('_', '-')) : [...names];
}
