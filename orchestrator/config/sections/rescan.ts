import { z } from 'zod';

const share = z
  .number()
  .gt(0)
  .max(1)
  .describe('share of the addresses of the scan that are asked everything it asks once more, drawn by the seed');

const Rescan = z.strictObject({ share: share.default(0.01) });

/** Off by default: what it sends comes on top of what one address may get, and only says how far two scans agree. */
export const RescanChoice = z
  .union([
    z.literal(false),
    Rescan,
    z.literal(true).transform(() => Rescan.parse({})),
    share.transform((drawn) => Rescan.parse({ share: drawn })),
  ])
  .default(false)
  .describe(
    'a seeded share of the addresses of the scan is asked again late in the run, such as 0.01: how far two scans agree is the noise of every comparison; off by default',
  );
