import type { MptcpOption } from '../mptcp/option.ts';
import { TCP } from './packet.ts';
import { type Role, roleOf, said } from './stream.ts';
import type { Stream } from './streams.ts';

/** The two ends of a connection: who opened it, and whom it was opened to. A subflow may be opened by either. */
export type Side = 'opener' | 'other';

/** A stream of a connection, and whether the other side opened it: the client of a subflow then is the connection's server. */
export interface Part {
  stream: Stream;
  reversed: boolean;
}

function sideOf(by: Role | null, reversed: boolean): Side | null {
  if (by === null) return null;
  return (by === 'client') === reversed ? 'other' : 'opener';
}

/** Streams in which one side sent an option of a subtype. */
export function saying(parts: readonly Part[], subtype: MptcpOption['subtype'], side: Side): number {
  return parts.filter(({ stream, reversed }) =>
    said(stream).some(({ by, option }) => option.subtype === subtype && sideOf(by, reversed) === side),
  ).length;
}

/** Streams that one side reset. */
export function resetting(parts: readonly Part[], side: Side): number {
  return parts.filter(({ stream, reversed }) =>
    stream.packets.some((one) => (one.flags & TCP.RST) !== 0 && sideOf(roleOf(stream, one), reversed) === side),
  ).length;
}

/** Reasons that one side gave for a reset (RFC 8684, 3.6), sorted, each once. */
export function resetReasons(parts: readonly Part[], side: Side): number[] {
  const reasons = parts.flatMap(({ stream, reversed }) =>
    said(stream).flatMap(({ by, option }) =>
      option.subtype === 'MP_TCPRST' && sideOf(by, reversed) === side ? option.reason : [],
    ),
  );
  return [...new Set(reasons)].sort((a, b) => a - b);
}

/** Subflows that one side tried to add, each an MP_JOIN SYN. */
export function joining(subflows: readonly Part[], side: Side): number {
  return subflows.filter(({ reversed }) => (reversed ? 'other' : 'opener') === side).length;
}
