import { readFile, rm } from 'node:fs/promises';
import { ProgramError, type ProgramFailure } from '../errors.ts';
import type { StageEntry } from './folder/entries.ts';
import { exists, renameForGood, sha256File, syncPath } from './folder/files.ts';
import type { RunFolder } from './folder/folder.ts';
import { appendFile, writeFile } from './writing.ts';

/** Puts the rejects of all parts into one file per stage and gives its sha256; none, and null, when nothing was rejected. */
export async function joinRejects(folder: RunFolder, stage: string, parts: string[]): Promise<string | null> {
  const path = folder.rejects(stage);
  const beside = `${path}.tmp`;
  for (const old of [path, beside]) await rm(old, { force: true });
  let any = false;
  for (const part of parts) {
    const text = await readFile(folder.rejectsPart(stage, part));
    if (text.length === 0) continue;
    if (!any) await writeFile(beside, '');
    any = true;
    await appendFile(beside, text);
  }
  if (!any) return null;
  await syncPath(beside);
  await renameForGood(beside, path);
  return await sha256File(path);
}

/** Whether the rejects of a stage are those that were joined from its parts. */
export async function sameRejects(folder: RunFolder, stage: string, { rejects_sha256 }: StageEntry): Promise<boolean> {
  if (rejects_sha256 === null) return true;
  const path = folder.rejects(stage);
  return (await exists(path)) && (await sha256File(path)) === rejects_sha256;
}

/** Fact of a part: rows of its program that fit no schema, or are of units that nobody asked for. */
export const invalidRows = 'invalid_rows';
/** One of a part says nothing of its program yet: the part may be of one unit. */
const few = 1;

/** Whether a program prints more that cannot be used than can; of a part, or of all parts of a stage. */
export function isBroken(invalid: number, taken: number, whole: boolean): boolean {
  return invalid > taken && (whole || invalid > few);
}

/** What to say of a program that is broken so. */
export function invalidOutput(
  failure: Omit<ProgramFailure, 'what'>,
  { invalid, taken, hint }: { invalid: number; taken: number; hint: string },
): ProgramError {
  const what = `printed invalid output: ${invalid} rows do not match its schema or are about units that were not probed; valid rows: ${taken}`;
  return new ProgramError('E_PROGRAM_RUBBISH', { ...failure, what }, hint);
}

/** @throws ProgramError when the parts of a stage, each too small to say so, hold more that cannot be used than can */
export function requireUsable(folder: RunFolder, stage: string, { tool, parts, counts }: StageEntry): void {
  const invalidOf = (part: string) => Number(parts[part]?.facts[invalidRows] ?? 0);
  const invalid = Object.keys(parts).reduce((sum, part) => sum + invalidOf(part), 0);
  const taken = counts?.records_out ?? 0;
  if (!isBroken(invalid, taken, true)) return;
  const part = Object.keys(parts).find((one) => invalidOf(one) > 0) ?? '';
  const hint = `see ${folder.rejects(stage)}; correct the program, and remove ${folder.records(stage, part)} and the like to measure those parts again`;
  const { argv = [tool], exit_code = null } = parts[part]?.commands.at(-1) ?? {};
  throw invalidOutput({ stage, part, argv, exitCode: exit_code, stderrTail: [] }, { invalid, taken, hint });
}
