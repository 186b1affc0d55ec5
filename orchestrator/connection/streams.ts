import { z } from 'zod';
import { End, isInfiniteMapping, mptcpOptions, type Packet, packetKind, Segment, TCP } from './packet.ts';

/** One TCP stream: all segments that say something, and the first of those that only carry data. */
export const Stream = z.looseObject({
  ends: z.tuple([End, End]).describe('both ends; the sender of the first packet captured is the first'),
  client: z
    .union([z.literal(0), z.literal(1)])
    .nullable()
    .describe('who opened it, index into ends; null when no packet tells'),
  last_us: z.int().describe("time of the stream's last packet, kept or not, microseconds since the first"),
  packets: z.array(Segment).describe('kept segments by time'),
});
export type Stream = z.infer<typeof Stream>;

/**
 * Segments that only carry data or acknowledge it are kept up to this many each way, and again after an MP_FAIL; beyond that the first with
 * data and the first without, with DSS and without: a side that only acknowledged for long may then say that it speaks MPTCP, or not.
 */
const PLAIN_KEPT = 32;
/** Segments in all, so that a host that repeats itself fills no memory (two Linux ends answer MP_FAIL with MP_FAIL). */
const KEPT = 1024;
/** A segment this far from the last one of its sender is of another connection between the same ports. */
const NEAR = 2 ** 24;

interface Pair {
  ends: [End, End];
  segments: Segment[];
  since: number;
  plain: Map<0 | 1 | null, { kept: number; kinds: Set<string> }>;
  isns: Set<number>;
  lastUs: number;
}

const name = ({ address, port }: End) => `${address} ${port}`;
const after = (sequence: number) => (sequence + 1) % 2 ** 32;

/** Whether a SYN/ACK answers a SYN, and as much of the data on it as the server took (TCP Fast Open, RFC 7413, 3). */
const answers = ({ acknowledgement }: Segment, { sequence, length }: Segment) =>
  (acknowledgement - after(sequence) + 2 ** 32) % 2 ** 32 <= length;

function near(a: number, b: number): boolean {
  const distance = (a - b + 2 ** 32) % 2 ** 32;
  return Math.min(distance, 2 ** 32 - distance) < NEAR;
}

/** Which connection between the same two ends a segment belongs to; undefined when it begins a new one. */
function owner(known: Segment[][], segment: Segment): Segment[] | undefined {
  const { from, sequence, flags } = segment;
  const kind = packetKind(flags);
  const latest = known.at(-1);
  if (kind === 'syn') {
    const same = known.findLast((segments) =>
      segments.some(
        (one) =>
          (packetKind(one.flags) === 'syn' && one.from === from && one.sequence === sequence) ||
          (packetKind(one.flags) === 'synack' && one.from !== from && answers(one, segment)),
      ),
    );
    const crossing = latest?.every((one) => packetKind(one.flags) === 'syn' && one.from !== from) === true;
    return same ?? (crossing ? latest : undefined);
  }
  if (kind === 'synack') {
    const asked = known.findLast((segments) =>
      segments.some((one) => packetKind(one.flags) === 'syn' && one.from !== from && answers(segment, one)),
    );
    if (asked !== undefined) return asked;
  }
  const closest = known.findLast((segments) => {
    const last = segments.findLast((one) => one.from === from);
    return last !== undefined && near(last.sequence, sequence);
  });
  const answered = latest?.some((one) => packetKind(one.flags) === 'synack' && one.from === from);
  return closest ?? (kind === 'synack' && answered ? undefined : latest);
}

const other = (from: Segment['from']) => (from === null ? null : from === 0 ? 1 : 0);

/** Who opened it: the sender of the SYN, else the receiver of the SYN/ACK, else the sender of a third ACK (RFC 8684, 3.1). */
export function clientOf(segments: Segment[]): Segment['from'] {
  const of = (kind: string) => segments.filter(({ flags }) => packetKind(flags) === kind);
  const thirds = () =>
    of('ack').filter((one) =>
      mptcpOptions(one).some(({ subtype }) => subtype === 'MP_CAPABLE' || subtype === 'MP_JOIN'),
    );
  // Most streams have their SYN: the others are only looked for without it.
  const ways = [
    () => of('syn').map(({ from }) => from),
    () => of('synack').map(({ from }) => other(from)),
    () => thirds().map(({ from }) => from),
  ];
  for (const way of ways) {
    const [client, ...rest] = new Set(way());
    if (client !== undefined) return rest.length === 0 ? client : null;
  }
  return null;
}

function split({ ends, segments, lastUs }: Pair): { startUs: number; stream: Stream }[] {
  const known: Segment[][] = [];
  for (const segment of segments.toSorted((a, b) => a.at_us - b.at_us)) {
    const own = owner(known, segment);
    if (own === undefined) known.push([segment]);
    else own.push(segment);
  }
  return known.map((own, index) => {
    const startUs = own[0]?.at_us ?? 0;
    const last = index === known.length - 1 ? lastUs : (own.at(-1)?.at_us ?? startUs);
    const packets = own.map((one) => ({ ...one, at_us: one.at_us - startUs }));
    return { startUs, stream: { ends, client: clientOf(own), last_us: last - startUs, packets } };
  });
}

/** Assembles streams from packets, in whatever order they come; sequence numbers reveal port reuse. */
export class Streams {
  readonly #pairs = new Map<string, Pair>();

  add(packet: Packet): void {
    const { at_us, flags, sequence, acknowledgement, length, options } = packet;
    const [a, b] = [name(packet.source), name(packet.destination)];
    const key = a < b ? `${a} ${b}` : `${b} ${a}`;
    let pair = this.#pairs.get(key);
    if (pair === undefined) {
      const ends: Pair['ends'] = [packet.source, packet.destination];
      pair = { ends, segments: [], since: 0, plain: new Map(), isns: new Set(), lastUs: at_us };
      this.#pairs.set(key, pair);
    }
    const from = a === b ? null : name(pair.ends[0]) === a ? 0 : 1;
    pair.lastUs = Math.max(pair.lastUs, at_us);
    const cut = options.length / 2 < packet.options_length;
    const segment: Segment = { at_us, from, flags, sequence, acknowledgement, length, options, cut };
    if (this.#keeps(pair, segment)) pair.segments.push(segment);
  }

  #keeps(pair: Pair, segment: Segment): boolean {
    const { flags, from, sequence } = segment;
    if (packetKind(flags) === 'syn' && !pair.isns.has(sequence)) {
      pair.isns.add(sequence);
      pair.plain.clear();
      pair.since = 0;
    }
    const said = mptcpOptions(segment);
    if (said.some(({ subtype }) => subtype === 'MP_FAIL')) pair.plain.clear();
    const ends = (flags & (TCP.FIN | TCP.RST)) !== 0;
    if (pair.since >= KEPT && !ends) return false;
    const speaks = said.some((option) => option.subtype !== 'DSS' || option.data_fin || isInfiniteMapping(option));
    if (!speaks && !ends && (flags & TCP.SYN) === 0) {
      const seen = pair.plain.get(from) ?? { kept: 0, kinds: new Set() };
      const kind = `${segment.length > 0} ${said.length > 0}`;
      if (seen.kept >= PLAIN_KEPT && seen.kinds.has(kind)) return false;
      pair.plain.set(from, { kept: seen.kept + 1, kinds: seen.kinds.add(kind) });
    }
    pair.since += 1;
    return true;
  }

  /** By the time of their first packets. */
  all(): Stream[] {
    const streams = [...this.#pairs.values()].flatMap(split);
    return streams.sort((a, b) => a.startUs - b.startUs).map(({ stream }) => stream);
  }
}
