import type { HandshakeEvidence, ScanEvidence } from '../answers.ts';
import type { HostEvidence } from '../facts.ts';
import { replyLike, type Walked, walked } from './reply.ts';

/**
 * Hosts that are judged as each other. A mirror returns a key and numbers that were drawn for one SYN: no two mirrors have equal evidence,
 * and yet nothing is asked of those bytes but what they are to each other. Here they are replaced by what they are: our key by one that
 * stands for "ours, returned", numbers and times by their place among those of the host. What is left is the same for most mirrors.
 *
 * A host has no such likeness, and is judged by itself, when a key in its replies is neither zero nor the one of the SYN that was answered:
 * such a key is compared with those of the whole run (keys.ts). So does one with replies of which more is read than is replaced here.
 */

/** The places of more replies would not have one digit each. */
const mostReplies = 9;
/** Digits of an option without a key. */
const keyless = 8;

/** What a key, or token and random number, of this place is replaced by: never zero, which is a fault of its own. */
const secretOf = (place: number) => String(place + 1).repeat(16);
const wordOf = (place: number) => `0000000${place}`;
const momentOf = (place: number) => `2000-01-01T00:00:0${place}Z`;

/** The place of each among all in their order; equal ones share it. */
function placesOf(values: readonly (string | null)[]): (number | null)[] {
  const [one, two] = values;
  if (values.length === 1) return [one === null ? null : 0];
  if (values.length === 2 && one != null && two != null) return [one > two ? 1 : 0, two > one ? 1 : 0];
  const sorted = [...new Set(values)].filter((value) => value !== null).sort();
  return values.map((value) => (value === null ? null : sorted.indexOf(value)));
}

/** Replies of which the rest of the header tells the first (facts.ts). */
function hasTies(scans: readonly ScanEvidence[]): boolean {
  return scans.some((one, at) =>
    scans
      .slice(at + 1)
      .some(
        (other) =>
          one.received_at === other.received_at &&
          one.probe === other.probe &&
          one.source_port === other.source_port &&
          one.ack === other.ack &&
          one.seq === other.seq,
      ),
  );
}

/** What a connection says, without what its rules do not read; undefined where its options may hold a key. */
function connectionLike(handshake: HandshakeEvidence | null): HandshakeEvidence | null | undefined {
  if (handshake === null) return null;
  const { connected, syn_option, synack_option, fallback, announced, mp_join_verified } = handshake;
  if ((syn_option?.length ?? 0) > keyless || (synack_option?.length ?? 0) > keyless) return undefined;
  return {
    connected,
    syn_option,
    synack_option,
    fallback,
    announced: announced.filter(({ hmac }) => hmac === 'valid').slice(0, 1),
    mp_join_verified: mp_join_verified > 0 ? 1 : 0,
  };
}

function walkedAll(scans: readonly ScanEvidence[]): Walked[] | null {
  if (scans.length > mostReplies || hasTies(scans)) return null;
  const replies: Walked[] = [];
  for (const scan of scans) {
    const reply = walked(scan);
    if (reply === null) return null;
    replies.push(reply);
  }
  return replies;
}

export type Likeness = Pick<HostEvidence, 'scans' | 'handshake' | 'scope'>;

/** The evidence that stands for all that are judged as this one; null where a host is judged by itself. */
export function likenessOf({ scans, handshake, scope }: Likeness): Likeness | null {
  const replies = walkedAll(scans);
  const connection = connectionLike(handshake);
  if (replies === null || connection === undefined) return null;
  // As text, and before what follows it in the name of a SYN: 4000 before 40001.
  const ports = placesOf(scans.map(({ source_port: port }) => (port === null ? null : `${port} `)));
  const acks = placesOf(scans.map(({ ack }) => ack));
  const seqs = placesOf(scans.map(({ seq }) => seq));
  const times = placesOf(scans.map(({ received_at }) => received_at));
  const secrets = placesOf(replies.map(({ secret }) => secret));
  const textOf = (place: number | null | undefined, text: (place: number) => string) =>
    place == null ? null : text(place);
  const alike = replies.map((reply, at) =>
    replyLike(reply, {
      source_port: ports[at] ?? null,
      ack: textOf(acks[at], wordOf),
      seq: textOf(seqs[at], wordOf),
      received_at: momentOf(times[at] ?? 0),
      secret: textOf(secrets[at], secretOf),
    }),
  );
  return { scans: alike, handshake: connection, scope };
}

/** A likeness as text, the same in whatever order its replies came. */
export function textOf({ scans, handshake, scope }: Likeness): string {
  const texts = scans.map((scan) => JSON.stringify(scan)).sort();
  return `${JSON.stringify([scope, handshake])}\n${texts.join('\n')}`;
}
