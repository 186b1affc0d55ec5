import { z } from 'zod';

const share = z
  .number()
  .gt(0)
  .max(1)
  .describe("share of the scan's addresses that get all of its probes once more, drawn by the seed");

const Rescan = z.strictObject({ share: share.default(0.01) });

/** Off by default: its SYNs come on top of all others to an address, and only tell how far two scans agree. */
export const RescanChoice = z
  .union([
    z.literal(false),
    Rescan,
    z.literal(true).transform(() => Rescan.parse({})),
    share.transform((drawn) => Rescan.parse({ share: drawn })),
  ])
  .default(false)
  .describe(
    "share of the scan's addresses, such as 0.01, that is scanned again late in the run: how far two scans agree is the noise floor of every comparison; off by default",
  );
