import type { z } from 'zod';
import { compile } from 'zod/v4/core';

const known = new WeakMap<z.ZodType, z.ZodType>();

/**
 * The same schema with the parser that zod generates for it: several times as fast where it passes, the same words where it does not. A
 * schema that cannot be generated stays as it is.
 */
export function compiled<T extends z.ZodType>(schema: T): T;
export function compiled(schema: z.ZodType): z.ZodType {
  const before = known.get(schema);
  if (before !== undefined) return before;
  const fast = compile(schema);
  known.set(schema, fast);
  return fast;
}
