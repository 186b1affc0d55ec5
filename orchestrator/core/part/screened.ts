import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { exists, LineWriter } from '../folder/files.ts';
import { readRows } from '../folder/ndjson.ts';
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

/** Writes the two files into the folder of a part about to be measured. */
export async function screenPart<C>(job: PartJob<C>, folder: string, screen: RowScreen | null): Promise<void> {
  if (screen === null) return;
  const input = job.folder.input(job.stage.name, job.part);
  const rows = () => readRows(input, job.stage.role.input);
  const cut = (row: unknown) => {
    const reason = screen.whole(row);
    if (reason !== null) return { asked: [], skipped: [row], reason };
    return job.tool.screensPrefixes ? null : screen.partly(row);
  };
  let any = false;
  for await (const row of rows()) any ||= cut(row) !== null;
  if (!any) return;
  const asked = await LineWriter.create(join(folder, askedFile));
  const skipped = await LineWriter.create(join(folder, skippedFile));
  for await (const row of rows()) {
    const parts = cut(row) ?? { asked: [row], skipped: [], reason: '' };
    for (const left of parts.asked) await asked.write(JSON.stringify(left));
    for (const out of parts.skipped) await skipped.write(JSON.stringify({ row: out, reason: parts.reason }));
  }
  await asked.finish();
  await skipped.finish();
}

/** The units that a part asks, given its raw folder. */
export async function askedInput<C>(job: PartJob<C>, folder: string): Promise<string> {
  const asked = join(folder, askedFile);
  return (await exists(asked)) ? asked : job.folder.input(job.stage.name, job.part);
}

/** Whether all units of a part opted out: its programs are not started then. */
export async function nothingAsked(folder: string): Promise<boolean> {
  const asked = join(folder, askedFile);
  return (await exists(asked)) && (await stat(asked)).size === 0;
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
