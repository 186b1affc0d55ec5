import { z } from 'zod';

const none = 'NA or empty where the registry has none';
const column = (what: string) => z.string().max(1000).describe(`${what}, as printed; ${none}`);
/** An unreadable line is not an answer: it must not become "not known". */
const read = (pattern: RegExp, what: string) => z.string().regex(pattern).describe(`${what}, as printed; ${none}`);

/** The columns of one line of a verbose bulk answer. */
export const CymruAnswer = z.looseObject({
  as: read(/^(?:NA|\d{1,10}(?:[ ,]+\d{1,10})*)?$/, 'origin AS; several are separated by blanks'),
  prefix: read(/^(?:NA|[\da-fA-F.:]+\/\d{1,3})?$/, 'BGP prefix'),
  country: column('country code of the registration'),
  registry: column('regional registry'),
  allocated: column('date of allocation'),
  name: column('AS name'),
});
export type CymruAnswer = z.infer<typeof CymruAnswer>;

/** All that the server said about one address; or that it has no answer to a line. */
export const CymruRaw = z.union([
  z.looseObject({
    address: z.string().describe('the address in the answer'),
    answers: z.array(CymruAnswer).min(1).describe('its lines, in the order printed: one per prefix and origin'),
  }),
  z.looseObject({
    refusal: z
      .string()
      .regex(/^Error:/)
      .describe('a line that is no answer, such as "Error: no ASN or IP match on line 3."'),
  }),
]);
export type CymruRaw = z.infer<typeof CymruRaw>;
