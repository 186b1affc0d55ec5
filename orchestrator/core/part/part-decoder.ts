import { z } from 'zod';
import { compiled } from '../compiled.ts';
import type { LineWriter } from '../folder/files.ts';
import { type RawRow, Reject } from '../tool.ts';
import { reportInput, schemaReason } from './reasons.ts';
import type { PartJob } from './site.ts';
import { type Books, unitKey } from './units.ts';

/** Names of the fields that a loose object schema knows, behind what makes one spelling of several too; null for any other schema. */
function knownFields(schema: unknown): Set<string> | null {
  if (schema instanceof z.ZodObject) return new Set(Object.keys(schema.shape));
  if (schema instanceof z.ZodPipe) return knownFields(schema.out);
  if (!(schema instanceof z.ZodUnion)) return null;
  return new Set(schema.options.flatMap((option) => [...(knownFields(option) ?? [])]));
}

/** Where the rows of a part go, each under the key of its unit; `mark` is the number of its outcome. */
export interface RowSink {
  add(key: string, mark: number, text: string): void;
}

/** Rows of a part on their way to records, and what is counted on it. */
export class PartDecoder<C> {
  readonly rejects: LineWriter;
  readonly unknown: Record<string, number> = {};
  /** Rows that fit no schema: a program that prints little else is broken. */
  rubbish = 0;
  taken = 0;
  readonly #job: PartJob<C>;
  readonly #books: Books<C>;
  readonly #sink: RowSink;
  readonly #raw: z.ZodType;
  readonly #record: z.ZodType;
  readonly #known: ReadonlySet<string> | null;
  readonly #numbers: readonly boolean[];
  /** The unit of the row before, and its key: rows of one unit often come together. */
  #unit: string | null = null;
  #key = '';

  constructor(job: PartJob<C>, to: { books: Books<C>; sink: RowSink; rejects: LineWriter }) {
    const { stage, tool } = job;
    this.#job = job;
    this.#books = to.books;
    this.#sink = to.sink;
    this.rejects = to.rejects;
    this.#raw = compiled(tool.raw);
    this.#record = compiled(stage.role.record);
    this.#known = knownFields(tool.raw);
    this.#numbers = stage.role.unitNumbers ?? [];
  }

  /** One row of the program: the raw schema, then toRecord, then the role's strict schema. */
  take(row: RawRow): void {
    const { tool, config } = this.#job;
    const raw = this.#raw.safeParse(row.value, reportInput);
    if (!raw.success) {
      this.rubbish += 1;
      this.#reject(row, schemaReason('schema', raw.error));
      return;
    }
    this.#countUnknown(raw.data);
    const made = tool.toRecord(raw.data, { config });
    if (made instanceof Reject) {
      if (made.unit !== null) this.#sort(made.unit, this.#books.outcomes.of('rejected', made.reason, null), '');
      this.#reject(row, made.reason);
    } else if (Array.isArray(made)) for (const record of made) this.#keep(row, record);
    else this.#keep(row, made);
  }

  #keep(row: RawRow, made: unknown): void {
    const strict = this.#record.safeParse(made, reportInput);
    if (!strict.success) {
      this.rubbish += 1;
      this.#reject(row, schemaReason('record', strict.error));
      return;
    }
    const record = strict.data;
    const { role } = this.#job.stage;
    const unit = role.answered(record);
    const text = JSON.stringify(record);
    if (!this.#books.tally.wasAsked(unit, this.#job.config)) this.#reject(row, `not_asked: ${unit}`);
    else if (!isText(text)) this.#reject(row, 'record: half a character');
    else this.#take(unit, record, text);
  }

  #take(unit: string, record: unknown, text: string): void {
    this.taken += 1;
    const { role } = this.#job.stage;
    const failure = failureOf(record);
    const kind = failure === null ? 'answered' : 'failed';
    this.#sort(unit, this.#books.outcomes.of(kind, failure, role.countedAs?.(record) ?? null), text);
  }

  #sort(unit: string, outcome: number, text: string): void {
    if (unit !== this.#unit) {
      this.#unit = unit;
      this.#key = unitKey(unit, this.#numbers);
    }
    this.#sink.add(this.#key, outcome, text);
  }

  #reject(row: RawRow, reason: string): void {
    const { stage, part, tool } = this.#job;
    const line = row.line ?? JSON.stringify(row.value);
    this.rejects.add(JSON.stringify({ stage: stage.name, part, program: tool.name, reason, line }));
  }

  #countUnknown(raw: unknown): void {
    if (this.#known === null || typeof raw !== 'object' || raw === null) return;
    for (const field in raw) {
      if (!this.#known.has(field)) this.unknown[field] = (this.unknown[field] ?? 0) + 1;
    }
  }
}

/** Why a record holds no answer; null when it holds one. */
function failureOf(record: unknown): string | null {
  if (typeof record !== 'object' || record === null || !('failure' in record)) return null;
  return typeof record.failure === 'string' ? record.failure : null;
}

/** false for JSON with half a surrogate pair, which JSON.stringify escapes: no database takes it for text. */
function isText(json: string): boolean {
  if (!json.includes('\\ud')) return true;
  return !/(?<!\\)(?:\\\\)*\\ud[89a-f][0-9a-f]{2}/.test(json);
}
