import type { z } from 'zod';

type Shape = Readonly<Record<string, z.ZodType>>;

/** Names of the fields of a shape that take null. */
function nullable(shape: Shape): Set<string> {
  return new Set(Object.entries(shape).flatMap(([name, schema]) => (schema.safeParse(null).success ? [name] : [])));
}

/** What 2.1.1 spells with a hyphen. */
const spellings = new Map<string, string>();

function spellingOf(name: string): string {
  const known = spellings.get(name);
  if (known !== undefined) return known;
  // set under its own name it would not be a field of the copy but its prototype
  const spelling = name === '__proto__' ? 'proto' : name.replaceAll('-', '_');
  // a program has few fields; a file of something else must not fill the memory
  if (spellings.size < 1000) spellings.set(name, spelling);
  return spelling;
}

function isRow(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A row of the shape without values. Made by JSON.parse: the engine then keeps it, and every copy, in its fast form. */
function blankRow(shape: Shape, blank: ReadonlySet<string>): Record<string, unknown> {
  const names = Object.keys(shape);
  const row: Record<string, unknown> = JSON.parse(`{${names.map((name) => `${JSON.stringify(name)}:null`).join(',')}}`);
  for (const name of names) if (!blank.has(name)) row[name] = undefined;
  return row;
}

/**
 * One spelling for what zmap 2.1.1 and 4.x print. 2.1.1 writes `timestamp-ts`, and null where a field has no value; 4.x (main and
 * ZMapv6 too) writes `timestamp_ts` and leaves such a field out. From here on it is `timestamp_ts`, and null.
 * Values are set in a copy of a row that has all fields already: adding fifty fields one by one costs five times as much.
 * @param shape the fields, as 4.x spells them
 */
export function oneSpelling(shape: Shape): (row: unknown) => unknown {
  const missing = blankRow(shape, new Set());
  const empty = blankRow(shape, nullable(shape));
  return (row) => {
    if (!isRow(row)) return row;
    const spelled = { ...('timestamp_ts' in row ? empty : missing) };
    for (const name in row) spelled[spellingOf(name)] = row[name];
    return spelled;
  };
}

/** The other way: names of zmap's own fields as a release prints them, and as `-f` takes them. Our module has one spelling everywhere. */
export function printed(names: readonly string[], hyphens: boolean): string[] {
  return hyphens ? names.map((name) => name.replaceAll('_', '-')) : [...names];
}
