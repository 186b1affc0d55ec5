import type { z } from 'zod';

/** Why a row or record is not kept, with the name of the field: `schema: window: missing`. */
export function schemaReason(kind: 'schema' | 'record', error: z.ZodError): string {
  const [issue] = error.issues;
  const field = issue?.path.join('.') || 'row';
  // zod says of a field that is not there that it "received undefined"
  const what = issue?.message.endsWith('received undefined') ? 'missing' : issue?.message;
  return `${kind}: ${field}: ${what}`;
}
