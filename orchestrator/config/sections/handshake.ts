import { z } from 'zod';
import { eachOnce } from '../each-once.ts';

const Ports = (defaults: number[]) => eachOnce(z.array(z.int().min(1).max(65535))).default(defaults);

/** Which question a server gets at the end of the hold, by its port; on all others the connection is held, and closed. */
const Asked = z
  .strictObject({
    http: Ports([80, 81, 3000, 5000, 8000, 8008, 8080, 8081, 8088, 8888, 9090]).describe(
      'an empty line on the held connection, then the page, by wget on another one',
    ),
    https: Ports([443, 8443]).describe("a TLS handshake with the domain's name, and the page, on the held connection"),
    tls: Ports([465, 563, 636, 853, 989, 990, 992, 993, 994, 995, 5061, 6514]).describe(
      "a TLS handshake with the domain's name, on the held connection",
    ),
  })
  .prefault({})
  .describe(
    'ports that are asked something once the hold is over, after which the connection is held again; on others nothing is asked',
  );

/**
 * Keys of the handshake that say how connections are held first.
 * @param isStored a run of before there was a connector had wget alone
 */
export const holdFirstKeys = (isStored: boolean) => ({
  hold_first: z
    .boolean()
    .default(!isStored)
    .describe(
      'each endpoint first gets a connection that stays silent for `hold`, which any port sees; false: wget alone, which asks at once',
    ),
  rate: z
    .int()
    .positive()
    .max(20_000)
    .default(500)
    .describe('held connections begun per second; never more than scan.rate'),
  most_held: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('connections held at once; null: as many as memory, open files and the kernel allow'),
  checksum: z
    .boolean()
    .default(false)
    .describe('ask for MPTCP checksums, so that damaged data shows as MP_FAIL from either side'),
  join: z
    .boolean()
    .default(false)
    .describe(
      'ask each global address that is announced on a held connection for a subflow, by one MP_JOIN SYN; needs hold_first',
    ),
  asked: Asked,
});

/** Joins are of connections that are held. */
export const canJoin = ({ join, hold_first }: { join: boolean; hold_first: boolean }) => !join || hold_first;

/** What of the configuration says which question a port gets. */
type Asking = z.infer<z.ZodObject<ReturnType<typeof holdFirstKeys>>>;

export type Way = 'hold' | 'nudge' | 'tls' | 'https';

/** What is done with a held connection at the end of the hold. */
export function wayOf(port: number, { asked }: Pick<Asking, 'asked'>): Way {
  if (asked.https.includes(port)) return 'https';
  if (asked.tls.includes(port)) return 'tls';
  return asked.http.includes(port) ? 'nudge' : 'hold';
}

/** Whether wget asks an endpoint on this port for its page. */
export function isAskedByWget(port: number, { hold_first, asked }: Pick<Asking, 'hold_first' | 'asked'>): boolean {
  return !hold_first || asked.http.includes(port);
}
