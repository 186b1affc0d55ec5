import { z } from 'zod';

/** A command, program first. */
const command = z
  .array(z.string())
  .min(1)
  .refine(([program]) => program !== '', 'expected a program in front');

/** A tool of the registry by name, or the user's own command: units as NDJSON on stdin, records as NDJSON on stdout. */
export function toolChoice<N extends [string, ...string[]]>(names: N) {
  return z
    .union([z.enum(names, `expected ${names.join(', ')} or {command: [...]}`), z.strictObject({ command })])
    .default(names[0])
    .describe(`${names.join(', ')}, or {command: [...]} for your own program`);
}
