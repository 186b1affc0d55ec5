import { z } from 'zod';

/** One answer as adnshost prints it: a line `id nrrs statustype status abbrev owner ttl cname "text"`, then nrrs lines. */
export const AdnsAnswer = z.looseObject({
  id: z.int().describe('number of the question with its process'),
  status_type: z.string().describe('class of the outcome, such as ok, tempfail or permfail'),
  status_code: z.int().describe('number of the outcome'),
  status: z.string().describe('abbreviation of the outcome, such as nxdomain'),
  owner: z.string().describe('the name queried, in master file quoting'),
  ttl: z.int().nullable().describe('least TTL of what the answer holds; null in runs that did not ask for it'),
  cname: z.string().nullable().describe('name that the owner is an alias for; null when it is none'),
  text: z.string().describe('the outcome in words'),
  records: z
    .array(
      z.looseObject({
        owner: z.string().describe('owner of the record'),
        type: z.string().describe('type of the record'),
        data: z.string().describe('data of the record'),
      }),
    )
    .describe('records that follow the line'),
});
export type AdnsAnswer = z.infer<typeof AdnsAnswer>;

/** All answers to one unit: the name's own, then those of the aliases that had to be asked for. */
export const AdnsRaw = z.looseObject({
  name: z.string().describe('the name of the unit'),
  type: z.enum(['A', 'AAAA']).describe('the type of the unit'),
  answers: z.tuple([AdnsAnswer], AdnsAnswer).describe('answers in the order of the chain'),
  at: z.string().nullable().describe('when the last of them came; null in runs that did not note it'),
});
export type AdnsRaw = z.infer<typeof AdnsRaw>;
