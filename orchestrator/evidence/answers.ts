import { hexOptions } from '../mptcp/hex-options.ts';
import { KIND, tcpOptions } from '../mptcp/tcp-options.ts';
import type { Classification } from '../schemas/lists.ts';
import type { HandshakeRecord } from '../schemas/records/handshake.ts';
import type { ScanRecord } from '../schemas/records/scan.ts';
import { classify, type Shown } from './classify.ts';
import { echoedTimestamp, type KeyFact, ownTimestamp } from './keys.ts';
import { type Probe, probeNamed } from './probes.ts';

/** What is read from a scan record: bytes and numbers. Of the module's classification only the kind of packet, and what no bytes show. */
export type ScanEvidence = Pick<
  ScanRecord,
  | 'probe'
  | 'source_port'
  | 'seq'
  | 'ack'
  | 'classification'
  | 'sent_version'
  | 'sent_key'
  | 'sent_option'
  | 'sent_seq'
  | 'sent_tsval'
  | 'sent_window'
  | 'sent_ip_id'
  | 'sent_options_order'
  | 'options_mptcp'
  | 'tcp_options'
  | 'options_order'
  | 'window'
  | 'ip_id'
  | 'faults'
  | 'received_at'
>;

export type HandshakeEvidence = Pick<
  HandshakeRecord,
  'connected' | 'syn_option' | 'synack_option' | 'fallback' | 'announced' | 'mp_join_verified'
>;

/** One distinct reply to one SYN: bytes, lengths, faults and constancy. */
export interface Answer {
  probe: Probe;
  packet: 'synack' | 'rst' | 'icmp';
  /** What the reply shows by its bytes. */
  classification: Classification;
  /** null for ICMP errors. */
  shown: Shown | null;
  /** Names the SYN that was answered; a reply to a SYN that was not numbered has its probe's name. */
  syn: string;
  /** The record says which SYN was answered. */
  numbered: boolean;
  seq: string | null;
  /** How many more times the same reply came: servers repeat a SYN/ACK that nobody resets. */
  repeats: number;
  /**
   * The probe whose SYN this is the answer to, where two probes used one port and number and this packet already came as the
   * answer to the other; null: an answer of its own.
   */
  repeatOf: string | null;
  /** Relations of the key to what we sent and to other keys (keys.ts); `sent`: it is a key of ours. */
  keyRelations: readonly string[];
  /** The packet around the options, and ours. */
  header: Header;
}

type Header = Pick<
  ScanEvidence,
  'ip_id' | 'sent_ip_id' | 'window' | 'sent_window' | 'options_order' | 'sent_options_order'
>;

/** An answer before it was compared with the others. */
export interface Read {
  answer: Answer;
  key: KeyFact | null;
  /** What was on the wire, whatever was asked: equal for a repeated packet. */
  packet: string;
  /** When it came, UTC. */
  at: string;
}

const noHeader: Header = {
  ip_id: null,
  sent_ip_id: null,
  window: null,
  sent_window: null,
  options_order: null,
  sent_options_order: null,
};

const WORD_DIGITS = 8;

function word32(hex: string | null): number | null {
  return hex === null ? null : Number.parseInt(hex, 16);
}

/** Our initial sequence number: as the module says it, else one below what was acknowledged. */
function sequenceOf({ sent_seq, ack }: ScanEvidence): number | null {
  const acknowledged = word32(ack);
  return word32(sent_seq) ?? (acknowledged === null ? null : (acknowledged - 1) >>> 0);
}

/** Identifies the SYN that a reply answers: by source port and number, never by its probe's name alone (two runs may send the same probe). */
export function synOf(scan: Pick<ScanEvidence, 'probe' | 'source_port' | 'ack'>): string {
  return isNumbered(scan) ? `${scan.source_port} ${scan.ack}` : scan.probe;
}

function isNumbered({ source_port, ack }: Pick<ScanEvidence, 'source_port' | 'ack'>): boolean {
  return source_port !== null && ack !== null;
}

/** The option area decides: anything else that a record says about its options is a prober's reading of the same bytes. */
function bytesOf(scan: Pick<ScanEvidence, 'tcp_options' | 'options_mptcp'>): Buffer {
  return Buffer.from(scan.tcp_options ?? scan.options_mptcp.join(''), 'hex');
}

/** Options of kind 30 in a reply, hex, in order. */
export function mptcpOptionsOf(scan: Pick<ScanEvidence, 'tcp_options' | 'options_mptcp'>): string[] {
  if (scan.tcp_options === null) return scan.options_mptcp;
  return hexOptions(scan.tcp_options).flatMap(({ kind, hex }) => (kind === KIND.MPTCP ? [hex] : []));
}

/** Words of the packets that a box has at hand when it makes up a key: the answer's numbers, the next one, its clock, and our option where it has no key. */
function wordsBeside({ seq, ack, sent_option }: ScanEvidence, area: Buffer): number[] {
  const option = sent_option?.length === WORD_DIGITS ? sent_option : null;
  const own = word32(seq);
  const next = own === null ? null : (own + 1) >>> 0;
  return [own, next, word32(ack), ownTimestamp(area), word32(option)].filter((word) => word !== null);
}

/** The key of a reply, with everything it can be compared with; null without a key. */
export function keyFactOf(scan: ScanEvidence, shown: Pick<Shown, 'key'> | null): KeyFact | null {
  if (shown?.key == null) return null;
  const area = bytesOf(scan);
  return {
    key: BigInt(`0x${shown.key}`),
    sentKey: scan.sent_key === null ? null : BigInt(`0x${scan.sent_key}`),
    sequence: sequenceOf(scan),
    timestamp: word32(scan.sent_tsval) ?? echoedTimestamp(area),
    beside: wordsBeside(scan, area),
  };
}

/** A record does not contain the bytes of our canary: that the option of its kind was ours is taken from the module. */
function canaryIn(area: Buffer): string | null {
  for (const { kind, bytes } of tcpOptions(area)) if (kind === KIND.CANARY) return bytes.toString('hex');
  return null;
}

/** What the bytes of one reply show; null for an ICMP error. */
export function shownBy(scan: ScanEvidence): Shown | null {
  if (scan.classification.startsWith('icmp_')) return null;
  const area = bytesOf(scan);
  const canary = scan.faults.includes('canary_returned') ? canaryIn(area) : null;
  return classify(
    {
      probe: probeNamed(scan.probe, scan.sent_version).word,
      version: scan.sent_version,
      option: scan.sent_option,
      key: scan.sent_key,
      canary,
    },
    {
      rst: scan.classification === 'rst' || scan.classification === 'mp_tcprst',
      area,
      truncated: scan.faults.includes('truncated'),
    },
  );
}

/** What a repeated SYN/ACK has in common with the first. Window, TTL and times may change, and some systems eventually omit options. */
function packetOf(scan: ScanEvidence, kind: string): string {
  const { source_port, ack, seq } = scan;
  return `${kind} ${source_port} ${ack} ${seq} ${mptcpOptionsOf(scan)}`;
}

/** Reads one scan record. */
export function readScan(scan: ScanEvidence): Read {
  const shown = shownBy(scan);
  const classification = shown?.classification ?? scan.classification;
  const rst = classification === 'rst' || classification === 'mp_tcprst';
  const answer: Answer = {
    probe: probeNamed(scan.probe, scan.sent_version),
    packet: shown === null ? 'icmp' : rst ? 'rst' : 'synack',
    classification,
    shown,
    syn: synOf(scan),
    numbered: isNumbered(scan),
    seq: scan.seq,
    repeats: 0,
    repeatOf: null,
    keyRelations: [],
    header: scan,
  };
  return { answer, key: keyFactOf(scan, shown), packet: packetOf(scan, answer.packet), at: scan.received_at };
}

/** The SYN/ACK of a real connection is one more reply; Linux asks for v1 only. */
export function readConnection(handshake: HandshakeEvidence | null): Read[] {
  if (handshake === null || !handshake.connected || handshake.syn_option === null) return [];
  const probe = probeNamed('connection', 1);
  const sent = { probe: probe.word, version: 1, option: handshake.syn_option, key: null, canary: null };
  const area = Buffer.from(handshake.synack_option ?? '', 'hex');
  const shown = classify(sent, { rst: false, area, truncated: false });
  const key =
    shown.key === null ? null : { key: BigInt(`0x${shown.key}`), sentKey: null, sequence: null, timestamp: null };
  const answer: Answer = {
    probe,
    packet: 'synack',
    classification: shown.classification,
    shown,
    syn: probe.word,
    numbered: false,
    seq: null,
    repeats: 0,
    repeatOf: null,
    keyRelations: [],
    header: noHeader,
  };
  return [{ answer, key, packet: probe.word, at: '' }];
}
