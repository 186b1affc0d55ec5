import { z } from 'zod';
import { Scope } from '../../lists.ts';
import { Address, Moment } from '../../values.ts';

const count = z.int().min(0);

/** One address that announced a further address or port in any run: the union over the series (section 5.2 of the paper). */
export const HistoryAnnouncer = z.strictObject({
  address: Address.describe('the address that was connected to'),
  first_seen: Moment.describe('scan of the first run in which it announced, UTC'),
  last_seen: Moment.describe('scan of the last one, UTC'),
  runs: count.describe('runs in which it announced'),
  of: count.describe('runs in which a connection to it was observed, to the end or not'),
  announced: z
    .array(
      z.strictObject({
        address: Address.describe('what it announced'),
        scope: Scope.describe('scope in which that can be reached'),
        valid: z.boolean().describe('its HMAC verified in at least one run'),
        first_run: z.string().describe('run that saw it first'),
      }),
    )
    .describe('everything that it announced in any run, each once, in order of address'),
});
export type HistoryAnnouncer = z.infer<typeof HistoryAnnouncer>;
