import type { z } from 'zod';
import { compiled } from '../compiled.ts';
import { Reject, type Tool } from '../tool.ts';
import { reportInput, schemaReason } from './outcomes.ts';

/**
 * One line of a program's JSON output as a record, by the same raw schema and toRecord as in a run: for those who ran the program
 * themselves.
 */
export function lineParser<R, C>(tool: Tool<unknown, unknown, unknown, C>, record: z.ZodType<R>, config: C) {
  const printed = compiled(tool.raw);
  const checked = compiled(record);
  return (line: string): R | Reject => {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return new Reject('no JSON');
    }
    const raw = printed.safeParse(value, reportInput);
    if (!raw.success) return new Reject(schemaReason('schema', raw.error));
    const made = tool.toRecord(raw.data, { config });
    if (made instanceof Reject) return made;
    const strict = checked.safeParse(made, reportInput);
    return strict.success ? strict.data : new Reject(schemaReason('record', strict.error));
  };
}
