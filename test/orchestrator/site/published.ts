import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const Cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const Row = z.record(z.string(), Cell);
export type Row = z.infer<typeof Row>;

const View = z.looseObject({
  view: z.string(),
  columns: z.array(z.object({ key: z.string(), title: z.string(), kind: z.string() })),
  rows: z.array(Row),
  all: Row.optional(),
  left: Row.optional(),
});
export type View = z.infer<typeof View>;

/** Every file of a site, by path, as text. */
export async function filesOf(site: string): Promise<Map<string, string>> {
  const names = await readdir(site, { recursive: true, withFileTypes: true });
  const paths = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = paths.map(async (path) => [path.slice(site.length + 1), await readFile(path, 'utf8')] as const);
  return new Map(await Promise.all(read));
}

/** Every table that is published, by its name. */
export function viewsOf(files: ReadonlyMap<string, string>): Map<string, View> {
  const found = [...files].filter(([path]) => path.endsWith('.json') && !path.endsWith('search.json'));
  return new Map(
    found.map(([path, text]) => [path.slice('data/v1/'.length, -'.json'.length), View.parse(JSON.parse(text))]),
  );
}

/** RFC 4180, as a program of somebody else would read it. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (let i = 0; i < text.length; ) {
    let cell = '';
    if (text[i] === '"') {
      for (i++; text[i] !== '"' || text[i + 1] === '"'; i++) {
        cell += text[i];
        if (text[i] === '"') i++;
      }
      i++;
    } else while (i < text.length && text[i] !== ',' && text[i] !== '\n') cell += text[i++];
    rows.at(-1)?.push(cell);
    if (text[i] === '\n' && i + 1 < text.length) rows.push([]);
    i++;
  }
  return rows;
}
