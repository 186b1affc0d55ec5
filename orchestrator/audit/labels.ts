import { createReadStream } from 'node:fs';
import { z } from 'zod';
import { canonicalAddress } from '../address/ip.ts';
import { jsonOf, splitLines } from '../core/process/lines.ts';
import { cellsOf } from '../lists/cells.ts';
import { VerdictName } from '../schemas/lists.ts';

/** What a person may say of a sampled claim: one of the verdicts, or that the evidence does not tell. */
export const Label = z.enum([...VerdictName.options, 'unsure']);
export type Label = z.infer<typeof Label>;

export interface Labelled {
  line: number;
  text: string;
  address: string;
  port: number;
  version: 0 | 1;
  label: Label;
}

export interface Rejected {
  line: number;
  text: string;
  reason: string;
}

/** A line as it may come, out of JSON or CSV: numbers may be text. */
const Line = z.looseObject({
  label: z.string(),
  address: z.string(),
  port: z.coerce.number().int().min(1).max(65535),
  version: z.union([z.literal(0), z.literal(1), z.literal('0'), z.literal('1')]),
});

/** Reads lines of JSON, or of CSV below a heading: which, the first line that is not blank tells. */
class Reader {
  #heading: string[] | 'json' | null = null;

  /** null: a heading. */
  read(text: string): unknown {
    if (this.#heading === null) {
      if (text.trimStart().startsWith('{')) this.#heading = 'json';
      else {
        this.#heading = (cellsOf(text, ',') ?? []).map((name) => name.trim().toLowerCase());
        return null;
      }
    }
    if (this.#heading === 'json') return jsonOf(text) ?? 'no JSON';
    const cells = cellsOf(text, ',');
    if (cells === null) return 'a quote that does not end';
    if (cells.length !== this.#heading.length) return `${cells.length} cells, the heading has ${this.#heading.length}`;
    return Object.fromEntries(this.#heading.map((name, i) => [name, cells[i]]));
  }
}

/** What a line says, or why nothing can be made of it. */
function labelOf(value: unknown): Omit<Labelled, 'line' | 'text'> | string {
  if (typeof value === 'string') return value;
  const parsed = Line.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return `${issue?.path.join('.') || 'line'}: ${issue?.message ?? 'not a label'}`;
  }
  const { address, port, version, label } = parsed.data;
  const name = label.trim();
  if (name === '') return 'no label';
  const known = Label.safeParse(name);
  if (!known.success) return `label ${name} is none of ${Label.options.join(', ')}`;
  const canonical = canonicalAddress(address.trim());
  if (canonical === null) return `${address} is not an address`;
  return { address: canonical, port, version: Number(version) === 1 ? 1 : 0, label: known.data };
}

/** Labels of a file, in its order; what cannot be read keeps its line and gets a reason. A claim that is labelled twice keeps the first. */
export async function readLabels(path: string): Promise<{ labelled: Labelled[]; rejected: Rejected[] }> {
  const labelled: Labelled[] = [];
  const rejected: Rejected[] = [];
  const seen = new Map<string, number>();
  const reader = new Reader();
  let line = 0;
  for await (const raw of splitLines(createReadStream(path))) {
    line += 1;
    const text = line === 1 ? raw.replace(/^\ufeff/, '') : raw;
    if (text.trim() === '') continue;
    const value = reader.read(text);
    if (value === null) continue;
    const said = labelOf(value);
    if (typeof said === 'string') {
      rejected.push({ line, text, reason: said });
      continue;
    }
    const name = `${said.version} ${said.address} ${said.port}`;
    const before = seen.get(name);
    if (before !== undefined) rejected.push({ line, text, reason: `labelled in line ${before} already` });
    else {
      seen.set(name, line);
      labelled.push({ line, text, ...said });
    }
  }
  return { labelled, rejected };
}
