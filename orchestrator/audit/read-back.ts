import { rm } from 'node:fs/promises';
import { writeFile } from '../core/writing.ts';
import { CensusError } from '../errors.ts';
import type { Table } from '../report/tables/table.ts';
import { compare, confusion } from './confusion.ts';
import { readLabels } from './labels.ts';
import type { OpenRun } from './open.ts';

/** Beside a file of labels: its lines that could not be used, each with its reason. */
export const rejectsOf = (labels: string) => `${labels}.rejects.ndjson`;

/**
 * Labels of a file against the verdicts of the run.
 * @returns the tables, and how many lines were kept with a reason beside the file
 */
export async function readBack(run: OpenRun, labels: string): Promise<{ tables: Table[]; rejected: number }> {
  const read = await readLabels(labels).catch((cause: unknown) => {
    throw new CensusError('E_INPUT', `${labels} cannot be read`, 'name the file of labels', cause);
  });
  const { compared, rejected } = await compare(run, read.labelled);
  const lines = [...read.rejected, ...rejected].sort((a, b) => a.line - b.line);
  await rm(rejectsOf(labels), { force: true });
  if (lines.length > 0)
    await writeFile(rejectsOf(labels), lines.map((line) => `${JSON.stringify(line)}\n`).join(''), { flush: true });
  if (compared.length === 0) {
    const [first] = lines;
    const why = first === undefined ? 'it has no lines' : `line ${first.line}: ${first.reason}`;
    throw new CensusError(
      'E_INPUT',
      `${labels} has no label of a claim of this run: ${why}`,
      'fill in the field label of what audit printed',
    );
  }
  return { tables: await confusion(run, compared), rejected: lines.length };
}
