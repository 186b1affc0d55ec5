import { KIND, type TcpOption, tcpOptions } from './tcp-options.ts';

/** What an ICMP error quotes of one of our SYNs, set beside the SYN as it was sent: bytes only. RFC 792 asks for 8 bytes of TCP. */

/** What became of our MPTCP option on the way to the hop that quotes it. */
export type OptionShows = 'intact' | 'moved' | 'changed' | 'stripped' | 'too_short';

/** What of the SYN else is not as it was sent. `other_options`: the kinds that have no name here. */
export const quotedFields = [
  'source',
  'target',
  'tos',
  'ip_id',
  'source_port',
  'port',
  'sequence',
  'window',
  'mss',
  'window_scale',
  'sack_permitted',
  'timestamps',
  'other_options',
  'options_order',
] as const;
export type QuotedField = (typeof quotedFields)[number];

export interface Quoted {
  shows: OptionShows;
  /** Fields that differ, of those that the quote reaches. */
  differs: QuotedField[];
}

/** Fields by name, as hex; absent where the bytes do not reach. */
type Fields = Partial<Record<QuotedField, string>>;

interface Packet {
  fields: Fields;
  options: { option: TcpOption; at: number }[];
  /** All bytes of the options are there. */
  whole: boolean;
  /** A length below two, or past the end: what lies behind it cannot be read. */
  faulty: boolean;
}

const tcpHeader = 20;
const named: Readonly<Record<number, QuotedField>> = {
  2: 'mss',
  3: 'window_scale',
  4: 'sack_permitted',
  [KIND.TIMESTAMPS]: 'timestamps',
};

/** Where fields lie: in the IP header by version, and in TCP's. */
const places: Readonly<Record<4 | 6, readonly [QuotedField, from: number, to: number][]>> = {
  4: [
    ['tos', 1, 2],
    ['ip_id', 4, 6],
    ['source', 12, 16],
    ['target', 16, 20],
  ],
  // The traffic class begins within the first byte; the flow label behind it is left out.
  6: [
    ['tos', 0, 2],
    ['source', 8, 24],
    ['target', 24, 40],
  ],
};
const tcpPlaces: readonly [QuotedField, from: number, to: number][] = [
  ['source_port', 0, 2],
  ['port', 2, 4],
  ['sequence', 4, 8],
  ['window', 14, 16],
];

function readFields(bytes: Buffer, from: readonly [QuotedField, number, number][]): Fields {
  const reached = from.filter(([, , to]) => to <= bytes.length);
  return Object.fromEntries(reached.map(([name, start, end]) => [name, bytes.toString('hex', start, end)]));
}

function optionFields(options: Packet['options']): Fields {
  const fields: Fields = {};
  for (const { option } of options) {
    if (option.kind <= KIND.NOP || option.kind === KIND.MPTCP) continue;
    const name = named[option.kind] ?? 'other_options';
    fields[name] = (fields[name] ?? '') + option.bytes.toString('hex');
  }
  const kinds = options.map(({ option }) => option.kind).filter((kind) => kind > KIND.NOP && kind !== KIND.MPTCP);
  return { ...fields, options_order: kinds.join() };
}

function readOptions(tcp: Buffer): Pick<Packet, 'options' | 'whole' | 'faulty'> {
  const end = tcp.length > 12 ? (tcp.readUInt8(12) >> 4) * 4 : Number.POSITIVE_INFINITY;
  const options: Packet['options'] = [];
  let at = 0;
  for (const option of tcpOptions(tcp.subarray(tcpHeader, Math.max(tcpHeader, end)))) {
    options.push({ option, at });
    at += option.bytes.length;
  }
  const faulty = options.some(({ option }) => option.fault !== null);
  return { options, whole: end >= tcpHeader && end <= tcp.length, faulty };
}

function readPacket(bytes: Buffer): Packet | null {
  const version = bytes.length > 0 ? bytes.readUInt8(0) >> 4 : 0;
  if (version !== 4 && version !== 6) return null;
  const header = version === 4 ? (bytes.readUInt8(0) & 15) * 4 : 40;
  if (bytes.length < header || header < 20) return null;
  const tcp = bytes.subarray(header);
  const { options, whole, faulty } = readOptions(tcp);
  const ip = readFields(bytes, places[version]);
  return {
    fields: { ...ip, ...readFields(tcp, tcpPlaces), ...(whole && !faulty ? optionFields(options) : {}) },
    options,
    whole,
    faulty,
  };
}

function shows(sent: Packet, quote: Packet): OptionShows {
  const ours = sent.options.find(({ option }) => option.kind === KIND.MPTCP);
  const theirs = quote.options.filter(({ option }) => option.kind === KIND.MPTCP);
  const [first] = theirs;
  if (!quote.whole && (first === undefined || first.option.fault !== null)) return 'too_short';
  if (ours === undefined || first === undefined) return quote.faulty ? 'changed' : 'stripped';
  if (theirs.length > 1 || !first.option.bytes.equals(ours.option.bytes)) return 'changed';
  return first.at === ours.at ? 'intact' : 'moved';
}

/** Sets a quote beside what was sent; null when either is no IP packet. */
export function quotedOf(sent: Buffer, quote: Buffer): Quoted | null {
  const [ours, theirs] = [readPacket(sent), readPacket(quote)];
  if (ours === null || theirs === null) return null;
  const known = quotedFields.filter((name) => {
    const optional = name === 'other_options' || Object.values(named).includes(name);
    return theirs.fields[name] !== undefined || (optional && theirs.whole && !theirs.faulty);
  });
  return { shows: shows(ours, theirs), differs: known.filter((name) => ours.fields[name] !== theirs.fields[name]) };
}

/** What a SYN/ACK says in its headers. */
export interface Headers {
  /** The first option of kind 30, as hex; null without one. */
  option: string | null;
  window: number | null;
  /** null in IPv6, as dontFragment is. */
  ipId: number | null;
  dontFragment: boolean | null;
  tos: number | null;
  /** Kinds of its options in order, as the scan names them. */
  order: string;
}

const words: Readonly<Record<number, string>> = {
  0: 'eol',
  1: 'nop',
  2: 'mss',
  3: 'ws',
  4: 'sackok',
  5: 'sack',
  8: 'ts',
  30: 'mptcp',
};

/** Headers of a TCP packet from its IP header on; null for anything else. */
export function headersOf(packet: Buffer): Headers | null {
  const read = readPacket(packet);
  if (read === null) return null;
  const { fields, options } = read;
  const number = (hex: string | undefined) => (hex === undefined ? null : Number.parseInt(hex, 16));
  const isV4 = fields.ip_id !== undefined;
  const found = options.find(({ option }) => option.kind === KIND.MPTCP);
  return {
    option: found === undefined ? null : found.option.bytes.toString('hex'),
    window: number(fields.window),
    ipId: number(fields.ip_id),
    dontFragment: isV4 ? (packet.readUInt8(6) & 0x40) !== 0 : null,
    tos: isV4 ? number(fields.tos) : null,
    order: options.map(({ option: { kind } }) => words[kind] ?? String(kind)).join(),
  };
}
