import { joinHmac, token } from '../mptcp/keys.ts';
import { MP_JOIN, subtypeOf } from '../mptcp/option.ts';
import { KIND, tcpOptions } from '../mptcp/tcp-options.ts';
import { packetKind, type Segment } from './packet.ts';
import { type Keys, keysOf, said, versionOf } from './stream.ts';
import type { Stream } from './streams.ts';

/** An MP_JOIN of which the capture has the subtype, and not the whole. */
function isCutJoin({ cut, options }: Segment): boolean {
  if (!cut) return false;
  return [...tcpOptions(Buffer.from(options, 'hex'))].some(
    ({ kind, fault, bytes }) => kind === KIND.MPTCP && fault === 'past_end' && subtypeOf(bytes) === MP_JOIN,
  );
}

export const isSubflow = (stream: Stream) =>
  said(stream).some(({ option }) => option.subtype === 'MP_JOIN') || stream.packets.some(isCutJoin);

/** Without a whole SYN, a stream may be either: a SYN/ACK without option may refuse a join. */
export function kindOf(stream: Stream): 'connection' | 'subflow' | 'unknown' {
  if (isSubflow(stream)) return 'subflow';
  const opening = stream.packets.some((one) => packetKind(one.flags) === 'syn' && !one.cut);
  return opening || said(stream).some(({ option }) => option.subtype === 'MP_CAPABLE') ? 'connection' : 'unknown';
}

/** Which connection a subflow joins: the token in its SYN (RFC 8684, 3.2); null when that was not captured. */
export function joinToken(stream: Stream): string | null {
  for (const { by, option } of said(stream))
    if (by === 'client' && option.subtype === 'MP_JOIN' && option.packet === 'syn') return option.token;
  return null;
}

/** A connection that was seen with a version and keys. */
export interface Parent {
  stream: Stream;
  keys: Keys;
  version: number;
  /** The subflow was opened by the side that accepted the connection. */
  reversed: boolean;
}

/** Connections by the tokens that join them: of the key of each side. */
function byToken(streams: readonly Stream[]): Map<string, Parent[]> {
  const found = new Map<string, Parent[]>();
  for (const stream of streams) {
    const [keys, version] = [keysOf(stream), versionOf(stream)];
    if (version !== 0 && version !== 1) continue;
    const [server, client] = [keys.server, keys.client].map((key) => (key === null ? null : token(key, version)));
    const add = (name: string | null | undefined, reversed: boolean) => {
      if (name) found.set(name, [...(found.get(name) ?? []), { stream, keys, version, reversed }]);
    };
    add(server, false);
    if (client !== server) add(client, true);
  }
  return found;
}

/**
 * Finds the connection of each subflow, wherever either stands in the capture; null when its key was not seen, or two fit. A token takes
 * a hash: each connection has its own made once, however many subflows there are.
 */
export function parentFinder(streams: readonly Stream[]): (join: Stream) => Parent | null {
  let tokens: ReturnType<typeof byToken> | null = null;
  return (join) => {
    const wanted = joinToken(join);
    if (wanted === null) return null;
    tokens ??= byToken(streams);
    const [one, ...others] = tokens.get(wanted) ?? [];
    return one !== undefined && others.length === 0 ? one : null;
  };
}

export const parentOf = (join: Stream, streams: readonly Stream[]) => parentFinder(streams)(join);

/** The keys of the connection, by who is client and server of the subflow. */
export function keysAcross({ keys, reversed }: Parent): Keys {
  return reversed ? { client: keys.server, server: keys.client } : keys;
}

/** Whether a subflow was accepted, and with an HMAC that needs both keys (RFC 8684, 3.2). */
export function joinAnswer(stream: Stream, parent: Parent | null): 'none' | 'accepted' | 'verified' {
  const options = said(stream).map(({ option }) => option);
  const syn = options.find((option) => option.subtype === 'MP_JOIN' && option.packet === 'syn');
  const answer = options.find((option) => option.subtype === 'MP_JOIN' && option.packet === 'synack');
  if (answer?.subtype !== 'MP_JOIN' || answer.packet !== 'synack') return 'none';
  if (syn?.subtype !== 'MP_JOIN' || syn.packet !== 'syn' || parent === null) return 'accepted';
  const { client, server } = keysAcross(parent);
  if (client === null || server === null) return 'accepted';
  const whole = joinHmac({ key: server, nonce: answer.nonce }, { key: client, nonce: syn.nonce }, parent.version);
  return whole.startsWith(answer.hmac) ? 'verified' : 'accepted';
}
