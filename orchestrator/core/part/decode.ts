import { join } from 'node:path';
import { addReasons, type CommandEntry, type Counts } from '../folder/entries.ts';
import { exists, LineWriter, makeFolder } from '../folder/files.ts';
import { type RawReader, rawExists, rawStream } from '../folder/raw-files.ts';
import { triesFacts } from '../folder/superseded.ts';
import { start } from '../process/exec.ts';
import { lineTexts, Tail } from '../process/lines.ts';
import { invalidOutput, invalidRows, isBroken } from '../rejects.ts';
import { namingDamage } from '../rows/damaged.ts';
import { NarrowRows } from '../rows/narrow-row.ts';
import { type Destination, type RecordsFile, RecordsWriter, writeRecords } from '../rows/records-file.ts';
import { throwIfStopped } from '../stop.ts';
import type { Command, DecodeContext, RawRow, StepContext } from '../tool.ts';
import { collectedCommands } from './collect.ts';
import { AskedInOrder, OutOfOrder, RowsInOrder } from './in-order.ts';
import { OutcomeNumbers } from './outcomes.ts';
import { PartDecoder } from './part-decoder.ts';
import { Repeats } from './repeats.ts';
import { askedInput, nothingAsked, purgedOf, skippedUnits } from './screened.ts';
import { type RowSink, RowsToSort } from './sink.ts';
import { execSite, type PartJob, stepContext } from './site.ts';
import { type Asked, Tally } from './tally.ts';
import { type Books, settledRows } from './units.ts';

export interface Decoded {
  counts: Counts;
  unknown_fields: Record<string, number>;
  commands: CommandEntry[];
  facts: Record<string, number | string>;
  output_sha256: string;
  records_sha256: string;
  raw_sha256: Record<string, string>;
  rejects_sha256: string;
}

/** The last lines that a part's last program wrote to stderr. */
async function lastStderr<C>(job: PartJob<C>, command: CommandEntry | undefined): Promise<string[]> {
  const path = join(job.folder.raw(job.stage.name, job.part), `${command?.argv[0]}.stderr`);
  if (!(await rawExists(path))) return [];
  const tail = new Tail();
  for await (const lines of lineTexts(await rawStream(path))) tail.push(lines);
  return tail.lines();
}

async function* offlineLines<C>(job: PartJob<C>, command: Command): AsyncGenerator<string> {
  const folder = join(job.folder.temp(), `${job.stage.name}-${job.part}`);
  await makeFolder(folder);
  const conversation = start(execSite(job, folder), command);
  conversation.closeInput();
  yield* conversation.lines();
  await conversation.done;
}

/** @throws ProgramError E_PROGRAM_RUBBISH when more of what a program printed fits no schema than fits */
async function refuseRubbish<C>(job: PartJob<C>, decoder: PartDecoder<C>, command: CommandEntry | undefined) {
  const { rubbish: invalid, taken } = decoder;
  if (!isBroken(invalid, taken, false)) return;
  await decoder.rejects.finish();
  const { stage, tool, part, folder } = job;
  const argv = command?.argv ?? [tool.name];
  const stderrTail = await lastStderr(job, command);
  const hint = `see ${folder.rejectsPart(stage.name, part)} and ${folder.raw(stage.name, part)}; move the latter elsewhere to measure the part again`;
  const failure = { stage: stage.name, part, argv, exitCode: command?.exit_code ?? null, stderrTail };
  throw invalidOutput(failure, { invalid, taken, hint });
}

/** Reads all that the part's programs left, batch by batch. */
async function takeAll<C>(
  job: PartJob<C>,
  decoder: PartDecoder<C>,
  batches: AsyncIterable<Iterable<RawRow>>,
): Promise<void> {
  for await (const rows of batches) {
    throwIfStopped(job.signal, `${job.stage.name}/${job.part}`);
    for (const row of rows) decoder.take(row);
    await decoder.rejects.drain();
  }
}

/** A part being decoded. */
interface Decoding<C> {
  job: PartJob<C>;
  context: DecodeContext<unknown, C>;
  destination: Destination;
}

interface Done<C> {
  decoder: PartDecoder<C>;
  books: Books<C>;
  written: RecordsFile;
  commands: CommandEntry[];
}

function newBooks<C>(job: PartJob<C>, form: NarrowRows, asked?: Asked): Books<C> {
  const repeats = new Repeats(job.stage, form);
  return { outcomes: new OutcomeNumbers(), tally: new Tally(job.stage, asked), repeats };
}

async function newDecoder<C>(job: PartJob<C>, books: Books<C>, sink: RowSink): Promise<PartDecoder<C>> {
  const rejects = await LineWriter.create(job.folder.rejectsPart(job.stage.name, job.part));
  return new PartDecoder(job, { books, sink, rejects });
}

/** Rows in any order on their way to records: they are sorted once all have come. */
interface Sorting<C> {
  decoder: PartDecoder<C>;
  books: Books<C>;
  rows: RowsToSort;
}

/** Knows the units asked, and is ready for rows. */
async function openSorting<C>(job: PartJob<C>, context: StepContext<unknown, C>): Promise<Sorting<C>> {
  const form = new NarrowRows(job.stage.role.record);
  const books = newBooks(job, form);
  const sink = new RowsToSort(form, join(job.folder.temp(), `${job.stage.name}-${job.part}.sort`));
  const decoder = await newDecoder(job, books, sink);
  for await (const rows of context.batches()) for (const row of rows) books.tally.ask(row, job.config);
  return { decoder, books, rows: sink };
}

/** Decodes the rows of a part while it is collected, where the tool gives them. */
export class LiveDecoding<C> {
  readonly #job: PartJob<C>;
  /** null: nothing was collected, or nothing asked. */
  sorting: Sorting<C> | null = null;

  constructor(job: PartJob<C>) {
    this.#job = job;
  }

  async open(context: StepContext<unknown, C>): Promise<(rows: Iterable<RawRow>) => void> {
    if (!this.#job.tool.decodesAsItCollects) return () => undefined;
    const sorting = await openSorting(this.#job, context);
    this.sorting = sorting;
    return (rows) => {
      for (const row of rows) sorting.decoder.take(row);
    };
  }
}

async function decodeSorted<C>({ job, context, destination }: Decoding<C>, live: Sorting<C> | null): Promise<Done<C>> {
  const { decoder, books, rows } = live ?? (await openSorting(job, context));
  if (live === null && !(await nothingAsked(context.folder))) await takeAll(job, decoder, job.tool.decode(context));
  const commands = await collectedCommands(job);
  await refuseRubbish(job, decoder, commands.at(-1));
  const written = await writeRecords(settledRows(rows.sorter.sorted(), books), { ...destination, narrow: rows.narrow });
  return { decoder, books, written, commands };
}

/** Rows that a tool makes of the units as it reads them: each goes straight to the file, and the units are read once. */
async function decodeInOrder<C>(decoding: Decoding<C>): Promise<Done<C> | null> {
  const { job, context, destination } = decoding;
  const books = newBooks(job, destination.form, new AskedInOrder());
  const writer = await RecordsWriter.create(destination);
  const sink = new RowsInOrder(books, writer);
  const decoder = await newDecoder(job, books, sink);
  async function* asking(): AsyncGenerator<unknown[]> {
    for await (const rows of context.batches()) {
      for (const row of rows) books.tally.ask(row, job.config);
      yield rows;
    }
  }
  try {
    await takeAll(job, decoder, job.tool.decode({ ...context, batches: asking }));
  } catch (error) {
    writer.drop();
    await decoder.rejects.finish();
    if (error instanceof OutOfOrder) return null;
    throw error;
  }
  sink.finish();
  await refuseRubbish(job, decoder, undefined);
  return { decoder, books, written: await writer.finish(), commands: [] };
}

/**
 * Turns what a part's programs left into records: each row passes the tool's raw schema once, becomes a record, and the record
 * passes its strict schema. What does not pass is kept in rejects/ with its reason and the program's name; what says the same as
 * a record before it is counted and not kept. Records are sorted by unit, those of one unit as they came.
 * @param live what took the rows while the part was collected; null: they are decoded from the raw files
 */
export async function decodePart<C>(
  job: PartJob<C>,
  reader: RawReader,
  live: Sorting<C> | null = null,
): Promise<Decoded> {
  const raw = job.folder.raw(job.stage.name, job.part);
  return await namingDamage({ stage: job.stage.name, part: job.part, raw }, () => decode(job, reader, live));
}

async function decode<C>(job: PartJob<C>, reader: RawReader, live: Sorting<C> | null): Promise<Decoded> {
  const { stage, tool, part, folder } = job;
  const raw = folder.raw(stage.name, part);
  const context: DecodeContext<unknown, C> = {
    ...stepContext(job, raw, await askedInput(job, raw)),
    lines: (command: Command) => offlineLines(job, command),
    rawLines: (name: string) => reader.lines(name),
    rawRows: (name: string, complete?: (row: unknown) => unknown) => reader.rows(name, complete),
  };
  const temp = join(folder.temp(), `${stage.name}-${part}.rows`);
  const destination = { path: folder.records(stage.name, part), temp, form: new NarrowRows(stage.role.record) };
  const decoding = { job, context, destination };
  // What was decoded while it was collected is hashed beside the writing: both wait for the disk. Whoever fails first is told of below.
  const hashed = live === null ? null : reader.sha256();
  hashed?.catch(() => undefined);
  const inOrder = tool.inOrder === true ? await decodeInOrder(decoding) : null;
  const { decoder, books, written, commands } = inOrder ?? (await decodeSorted(decoding, live));
  const own: Record<string, number | string> =
    !(await nothingAsked(raw)) && (await exists(raw)) ? ((await tool.facts?.(raw)) ?? {}) : {};
  const invalid = decoder.rubbish === 0 ? {} : { [invalidRows]: decoder.rubbish };
  const facts = { ...own, ...books.repeats.facts(), ...invalid, ...(await triesFacts(raw)) };
  const unasked = (name: string) => (typeof own[name] === 'number' ? own[name] : 0);
  const purged = await purgedOf(job, raw);
  const skipped = await skippedUnits(job, raw);
  if (purged.units > 0) skipped.purged = purged.units;
  const counts = books.tally.finish(
    unasked('units_blocked') - purged.blocked,
    unasked('units_opted_out') - purged.opted_out,
    purged.within,
  );
  addReasons(counts.skipped, skipped);
  counts.units_in += Object.values(skipped).reduce((sum, count) => sum + count, 0);
  counts.records_out = written.rows;
  counts.rejected_lines = decoder.rejects.lines;
  const rejects_sha256 = await decoder.rejects.finish();
  return {
    rejects_sha256,
    counts,
    unknown_fields: decoder.unknown.counts,
    commands,
    facts,
    output_sha256: written.rows_sha256,
    records_sha256: written.file_sha256,
    raw_sha256: await (hashed ?? reader.sha256()),
  };
}
