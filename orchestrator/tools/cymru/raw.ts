import { z } from 'zod';

const column = (what: string) => z.string().describe(`${what}, as printed; NA or empty where the registry has none`);

/** The columns of one line of a verbose bulk answer. */
export const CymruAnswer = z.looseObject({
  as: column('origin AS; several are separated by blanks'),
  prefix: column('BGP prefix'),
  country: column('country code of the registration'),
  registry: column('regional registry'),
  allocated: column('date of allocation'),
  name: column('AS name'),
});
export type CymruAnswer = z.infer<typeof CymruAnswer>;

/** All that the server said about one address; or a line that is no answer. */
export const CymruRaw = z.union([
  z.looseObject({
    address: z.string().describe('the address in the answer'),
    asked: z.boolean().describe('the address was among the questions'),
    answers: z.array(CymruAnswer).min(1).describe('its lines, in the order printed: one per prefix and origin'),
  }),
  z.looseObject({
    refusal: z.string().describe('a line that is no answer, such as "Error: no ASN or IP match on line 3."'),
  }),
]);
export type CymruRaw = z.infer<typeof CymruRaw>;
