import { z } from 'zod';
import { Address, Moment, Port } from '../../values.ts';

const count = z.int().min(0);

const seen = {
  family: z.union([z.literal(4), z.literal(6)]).describe('IP version'),
  connections: count.describe('connections whose opener is known and whose SYN offered MPTCP'),
  accepted: count.describe('of these, accepted in a version that was offered'),
  first_at: Moment.describe('start of the first of them'),
  last_at: Moment.describe('start of the last of them'),
};

/** One client address that offered MPTCP: what the `clients` of a census are made of. */
export const TrafficClient = z.strictObject({
  record: z.literal('client').describe('always client'),
  address: Address.describe('the client; pseudonymous with --pseudonyms and live'),
  versions_offered: z.array(z.int()).describe('MPTCP versions in its SYNs, sorted'),
  versions_accepted: z.array(z.int()).describe('versions in which a server accepted, sorted'),
  functional: count.describe('functional multipath sessions'),
  bytes: count.describe('TCP payload of its connections, both ways'),
  ...seen,
});
export type TrafficClient = z.infer<typeof TrafficClient>;

/** One server address and port that MPTCP was offered to. */
export const TrafficServer = z.strictObject({
  record: z.literal('server').describe('always server'),
  address: Address.describe('the server'),
  port: Port.describe('its TCP port'),
  versions_offered: z.array(z.int()).describe('MPTCP versions that it was offered, sorted'),
  versions_accepted: z.array(z.int()).describe('MPTCP versions that it accepted, sorted'),
  echoed: count.describe('connections in which the option that was sent came back: a mirror on the way, no MPTCP'),
  ...seen,
});
export type TrafficServer = z.infer<typeof TrafficServer>;
