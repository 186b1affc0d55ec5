import type { Role } from '../../connection/stream.ts';
import type { Sent } from '../said.ts';
import { type ReadSubflow, sideOf } from './subflow.ts';

const WRAP = 1n << 32n;

interface Span {
  first: bigint;
  next: bigint;
  wide: boolean;
}

function spanOf({ data_first, data_next, data_wide }: Sent): Span | null {
  if (data_first === null || data_next === null) return null;
  return { first: BigInt(`0x${data_first}`), next: BigInt(`0x${data_next}`), wide: data_wide };
}

/** Data sequence numbers of 32 bits stand beside those of 64 (RFC 8684, 3.3.1): each is the nearest that ends in the same bits. */
function near(span: Span, to: Span): Span {
  if (span.wide && to.wide) return span;
  const distance = to.first - span.first;
  const half = distance < 0n ? -(WRAP / 2n) : WRAP / 2n;
  const shift = ((distance + half) / WRAP) * WRAP;
  return { ...span, first: span.first + shift, next: span.next + shift };
}

/** What a side sent on one subflow. */
function sentBy({ of, reversed }: ReadSubflow, side: Role): Sent {
  return sideOf('client', reversed) === side ? of.opener.sent : of.other.sent;
}

/**
 * Data that a side mapped, by its data sequence numbers: the span over all subflows, and how much of it was mapped more than once.
 * Packets that were not captured make the second too small, never too large; where it would be below zero it is not known.
 */
export function dataOf(subflows: ReadSubflow[], side: Role): { span: number | null; reinjected: number | null } {
  const known = subflows.filter(({ reversed }) => reversed !== null);
  const all = known.map((one) => sentBy(one, side)).map((sent) => ({ sent, span: spanOf(sent) }));
  const spans = all.flatMap(({ span }) => (span === null ? [] : [span]));
  const base = spans.find(({ wide }) => wide) ?? spans[0];
  const mapped = all.reduce((sum, { sent }) => sum + sent.mapped, 0);
  // Nothing but what rode on the third ACK, which states no data sequence number.
  if (base === undefined) return mapped === 0 ? { span: null, reinjected: null } : { span: mapped, reinjected: 0 };
  const placed = spans.map((span) => near(span, base));
  const first = placed.reduce((least, span) => (span.first < least ? span.first : least), base.first);
  const next = placed.reduce((most, span) => (span.next > most ? span.next : most), base.next);
  const span = Number(next - first);
  // A damaged mapping may name any range: one that no subflow can have carried does not count.
  if (span > Number.MAX_SAFE_INTEGER || span < 0) return { span: null, reinjected: null };
  return { span, reinjected: known.length === subflows.length && mapped >= span ? mapped - span : null };
}
