import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { exists, LineWriter } from '../folder/files.ts';
import { type PurgedUnits, purgedUnits, readRows } from '../folder/ndjson.ts';
import type { RowScreen } from '../stage.ts';
import { weightOf } from './cut.ts';
import type { PartJob } from './site.ts';

/**
 * Units of a part that opted out after the part was cut, and addresses that opted out within a prefix. What was left to ask and what was not lie with the raw files, so that a replay
 * needs no blocklist; neither file is there when all units were asked.
 */
const askedFile = 'asked.ndjson';
const skippedFile = 'skipped.ndjson';

const Skipped = z.strictObject({ row: z.unknown(), reason: z.string() });

interface Split {
  asked: unknown[];
  skipped: { row: unknown; reason: string }[];
}

/** A row as one screen leaves it; null when it may be asked as it is. */
function splitRow(row: unknown, screen: RowScreen, wholeRowsOnly: boolean): Split | null {
  const reason = screen.whole(row);
  if (reason !== null) return { asked: [], skipped: [{ row, reason }] };
  const cut = wholeRowsOnly ? null : screen.partly(row);
  if (cut === null) return null;
  return { asked: cut.asked, skipped: cut.skipped.map((out) => ({ row: out, reason: cut.reason })) };
}

/** A row as all screens leave it, one behind the other. */
function splitByAll(row: unknown, screens: readonly RowScreen[], wholeRowsOnly: boolean): Split | null {
  let split: Split | null = null;
  for (const screen of screens) {
    const before: Split = split ?? { asked: [row], skipped: [] };
    const pieces = before.asked.map((piece) => splitRow(piece, screen, wholeRowsOnly));
    if (pieces.every((piece) => piece === null)) continue;
    split = {
      asked: before.asked.flatMap((piece, index) => pieces[index]?.asked ?? (pieces[index] === null ? [piece] : [])),
      skipped: [...before.skipped, ...pieces.flatMap((piece) => piece?.skipped ?? [])],
    };
  }
  return split;
}

/** Writes the two files into the folder of a part about to be measured. */
export async function screenPart<C>(job: PartJob<C>, folder: string, screens: readonly RowScreen[]): Promise<void> {
  if (screens.length === 0) return;
  const input = job.folder.input(job.stage.name, job.part);
  const rows = () => readRows(input, job.stage.role.input);
  const split = (row: unknown) => splitByAll(row, screens, job.tool.screensPrefixes === true);
  let any = false;
  for await (const row of rows()) any ||= split(row) !== null;
  if (any) await writeSplit(folder, rows(), split);
}

async function writeSplit(
  folder: string,
  rows: AsyncIterable<unknown>,
  split: (row: unknown) => Split | null,
): Promise<void> {
  const asked = await LineWriter.create(join(folder, askedFile));
  const skipped = await LineWriter.create(join(folder, skippedFile));
  for await (const row of rows) {
    const parts = split(row) ?? { asked: [row], skipped: [] };
    for (const left of parts.asked) await asked.write(JSON.stringify(left));
    for (const out of parts.skipped) await skipped.write(JSON.stringify(out));
  }
  await skipped.finish();
  await asked.finish();
}

/** Whether a screen would let less through of what a part asks. */
export async function meets<C>(job: PartJob<C>, folder: string, screen: RowScreen): Promise<boolean> {
  for await (const row of readRows(await askedInput(job, folder), job.stage.role.input)) {
    if (splitRow(row, screen, false) !== null) return true;
  }
  return false;
}

/** Moves rows that were asked, and opted out before they were measured to the end, to those that were not. */
export async function leaveOutRows<C>(job: PartJob<C>, folder: string, left: readonly unknown[]): Promise<void> {
  if (left.length === 0) return;
  const out = new Set(left.map((row) => JSON.stringify(row)));
  const before: Split['skipped'] = [];
  const path = join(folder, skippedFile);
  if (await exists(path)) for await (const { row, reason } of readRows(path, Skipped)) before.push({ row, reason });
  async function* rows(): AsyncGenerator<unknown> {
    yield* readRows(await askedInput(job, folder), job.stage.role.input);
  }
  let first = true;
  await writeSplit(folder, rows(), (row) => {
    const earlier = first ? before : [];
    first = false;
    const gone = out.has(JSON.stringify(row));
    return { asked: gone ? [] : [row], skipped: [...earlier, ...(gone ? [{ row, reason: 'opted_out' }] : [])] };
  });
}

/** The units that a part asks, given its raw folder. */
export async function askedInput<C>(
  job: Pick<PartJob<C>, 'folder' | 'stage' | 'part'>,
  folder: string,
): Promise<string> {
  const asked = join(folder, askedFile);
  return (await exists(asked)) ? asked : job.folder.input(job.stage.name, job.part);
}

/** Whether all units of a part opted out: its programs are not started then. */
export async function nothingAsked(folder: string): Promise<boolean> {
  const asked = join(folder, askedFile);
  return (await exists(asked)) && (await stat(asked)).size === 0;
}

/** Units of a part whose party was purged, among those asked and those that were not. */
export async function purgedOf<C>(job: PartJob<C>, folder: string): Promise<PurgedUnits> {
  const asked = await purgedUnits(await askedInput(job, folder));
  const path = join(folder, skippedFile);
  const skipped = (await exists(path)) ? (await purgedUnits(path)).units : 0;
  return { ...asked, units: asked.units + skipped };
}

/** Units of a part that were not asked, by reason. */
export async function skippedUnits<C>(job: PartJob<C>, folder: string): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  const path = join(folder, skippedFile);
  if (!(await exists(path))) return sums;
  for await (const { row, reason } of readRows(path, Skipped)) {
    sums[reason] = (sums[reason] ?? 0) + weightOf(job.stage, row, job.config);
  }
  return sums;
}
