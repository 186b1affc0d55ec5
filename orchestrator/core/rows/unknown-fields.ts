import { z } from 'zod';
import type { Tool } from '../tool.ts';

/** Names of the fields that a loose object schema knows, behind what makes one spelling of several too; null for any other schema. */
function knownFields(schema: unknown): Set<string> | null {
  if (schema instanceof z.ZodObject) return new Set(Object.keys(schema.shape));
  if (schema instanceof z.ZodPipe) return knownFields(schema.out);
  if (!(schema instanceof z.ZodUnion)) return null;
  return new Set(schema.options.flatMap((option) => [...(knownFields(option) ?? [])]));
}

/** Counts fields that a tool's schema does not know: its program may have learnt something. */
export class UnknownFields {
  readonly #known: ReadonlySet<string> | null;
  /** The schema has not all fields: what was printed is looked at, else the spelling that the schema made of it. */
  readonly #asPrinted: boolean;
  /** Fields of the row before, which most rows have too, and those of them that are unknown. */
  #before: string[] = [];
  #unknown: string[] = [];
  readonly counts: Record<string, number> = {};

  constructor({ raw, fields }: Pick<Tool<unknown, unknown, unknown, never>, 'raw' | 'fields'>) {
    this.#asPrinted = fields !== undefined;
    this.#known = fields === undefined ? knownFields(raw) : new Set(fields);
  }

  count(printed: unknown, parsed: unknown): void {
    const row = this.#asPrinted ? printed : parsed;
    if (this.#known === null || typeof row !== 'object' || row === null) return;
    if (!this.#isAsBefore(row)) {
      const known = this.#known;
      this.#before = Object.keys(row);
      this.#unknown = this.#before.filter((field) => !known.has(field));
    }
    for (const field of this.#unknown) this.counts[field] = (this.counts[field] ?? 0) + 1;
  }

  #isAsBefore(row: object): boolean {
    let at = 0;
    for (const field in row) {
      if (field !== this.#before[at]) return false;
      at += 1;
    }
    return at === this.#before.length;
  }
}
