import { z } from 'zod';

/** The schemas of objects behind defaults and unions. */
function objectsOf(schema: unknown): z.ZodObject[] {
  if (schema instanceof z.ZodObject) return [schema];
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(objectsOf);
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodNullable) {
    return objectsOf(schema.def.innerType);
  }
  return [];
}

/** Every key of a schema, dotted. */
function keysBelow(schema: unknown, prefix: string): string[] {
  return objectsOf(schema).flatMap((object) =>
    Object.entries(object.shape).flatMap(([key, inner]) => [
      `${prefix}${key}`,
      ...keysBelow(inner, `${prefix}${key}.`),
    ]),
  );
}

/** Whether a schema has a dotted key. If it is refused all the same, it conflicts with its neighbours. */
export function isKey(schema: z.ZodType, dotted: string): boolean {
  return keysBelow(schema, '').includes(dotted);
}

/** Letters to change, add, drop or swap with a neighbour to make one word another. */
function edits(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? (rows[i - 2]?.[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      row[j] = Math.min((rows[i - 1]?.[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (rows[i - 1]?.[j - 1] ?? 0) + same, swap);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}

/** How many letters may be wrong in a word of this length. */
function tolerated(length: number): number {
  return Math.max(1.5, length / 3);
}

/** The known word of which this is a misspelling; null if there is none. */
export function nearest(word: string, known: readonly string[]): string | null {
  const best = known
    .map((text) => ({ text, far: edits(word.toLowerCase(), text) }))
    .filter(({ text, far }) => far <= tolerated(text.length))
    .sort((a, b) => a.far - b.far)[0];
  return best?.text ?? null;
}

/**
 * ", did you mean ...?" for a key that is misspelt or in the wrong section, dotted as `--set` takes it; if no key is similar, the keys of the
 * section.
 */
export function suggestion(schema: z.ZodType, path: readonly PropertyKey[], key: string): string {
  const section = path.length === 0 ? '' : `${path.join('.')}.`;
  const all = [...new Set(keysBelow(schema, ''))];
  const isHere = (known: string) => known.startsWith(section) && !known.slice(section.length).includes('.');
  // A number is no misspelt word: of 1, v1 is one letter away.
  const best = all
    .filter(() => /[a-z]/i.test(key))
    .map((known) => {
      const word = known.split('.').at(-1) ?? '';
      return { known, far: edits(key.toLowerCase(), word) + (isHere(known) ? 0 : 0.5), length: word.length };
    })
    .filter(({ far, length }) => far <= tolerated(length))
    .sort((a, b) => a.far - b.far)[0];
  if (best !== undefined) return `, did you mean ${best.known}?`;
  const here = all.filter(isHere).map((known) => known.slice(section.length));
  return here.length === 0 ? '' : ` (${section === '' ? 'the file' : path.join('.')} has ${here.join(', ')})`;
}
