import { stat } from 'node:fs/promises';
import type { SourceEntry } from '../core/folder/entries.ts';
import { sha256File } from '../core/folder/files.ts';
import { isUrl, openList, unreadable } from '../core/inputs/list-file.ts';
import type { UnitRow } from '../core/stage.ts';
import { CensusError } from '../errors.ts';
import { QuotedLines } from './cells.ts';
import { type Form, formText } from './form.ts';
import { isSeparatorLine, type Recognised, recognise } from './recognise.ts';
import type { ListSource } from './sources.ts';

/** So many lines are looked at, where there are as many. */
const sampleSize = 1000;

/** So many blanks and marks may stand beside a header that comes again. */
const mostBeside = 8;

/** A list where it lies on this machine. */
export interface Located {
  path: string;
  /** What was asked of a server; null for a file. */
  fetched: SourceEntry['fetched'];
}

/** First lines of a list, and all of its batches. */
async function sampled(
  batches: AsyncGenerator<string[]>,
): Promise<{ sample: string[]; all: AsyncGenerator<string[]> }> {
  const first: string[][] = [];
  let count = 0;
  while (count < sampleSize) {
    const { value, done } = await batches.next();
    if (done) break;
    first.push(value);
    count += value.length;
  }
  async function* all(): AsyncGenerator<string[]> {
    yield* first;
    yield* batches;
  }
  return { sample: first.flat().slice(0, sampleSize), all: all() };
}

/** A list as it may be shown and kept: the query of a URL may hold a token. */
export function shownName(list: string): string {
  if (!isUrl(list) || !URL.canParse(list)) return list;
  const { origin, pathname } = new URL(list);
  return `${origin}${pathname}`;
}

/** @throws CensusError E_INPUT when it is not the list that the configuration means */
async function hashOf({ list, sha256 }: ListSource, path: string): Promise<string | null> {
  const name = shownName(list);
  if (path === '-') {
    if (sha256 === null) return null;
    throw new CensusError('E_INPUT', 'targets.sha256 cannot be compared with stdin', 'name a file');
  }
  const is = await sha256File(path).catch((cause: unknown) => {
    throw unreadable(name, cause);
  });
  if (sha256 === null || is === sha256.toLowerCase()) return is;
  const hint = 'get the right list, or correct targets.sha256';
  throw new CensusError('E_INPUT', `targets: ${name} is not the expected file: its sha256 is ${is}`, hint);
}

/** A list, opened. */
interface Opened extends Recognised {
  opened: string[];
  batches: AsyncGenerator<string[]>;
}

/**
 * Opens a list and looks at its first lines.
 * @throws CensusError when it cannot be read, or its columns cannot be told
 */
async function openSource(source: ListSource, path: string): Promise<Opened> {
  const { batches, opened } = await openList(path, shownName(source.list));
  const { sample, all } = await sampled(batches);
  try {
    return { ...recognise(sample, source), opened, batches: all };
  } catch (cause) {
    await all.return(undefined);
    throw unreadable(shownName(source.list), cause);
  }
}

/** What makes a line a unit: of nearly all lists as small as can be. */
function rowMaker(number: number, form: Form | null): (line: number, text: string) => object {
  if (number === 1 && form === null) return (line, text) => ({ line, text });
  const of = { ...(number === 1 ? {} : { list: number }), ...(form === null ? {} : { form: formText(form) }) };
  return (line, text) => ({ line, text, ...of });
}

/**
 * Lines of a list as units, and at the end what it was.
 * @param number of the list in the run, from 1
 */
export async function* readSource(
  source: ListSource,
  number: number,
  { path, fetched }: Located,
): AsyncGenerator<UnitRow[], SourceEntry> {
  const sha256 = await hashOf(source, path);
  const { kind, header, form, columns, ranks, opened, batches } = await openSource(source, path);
  const rowOf = rowMaker(number, form);
  const quoted = form === null ? null : new QuotedLines(form.delimiter);
  // Files that were put together have it in the middle, too, with the mark of the second or a blank of its own.
  const again = header?.trim();
  const isHeader = (text: string) =>
    again !== undefined && text.length <= again.length + mostBeside && text.trim() === again;
  const skipOf = (text: string) =>
    quoted?.isWithin(text) ? 'within_quotes' : isHeader(text) || isSeparatorLine(text) ? 'header' : null;
  let lines = 0;
  for await (const batch of batches) {
    const before = lines;
    lines += batch.length;
    yield batch.map((text, at) => ({
      row: rowOf(before + at + 1, text),
      skip: skipOf(text),
    }));
  }
  const from = shownName(source.list);
  const bytes = path === '-' ? null : (await stat(path)).size;
  return { as: source.as, from, sha256, bytes, opened, kind, columns, ranks, lines, fetched };
}
