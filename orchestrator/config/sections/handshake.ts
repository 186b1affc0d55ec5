import { z } from 'zod';
import { eachOnce } from '../each-once.ts';

const Ports = (defaults: number[]) => eachOnce(z.array(z.int().min(1).max(65535))).default(defaults);

/** What is sent at the end of the hold, by port; on all others nothing is, and the connection is closed. */
const Asked = z
  .strictObject({
    http: Ports([80, 81, 3000, 5000, 8000, 8008, 8080, 8081, 8088, 8888, 9090]).describe(
      'an empty line on the held connection; wget then requests the page on another one',
    ),
    https: Ports([443, 8443]).describe(
      "a TLS handshake with the domain's name and a request for the page, on the held connection",
    ),
    tls: Ports([465, 563, 636, 853, 989, 990, 992, 993, 994, 995, 5061, 6514]).describe(
      "a TLS handshake with the domain's name, on the held connection",
    ),
  })
  .prefault({})
  .describe('ports on which something is sent once the hold is over, followed by another hold; on others nothing is');

/**
 * Keys of the handshake for the connections that are held first.
 * @param isStored a run from before the connector existed used wget alone
 */
export const holdFirstKeys = (isStored: boolean) => ({
  hold_first: z
    .boolean()
    .default(!isStored)
    .describe(
      'each endpoint, on any port, first gets a connection that stays silent for `hold`; false: only wget, which sends its request at once',
    ),
  rate: z
    .int()
    .positive()
    .max(20_000)
    .default(500)
    .describe('held connections started per second; never more than scan.rate'),
  most_held: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('maximum number of connections held at once; null: as many as memory, open files and the kernel allow'),
  checksum: z
    .boolean()
    .default(false)
    .describe('request MPTCP checksums, so that damaged data shows as MP_FAIL from either side'),
  join: z
    .boolean()
    .default(false)
    .describe(
      'send one MP_JOIN SYN to each global address that a server announces on a held connection; needs hold_first',
    ),
  asked: Asked,
});

/** Subflows are added to held connections only. */
export const canJoin = ({ join, hold_first }: { join: boolean; hold_first: boolean }) => !join || hold_first;

/** The keys that decide what is sent on a port. */
type Asking = z.infer<z.ZodObject<ReturnType<typeof holdFirstKeys>>>;

export type Way = 'hold' | 'nudge' | 'tls' | 'https';

/** What is done with a held connection at the end of the hold. */
export function wayOf(port: number, { asked }: Pick<Asking, 'asked'>): Way {
  if (asked.https.includes(port)) return 'https';
  if (asked.tls.includes(port)) return 'tls';
  return asked.http.includes(port) ? 'nudge' : 'hold';
}

/** Whether wget requests the page from an endpoint on this port. */
export function isAskedByWget(port: number, { hold_first, asked }: Pick<Asking, 'hold_first' | 'asked'>): boolean {
  return !hold_first || asked.http.includes(port);
}
