import type { z } from 'zod';

/** A list of which each value is a question of its own: one that stood there twice would be asked, and counted as asked, twice. */
export function eachOnce<T extends string | number>(list: z.ZodArray<z.ZodType<T>>): z.ZodArray<z.ZodType<T>> {
  return list.superRefine((values, context) => {
    const twice = values.find((value, at) => values.indexOf(value) < at);
    if (twice !== undefined)
      context.addIssue({ code: 'custom', message: `expected each once, ${twice} is listed twice` });
  });
}
