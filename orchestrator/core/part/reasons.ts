import type { z } from 'zod';

/** Makes errors tell a field that is not there from one of another type. */
export const reportInput = { reportInput: true } as const;

/** Why a row or record is not kept, with the name of the field: `schema: window: missing`. Of a check made with `reportInput`. */
export function schemaReason(kind: 'schema' | 'record', error: z.ZodError): string {
  const [issue] = error.issues;
  const field = issue?.path.join('.') || 'row';
  return `${kind}: ${field}: ${issue?.input === undefined ? 'missing' : issue.message}`;
}
