import { z } from 'zod';
import { offersSeen } from '../../traffic.ts';
import { Address } from '../../values.ts';

const count = z.int().min(0);

/** One client address that offered MPTCP: what the `clients` of a census are made of. */
export const TrafficClient = z.strictObject({
  record: z.literal('client').describe('always client'),
  address: Address.describe('the client; pseudonymous with --pseudonyms and live'),
  versions_offered: z.array(z.int()).describe('MPTCP versions in its SYNs, sorted'),
  versions_accepted: z.array(z.int()).describe('versions in which a server accepted, sorted'),
  functional: count.describe('functional multipath sessions'),
  bytes: count.describe('TCP payload of its connections, both ways'),
  ...offersSeen,
});
export type TrafficClient = z.infer<typeof TrafficClient>;
