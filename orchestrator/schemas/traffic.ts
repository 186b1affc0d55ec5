import { z } from 'zod';
import { Hmac } from './lists.ts';
import { Address, Moment, Port } from './values.ts';

/** What connections and subflows of a capture say alike. */

export const Side = z.enum(['client', 'server']);

/** Why there is nothing more of a stream. */
export const End = z.enum(['closed', 'reset', 'silent', 'reused', 'evicted', 'capture_end']);
export type End = z.infer<typeof End>;

/** What answered a SYN with an MPTCP option: the words of a reply (docs/methods.md), and those for no answer at all. */
export const Answer = z.enum([
  'mp_capable',
  'mp_join',
  'echoed',
  'version_mismatch',
  'malformed',
  'other_subtype',
  'synack_no_option',
  'mp_tcprst',
  'rst',
  'none',
  'cut',
  'not_captured',
]);
export type Answer = z.infer<typeof Answer>;

/** Answers that may have been any. */
export const unreadAnswers: readonly Answer[] = ['cut', 'not_captured'];

export const answerText =
  'answer to the SYN: a word of the closed list of replies, or mp_join for a complete one in answer to a join; none: nothing was captured; cut: the capture ends within its options; not_captured: the SYN was not captured, so that an answer cannot be judged, or the answer was not, though later packets imply one';

/** One address that one side announced with ADD_ADDR (RFC 8684, 3.4.1). */
export const Announced = z.strictObject({
  by: Side.nullable().describe('which side announced it; null: who opened the stream was not captured'),
  address_id: z.int().describe('address identifier in the option'),
  address: Address.describe('the announced address; pseudonymous where its announcer is'),
  port: Port.nullable().describe('the announced port; null when the option has none'),
  version: z.int().describe('form of the option: 0 (RFC 6824) or 1 (RFC 8684)'),
  hmac: Hmac.describe('whether the HMAC verifies; absent in v0, unverifiable where both keys were not captured'),
  hmac_form: z
    .enum(['rightmost64', 'leftmost64', 'rightmost64_of_160'])
    .nullable()
    .describe('which truncation verified; null when none did'),
  count: z.int().describe('times that the option was captured'),
  echoed: z
    .boolean()
    .nullable()
    .describe(
      'the other side echoed it; null in v0, which has no echo, and where no packet of the other side was captured',
    ),
  removed: z.boolean().describe('the announcer later withdrew it with a REMOVE_ADDR of its identifier'),
});
export type Announced = z.infer<typeof Announced>;

/** A MP_TCPRST, or a RST without one. */
export const Reset = z.strictObject({
  by: Side.nullable().describe('who sent it; null: who opened the stream was not captured'),
  reason: z.int().nullable().describe('reason of the MP_TCPRST (RFC 8684, 3.6); null: the RST carries none'),
  count: z.int().describe('packets'),
});
export type Reset = z.infer<typeof Reset>;

const count = z.int().min(0);

/** Fields that client and server records share. */
export const offersSeen = {
  family: z.union([z.literal(4), z.literal(6)]).describe('IP version'),
  connections: count.describe('connections whose opener is known and whose SYN offered MPTCP'),
  accepted: count.describe('of these, accepted in a version that was offered'),
  first_at: Moment.describe('start of the first of them'),
  last_at: Moment.describe('start of the last of them'),
};
