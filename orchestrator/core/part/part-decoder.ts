import type { z } from 'zod';
import { compiled } from '../compiled.ts';
import type { LineWriter } from '../folder/files.ts';
import { isTooLong } from '../process/lines.ts';
import { UnknownFields } from '../rows/unknown-fields.ts';
import type { UnitName } from '../stage.ts';
import { type RawRow, Reject } from '../tool.ts';
import { reportInput, schemaReason } from './outcomes.ts';
import type { RowSink } from './sink.ts';
import type { PartJob } from './site.ts';
import { type Books, unitKey } from './units.ts';

/** Maximum number of characters kept of a rejected line: the raw files have the rest. */
const mostOfLine = 10_000;

/** Why a line holds no value at all; null when it holds one. */
function lineReason({ value, line }: RawRow): string | null {
  if (value !== null || line === undefined || line === 'null') return null;
  return isTooLong(line) ? 'longer than any line of a program' : null;
}

/** Rows of a part on their way to records, and what is counted on it. */
export class PartDecoder<C> {
  readonly rejects: LineWriter;
  readonly unknown: UnknownFields;
  /** Rows that fit no schema or are of units that nobody asked for: a program that prints little else is broken. */
  rubbish = 0;
  taken = 0;
  readonly #job: PartJob<C>;
  readonly #books: Books<C>;
  readonly #sink: RowSink;
  readonly #raw: z.ZodType;
  readonly #record: z.ZodType;
  readonly #numbers: readonly boolean[];
  /** The unit of the row before, and its key: rows of one unit often come together. */
  #unit: UnitName | null = null;
  #key: UnitName = '';

  constructor(job: PartJob<C>, to: { books: Books<C>; sink: RowSink; rejects: LineWriter }) {
    const { stage, tool } = job;
    this.#job = job;
    this.#books = to.books;
    this.#sink = to.sink;
    this.rejects = to.rejects;
    this.#raw = compiled(tool.raw);
    this.#record = compiled(stage.role.record);
    this.unknown = new UnknownFields(tool);
    this.#numbers = stage.role.unitNumbers ?? [];
  }

  /** One row of the program: the raw schema, then toRecord, then the role's strict schema. */
  take(row: RawRow): void {
    const { tool, config } = this.#job;
    const raw = this.#raw.safeParse(row.value, reportInput);
    if (!raw.success) {
      this.#refuse(row, lineReason(row) ?? schemaReason('schema', raw.error));
      return;
    }
    this.unknown.count(row.value, raw.data);
    const made = tool.toRecord(raw.data, { config });
    if (made instanceof Reject) {
      const { outcomes } = this.#books;
      if (made.unit !== null) this.#sink.reject(this.#keyOf(made.unit), outcomes.of('rejected', made.reason, null));
      this.#reject(row, made.reason);
    } else if (Array.isArray(made)) for (const record of made) this.#keep(row, record);
    else this.#keep(row, made);
  }

  #keep(row: RawRow, made: unknown): void {
    const strict = this.#record.safeParse(made, reportInput);
    if (!strict.success) {
      this.#refuse(row, schemaReason('record', strict.error));
      return;
    }
    const record = strict.data;
    const { role } = this.#job.stage;
    const unit = role.answered(record);
    const { tally } = this.#books;
    if (!tally.wasAsked(unit, this.#job.config)) this.#refuse(row, `not_asked: ${unit}`);
    else if (tally.isAnswered(unit)) this.#reject(row, `answered before: ${unit}`);
    else if (!this.#take(unit, record)) this.#reject(row, 'record: half a character');
    else this.taken += 1;
  }

  /** false if the record is not valid text. */
  #take(unit: UnitName, record: unknown): boolean {
    const failure = failureOf(record);
    const kind = failure === null ? 'answered' : 'failed';
    const counted = this.#job.stage.role.countedAs?.(record) ?? null;
    return this.#sink.record(this.#keyOf(unit), this.#books.outcomes.of(kind, failure, counted), record);
  }

  #keyOf(unit: UnitName): UnitName {
    if (unit !== this.#unit) {
      this.#unit = unit;
      this.#key = typeof unit === 'number' ? unit : unitKey(unit, this.#numbers);
    }
    return this.#key;
  }

  #refuse(row: RawRow, reason: string): void {
    this.rubbish += 1;
    this.#reject(row, reason);
  }

  #reject(row: RawRow, reason: string): void {
    const { stage, part, tool } = this.#job;
    const line = (row.line ?? JSON.stringify(row.value)).slice(0, mostOfLine);
    this.rejects.add(JSON.stringify({ stage: stage.name, part, program: tool.name, reason, line }));
  }
}

/** Why a record holds no answer; null when it holds one. */
function failureOf(record: unknown): string | null {
  if (typeof record !== 'object' || record === null || !('failure' in record)) return null;
  return typeof record.failure === 'string' ? record.failure : null;
}
