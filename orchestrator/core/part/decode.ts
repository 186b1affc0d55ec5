import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ProgramError } from '../../errors.ts';
import { addReasons, type CommandEntry, type Counts } from '../folder/entries.ts';
import { exists, LineWriter } from '../folder/files.ts';
import { start } from '../process/exec.ts';
import { splitLines, Tail } from '../process/lines.ts';
import { throwIfStopped } from '../stop.ts';
import { type Command, type RawRow, Reject } from '../tool.ts';
import { collectedCommands } from './collect.ts';
import { reportInput, schemaReason } from './reasons.ts';
import { Repeats } from './repeats.ts';
import { askedInput, nothingAsked, skippedUnits } from './screened.ts';
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
const AnyObject = z.record(z.string(), z.unknown());

/** Names of the fields that a loose object schema knows, behind what makes one spelling of several too; null for any other schema. */
function knownFields(schema: unknown): Set<string> | null {
  if (schema instanceof z.ZodObject) return new Set(Object.keys(schema.shape));
  if (schema instanceof z.ZodPipe) return knownFields(schema.out);
  if (!(schema instanceof z.ZodUnion)) return null;
  return new Set(schema.options.flatMap((option) => [...(knownFields(option) ?? [])]));
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

/** The files that one part is decoded into, and what is counted on the way. */
class PartDecoder<C> {
  readonly tally: Tally<C>;
  readonly repeats: Repeats<C>;
  readonly unknown: Record<string, number> = {};
  /** Rows that fit no schema: a program that prints little else is broken. */
  rubbish = 0;
  readonly #job: PartJob<C>;
  readonly #known: Set<string> | null;
  readonly records: LineWriter;
  readonly rejects: LineWriter;

  constructor(job: PartJob<C>, records: LineWriter, rejects: LineWriter) {
    this.#job = job;
    this.#known = knownFields(job.tool.raw);
    this.tally = new Tally(job.stage);
    this.repeats = new Repeats(job.stage);
    this.records = records;
    this.rejects = rejects;
  }

  /** One row of the program: the raw schema, then toRecord, then the role's strict schema. */
  async take(row: RawRow): Promise<void> {
    const { tool, config } = this.#job;
    const raw = tool.raw.safeParse(row.value, reportInput);
    if (!raw.success) {
      this.rubbish += 1;
      return await this.#reject(row, schemaReason('schema', raw.error));
    }
    this.#countUnknown(raw.data);
    const made = tool.toRecord(raw.data, { config });
    if (made instanceof Reject) {
      if (made.unit !== null) this.tally.rejectUnit(made.unit, made.reason);
      return await this.#reject(row, made.reason);
    }
    for (const record of Array.isArray(made) ? made : [made]) await this.#keep(row, record);
  }

  async #keep(row: RawRow, record: unknown): Promise<void> {
    const { role } = this.#job.stage;
    const strict = role.record.safeParse(record, reportInput);
    if (!strict.success) {
      this.rubbish += 1;
      return await this.#reject(row, schemaReason('record', strict.error));
    }
    const unit = role.answered(strict.data);
    if (!this.tally.wasAsked(unit)) return await this.#reject(row, `not_asked: ${unit}`);
    if (this.repeats.isRepeat(strict.data)) return;
    const failing = Failing.safeParse(strict.data);
    this.tally.end(unit, failing.success ? failing.data.failure : null);
    await this.records.write(JSON.stringify(strict.data));
  }

  async #reject(row: RawRow, reason: string): Promise<void> {
    const { stage, part, tool } = this.#job;
    const line = row.line ?? JSON.stringify(row.value);
    await this.rejects.write(JSON.stringify({ stage: stage.name, part, program: tool.name, reason, line }));
  }

  #countUnknown(raw: unknown): void {
    const fields = AnyObject.safeParse(raw);
    if (this.#known === null || !fields.success) return;
    for (const field of Object.keys(fields.data)) {
      if (!this.#known.has(field)) this.unknown[field] = (this.unknown[field] ?? 0) + 1;
    }
  }
}

/** @throws ProgramError E_PROGRAM_RUBBISH when more of what a program printed fits no schema than fits */
async function refuseRubbish<C>(job: PartJob<C>, decoder: PartDecoder<C>, command: CommandEntry | undefined) {
  const { rubbish, records } = decoder;
  if (rubbish === 0 || rubbish <= records.lines) return;
  await decoder.rejects.finish();
  const { stage, tool, part, folder } = job;
  throw new ProgramError(
    'E_PROGRAM_RUBBISH',
    {
      stage: stage.name,
      part,
      argv: command?.argv ?? [tool.name],
      exitCode: command?.exit_code ?? null,
      what: `printed invalid output: ${rubbish} rows do not match its schema, ${records.lines} do`,
      stderrTail: await lastStderr(job, command),
    },
    `see ${folder.rejectsPart(stage.name, part)} and ${folder.raw(stage.name, part)}; move the latter elsewhere to measure the part again`,
  );
}

/**
 * Turns what a part's programs left into records: each row passes the tool's raw schema once, becomes a record, and the record
 * passes its strict schema. What does not pass is kept in rejects/ with its reason and the program's name; what says the same as
 * a record before it is counted and not kept.
 */
export async function decodePart<C>(job: PartJob<C>): Promise<Decoded> {
  const { stage, tool, part, folder, config } = job;
  const raw = folder.raw(stage.name, part);
  const context = stepContext(job, raw, await askedInput(job, raw));
  const empty = await nothingAsked(raw);
  const decoder = new PartDecoder(
    job,
    await LineWriter.create(folder.records(stage.name, part)),
    await LineWriter.create(folder.rejectsPart(stage.name, part)),
  );
  for await (const row of context.rows()) decoder.tally.ask(row, config);

  const decoding = { ...context, lines: (command: Command) => offlineLines(job, command) };
  for await (const row of empty ? [] : tool.decode(decoding)) {
    throwIfStopped(job.signal, `${stage.name}/${part}`);
    await decoder.take(row);
  }

  const commands = await collectedCommands(job);
  await refuseRubbish(job, decoder, commands.at(-1));
  const own = !empty && (await exists(raw)) ? ((await tool.facts?.(raw)) ?? {}) : {};
  const facts = { ...own, ...decoder.repeats.facts() };
  const counts = decoder.tally.finish(typeof own.units_blocked === 'number' ? own.units_blocked : 0);
  const skipped = await skippedUnits(job, raw);
  addReasons(counts.skipped, skipped);
  counts.units_in += Object.values(skipped).reduce((sum, count) => sum + count, 0);
  counts.records_out = decoder.records.lines;
  counts.rejected_lines = decoder.rejects.lines;
  await decoder.rejects.finish();
  const output_sha256 = await decoder.records.finish();
  return { counts, unknown_fields: decoder.unknown, commands, facts, output_sha256 };
}
