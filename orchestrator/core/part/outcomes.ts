import type { z } from 'zod';

/** What one row says of its unit. `reason`: why it failed or was rejected; null when it was answered. */
export interface Outcome {
  kind: 'answered' | 'failed' | 'rejected';
  reason: string | null;
  /** Fact of the part under which the row is counted; null: under none. */
  counted: string | null;
}

const rank = { rejected: 0, failed: 1, answered: 2 } as const;

/** Of two rows of one unit: an answer outlasts a failure, and a failure a reject; of two failures the later one counts. */
export function outlasting(before: Outcome | null, next: Outcome): Outcome {
  if (before === null || rank[next.kind] > rank[before.kind]) return next;
  return next.kind === 'failed' && before.kind === 'failed' ? next : before;
}

/** Numbers the outcomes. A part has few different ones, and a row carries only the number through the sorting. */
export class OutcomeNumbers {
  readonly #numbers = new Map<string, number>();
  readonly #outcomes: Outcome[] = [];
  /** Number of the outcome asked for last: it is the next one's most often. */
  #last = 0;

  of(kind: Outcome['kind'], reason: string | null, counted: string | null): number {
    const last = this.#outcomes[this.#last];
    if (last === undefined || last.kind !== kind || last.reason !== reason || last.counted !== counted) {
      this.#last = this.#numberOf(kind, reason, counted);
    }
    return this.#last;
  }

  #numberOf(kind: Outcome['kind'], reason: string | null, counted: string | null): number {
    const name = `${kind} ${counted} ${reason}`;
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.#outcomes.length);
    return this.#outcomes.push({ kind, reason, counted }) - 1;
  }

  at(number: number): Outcome {
    const outcome = this.#outcomes[number];
    if (outcome === undefined) throw new RangeError(`no outcome has the number ${number}`);
    return outcome;
  }
}

/** Makes errors tell a field that is not there from one of another type. */
export const reportInput = { reportInput: true } as const;

/** Why a row or record is not kept, with the name of the field: `schema: window: missing`. Of a check made with `reportInput`. */
export function schemaReason(kind: 'schema' | 'record', error: z.ZodError): string {
  const [issue] = error.issues;
  const field = issue?.path.join('.') || 'row';
  return `${kind}: ${field}: ${issue?.input === undefined ? 'missing' : issue.message}`;
}
