import { z } from 'zod';

const Row = z.record(z.string(), z.unknown());

/**
 * One spelling for what zmap 2.1.1 and 4.x print. 2.1.1 writes `timestamp-ts`, and null where a field has no value; 4.x (main and
 * ZMapv6 too) writes `timestamp_ts` and leaves such a field out. From here on it is `timestamp_ts`, and null.
 * @param blank names of the fields that may have no value
 */
export function oneSpelling(blank: readonly string[]): (row: unknown) => unknown {
  const empty = Object.fromEntries(blank.map((name) => [name, null]));
  return (row) => {
    const parsed = Row.safeParse(row);
    if (!parsed.success) return row;
    if ('timestamp_ts' in parsed.data) return { ...empty, ...parsed.data };
    return Object.fromEntries(Object.entries(parsed.data).map(([name, value]) => [name.replaceAll('-', '_'), value]));
  };
}

/** Names of the fields of a shape that take null. */
export function nullable(shape: Readonly<Record<string, z.ZodType>>): string[] {
  return Object.entries(shape).flatMap(([name, schema]) => (schema.safeParse(null).success ? [name] : []));
}

/** The other way: names of zmap's own fields as a release prints them, and as `-f` takes them. Our module has one spelling everywhere. */
export function printed(names: readonly string[], hyphens: boolean): string[] {
  return hyphens ? names.map((name) => name.replaceAll('_', '-')) : [...names];
}
