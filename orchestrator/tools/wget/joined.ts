import type { z } from 'zod';
import { TCP } from '../../connection/packet.ts';
import { roleOf, said, synack } from '../../connection/stream.ts';
import type { Stream } from '../../connection/streams.ts';
import { joinAnswer, keysAcross, parentOf } from '../../connection/subflow.ts';
import type { JoinFailure, JoinMissing } from '../../schemas/lists.ts';
import type { Announcement } from '../../schemas/records/handshake.ts';
import type { JoinRun, WgetRaw } from './raw.ts';

type Announced = z.infer<typeof Announcement>;
export type Joined = Pick<Announced, 'joined' | 'joined_missing' | 'join_failure' | 'join_reset_reason'>;
export type Unjoined = Omit<Announced, keyof Joined>;

const missing = (why: JoinMissing): Joined => ({
  joined: null,
  joined_missing: why,
  join_failure: null,
  join_reset_reason: null,
});
const failed = (why: JoinFailure, reason: number | null = null): Joined => ({
  joined: false,
  joined_missing: null,
  join_failure: why,
  join_reset_reason: reason,
});
const gave: Joined = { joined: true, joined_missing: null, join_failure: null, join_reset_reason: null };

/** EHOSTUNREACH, ENETUNREACH: what ICMP errors become. */
const unreachable = [101, 113];

/** The subflow that one attempt made, or tried to. */
function streamOf({ from_address, from_port, announced, announced_port }: JoinRun, joins: Stream[]): Stream | null {
  const found = joins.find(({ ends, client }) => {
    const [own, other] = client === 1 ? ends.toReversed() : ends;
    return (
      own?.address === from_address &&
      own.port === from_port &&
      other?.address === announced &&
      other.port === announced_port
    );
  });
  return found ?? null;
}

/** What an address did that gave no SYN/ACK with MP_JOIN. */
function refusal(stream: Stream, run: JoinRun): Joined {
  if (synack(stream) !== null) return failed('no_option');
  const resets = stream.packets.filter((one) => roleOf(stream, one) === 'server' && (one.flags & TCP.RST) !== 0);
  const reasons = said(stream).flatMap(({ by, option }) =>
    by === 'server' && option.subtype === 'MP_TCPRST' ? option.reason : [],
  );
  if (reasons[0] !== undefined) return failed('reset', reasons[0]);
  if (resets.length > 0) return failed('refused');
  if (unreachable.includes(run.errno)) return failed('unreachable');
  return failed(run.ended_by === 'limit' || run.ended_by === 'there' ? 'timeout' : 'cut_short');
}

/** By the packets; our kernel, which has the keys of its own, must have taken the answer too. */
function outcome(run: JoinRun, { held = [], streams, joins }: WgetRaw): Joined {
  const stream = streamOf(run, joins);
  const parent = stream === null ? null : parentOf(stream, [...held, ...streams]);
  if (stream === null || parent === null) return missing('not_captured');
  const answer = joinAnswer(stream, parent);
  if (answer === 'none') return refusal(stream, run);
  if (answer === 'verified') return run.made === true ? gave : failed('cut_short');
  const { client, server } = keysAcross(parent);
  return client === null || server === null ? missing('not_captured') : failed('hmac');
}

/** What became of one announcement. Those of connections that were not held are nobody's to join. */
export function joinedFields({ address_id, address, port, seen_on }: Unjoined, raw: WgetRaw): Joined {
  if (raw.join_runs === undefined || !seen_on.includes('held')) return missing('not_asked');
  const run = raw.join_runs.find(
    (one) => one.id === address_id && one.announced === address && one.announced_port === (port ?? raw.port),
  );
  if (run === undefined) return missing('not_heard');
  return run.decision === 'asked' ? outcome(run, raw) : missing(run.decision);
}
