import { z } from 'zod';
import { offersSeen } from '../../traffic.ts';
import { Address, Port } from '../../values.ts';

const count = z.int().min(0);

/** One server address and port that MPTCP was offered to. */
export const TrafficServer = z.strictObject({
  record: z.literal('server').describe('always server'),
  address: Address.describe('the server'),
  port: Port.describe('its TCP port'),
  versions_offered: z.array(z.int()).describe('MPTCP versions that it was offered, sorted'),
  versions_accepted: z.array(z.int()).describe('MPTCP versions that it accepted, sorted'),
  echoed: count.describe('connections in which the option that was sent came back: a mirror on the path, not MPTCP'),
  ...offersSeen,
});
export type TrafficServer = z.infer<typeof TrafficServer>;
