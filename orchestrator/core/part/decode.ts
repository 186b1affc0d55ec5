import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ProgramError } from '../../errors.ts';
import type { CommandEntry, Counts } from '../folder/entries.ts';
import { exists, LineWriter } from '../folder/files.ts';
import { start } from '../process/exec.ts';
import { splitLines, Tail } from '../process/lines.ts';
import { throwIfStopped } from '../stop.ts';
import { type Command, type RawRow, Reject } from '../tool.ts';
import { collectedCommands } from './collect.ts';
import { execSite, type PartJob, stepContext } from './site.ts';
import { Tally } from './tally.ts';

export interface Decoded {
  counts: Counts;
  unknown_fields: Record<string, number>;
  commands: CommandEntry[];
  facts: Record<string, number | string>;
  output_sha256: string;
}

const Failing = z.looseObject({ failure: z.string().nullable() });

function reasonOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return `schema: ${issue?.path.join('.') || 'row'}: ${issue?.message}`;
}

/** Names of the fields that a loose object schema knows; null for any other schema. */
function knownFields(schema: z.ZodType): Set<string> | null {
  if (schema instanceof z.ZodObject) return new Set(Object.keys(schema.shape));
  if (!(schema instanceof z.ZodUnion)) return null;
  return new Set(schema.options.flatMap((option) => (option instanceof z.ZodObject ? Object.keys(option.shape) : [])));
}

function countUnknown(value: unknown, known: Set<string> | null, into: Record<string, number>): void {
  if (known === null || typeof value !== 'object' || value === null) return;
  for (const field of Object.keys(value)) if (!known.has(field)) into[field] = (into[field] ?? 0) + 1;
}

/** The last lines that a part's last program wrote to stderr. */
async function lastStderr<C>(job: PartJob<C>, command: CommandEntry | undefined): Promise<string[]> {
  const path = join(job.folder.raw(job.stage.name, job.part), `${command?.argv[0]}.stderr`);
  if (!(await exists(path))) return [];
  const tail = new Tail();
  for await (const line of splitLines(createReadStream(path))) tail.push(line);
  return tail.lines();
}

async function* offlineLines<C>(job: PartJob<C>, command: Command): AsyncGenerator<string> {
  const folder = join(job.folder.temp(), `${job.stage.name}-${job.part}`);
  await mkdir(folder, { recursive: true });
  const conversation = start(execSite(job, folder), command);
  conversation.closeInput();
  yield* conversation.lines();
  await conversation.done;
}

/**
 * Turns what a part's programs left into records: each row passes the tool's raw schema once, becomes a record, and the record
 * passes its strict schema. What does not pass is kept in rejects/ with its reason and the program's name.
 */
export async function decodePart<C>(job: PartJob<C>): Promise<Decoded> {
  const { stage, tool, part, folder, config } = job;
  const tally = new Tally(stage);
  const context = stepContext(job, folder.raw(stage.name, part));
  for await (const row of context.rows()) tally.ask(row, config);

  const records = await LineWriter.create(folder.records(stage.name, part));
  const rejects = await LineWriter.create(folder.rejectsPart(stage.name, part));
  const known = knownFields(tool.raw);
  const unknown_fields: Record<string, number> = {};
  let rubbish = 0;

  async function reject(row: RawRow, reason: string): Promise<void> {
    const line = row.line ?? JSON.stringify(row.value);
    await rejects.write(JSON.stringify({ stage: stage.name, part, program: tool.name, reason, line }));
  }

  async function keep(row: RawRow, record: unknown): Promise<void> {
    const strict = stage.role.record.safeParse(record);
    if (!strict.success) {
      rubbish += 1;
      return await reject(row, reasonOf(strict.error));
    }
    const unit = stage.role.answered(strict.data);
    if (!tally.wasAsked(unit)) return await reject(row, `not_asked: ${unit}`);
    const failing = Failing.safeParse(strict.data);
    tally.end(unit, failing.success ? failing.data.failure : null);
    await records.write(JSON.stringify(strict.data));
  }

  const rows = tool.decode({ ...context, lines: (command) => offlineLines(job, command) });
  for await (const row of rows) {
    throwIfStopped(job.signal, `${stage.name}/${part}`);
    const raw = tool.raw.safeParse(row.value);
    if (!raw.success) {
      rubbish += 1;
      await reject(row, reasonOf(raw.error));
      continue;
    }
    countUnknown(row.value, known, unknown_fields);
    const made = tool.toRecord(raw.data, { config });
    if (made instanceof Reject) {
      if (made.unit !== null) tally.rejectUnit(made.unit, made.reason);
      await reject(row, made.reason);
    } else if (Array.isArray(made)) {
      for (const record of made) await keep(row, record);
    } else {
      await keep(row, made);
    }
  }

  const commands = await collectedCommands(job);
  if (rubbish > 0 && rubbish > records.lines) {
    const command = commands.at(-1);
    await rejects.finish();
    throw new ProgramError(
      'E_PROGRAM_RUBBISH',
      {
        stage: stage.name,
        part,
        argv: command?.argv ?? [tool.name],
        exitCode: command?.exit_code ?? null,
        what: `printed rubbish: ${rubbish} rows do not fit its schema, ${records.lines} do`,
        stderrTail: await lastStderr(job, command),
      },
      `see ${folder.rejectsPart(stage.name, part)} and ${folder.raw(stage.name, part)}; remove the latter to measure the part again`,
    );
  }
  const raw = folder.raw(stage.name, part);
  const facts = (await exists(raw)) ? ((await tool.facts?.(raw)) ?? {}) : {};
  const counts = tally.finish(typeof facts.units_blocked === 'number' ? facts.units_blocked : 0);
  counts.records_out = records.lines;
  counts.rejected_lines = rejects.lines;
  await rejects.finish();
  return { counts, unknown_fields, commands, facts, output_sha256: await records.finish() };
}
