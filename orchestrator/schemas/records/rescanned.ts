import { z } from 'zod';
import { VerdictName } from '../lists.ts';
import { Address, Moment, Port } from '../values.ts';

/** What two scans of one run say of an address, port and version that both asked, each judged by its own replies alone. */
export const RescannedRecord = z.strictObject({
  address: Address.describe('drawn by the seed of the run'),
  port: Port.describe('port probed'),
  version: z.union([z.literal(0), z.literal(1)]).describe('MPTCP version probed'),
  first: VerdictName.describe('verdict from the replies to the scan, without second opinions and connections'),
  second: VerdictName.describe('the same from the replies to the rescan'),
  first_at: Moment.nullable()
    .describe('first reply of this address and port to the scan, for any version, UTC')
    .meta({ volatile: true }),
  second_at: Moment.nullable().describe('the same for the rescan').meta({ volatile: true }),
  run: z.string().describe('name of the run').meta({ volatile: true }),
});
export type RescannedRecord = z.infer<typeof RescannedRecord>;
