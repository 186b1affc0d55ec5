import { readdir, truncate } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { rawExists, rawText } from '../../core/folder/raw-files.ts';
import { jsonOf } from '../../core/process/lines.ts';
import { JoinRun } from './raw.ts';

/** What became of each announcement, by the path manager: whole when the part is. */
export const joinsFile = 'joins.ndjson';
/** Whom it asks, each on disk before the SYN leaves: it outlives a part that is ended. */
export const joinJournal = 'joins.journal';

const linesOf = async (path: string) =>
  (await rawExists(path)) ? (await rawText(path)).split('\n').filter((line) => line !== '') : [];

/** Rows that say nothing of a SYN, but that another one was sent. */
const elsewhere: ReadonlySet<string> = new Set<JoinRun['decision']>(['budget', 'interrupted']);

/** Addresses that have had their SYN. */
export interface Spent {
  /** What became of it stands in a part. */
  told: Set<string>;
  /** Sent before the part was ended: nobody kept what came back. */
  interrupted: Set<string>;
}

/** Of one part, whole or not: of one that was ended, its journal alone counts. */
export async function spentIn(folder: string): Promise<Spent> {
  const whole = !basename(folder).endsWith('.partial');
  const rows = whole ? await linesOf(join(folder, joinsFile)) : [];
  const runs = rows.flatMap((line) => JoinRun.safeParse(jsonOf(line)).data ?? []);
  const journal = await linesOf(join(folder, joinJournal));
  const decided = new Set(runs.filter((run) => !elsewhere.has(run.decision)).map(({ announced }) => announced));
  const asked = runs.filter((run) => run.decision === 'asked').map(({ announced }) => announced);
  return {
    told: new Set([...asked, ...journal.filter((address) => decided.has(address))]),
    interrupted: new Set(journal.filter((address) => !decided.has(address))),
  };
}

/** Of all parts of the stage that one of them is of, whole or ended, itself among them. */
export async function spentBefore(folder: string): Promise<Spent> {
  const spent: Spent = { told: new Set(), interrupted: new Set() };
  for (const part of await readdir(dirname(folder))) {
    if (!/^\d+(\.partial)?$/.test(part)) continue;
    const { told, interrupted } = await spentIn(join(dirname(folder), part));
    for (const one of told) spent.told.add(one);
    for (const one of interrupted) spent.interrupted.add(one);
  }
  return spent;
}

/** A power cut may leave half a line, of one that was not asked: the next line would become part of it. */
export async function endJournal(folder: string): Promise<void> {
  const path = join(folder, joinJournal);
  if (!(await rawExists(path))) return;
  const text = await rawText(path);
  await truncate(path, text.lastIndexOf('\n') + 1);
}
