import { z } from 'zod';
import type { Classification } from '../schemas/lists.ts';
import { Announcement, HandshakeRecord } from '../schemas/records/handshake.ts';
import { ScanRecord } from '../schemas/records/scan.ts';
import type { HandshakeEvidence, ScanEvidence } from './answers.ts';

/**
 * Hosts whose replies show nothing of MPTCP. They are nearly all of a census, and only a few things are read of them: hosts that
 * agree in these have the same verdict, and one of them is judged for all. A host is plain when
 * - no reply of it holds an option of kind 30, has a fault, or has an option area that is not `quietArea`,
 * - no two of its replies can be one packet: those to one probe have other numbers, and so have all its numbered SYN/ACKs (a repeat is
 *   told from an answer by when it came),
 * - no connection to it was tried.
 * Every other host is judged by its own evidence.
 */

/** What is read of one reply of a plain host. */
export interface PlainReply {
  probe: string;
  classification: Classification;
  sent_version: number | null;
  /** It says which SYN it answers: source port and number are there. */
  numbered: boolean;
}

/**
 * Where each field of the evidence goes when a reply is plain: into PlainReply; into the question whether the host is plain; or nowhere,
 * because it is only ever held against an option, a key or another packet. A field that is added to the evidence must be placed here.
 */
const places = {
  probe: 'kept',
  classification: 'kept',
  sent_version: 'kept',
  source_port: 'kept: whether it is there; equal with seq and ack: not plain',
  ack: 'kept: whether it is there; equal with source_port and seq: not plain',
  seq: 'equal with source_port and ack: not plain',
  options_mptcp: 'any: not plain',
  faults: 'any: not plain',
  tcp_options: 'other than quietArea: not plain',
  sent_key: 'held against a key',
  sent_option: 'held against an option',
  sent_seq: 'held against a key',
  sent_tsval: 'held against a key',
  sent_window: 'held against a reply with an option',
  sent_ip_id: 'held against a reply with an option',
  sent_options_order: 'held against a reply with an option',
  options_order: 'held against that of our SYN, in a reply with an option',
  window: 'held against that of our SYN, in a reply with an option',
  ip_id: 'held against that of our SYN, in a reply with an option',
  received_at: 'tells which of two equal packets came first',
} as const satisfies Record<keyof ScanEvidence, string>;

const ofConnection = {
  connected: true,
  syn_option: true,
  synack_option: true,
  fallback: true,
  announced: true,
  mp_join_verified: true,
} as const satisfies Record<keyof HandshakeEvidence, true>;

/** Names of the fields that the rules read of a scan record, and of a handshake record. */
export const scanEvidenceFields = Object.keys(places);
export const handshakeEvidenceFields = Object.keys(ofConnection);

/** These fields, as they are read back from a table. */
export const ScanEvidenceRow = ScanRecord.pick({
  probe: true,
  source_port: true,
  seq: true,
  ack: true,
  classification: true,
  sent_version: true,
  sent_key: true,
  sent_option: true,
  sent_seq: true,
  sent_tsval: true,
  sent_window: true,
  sent_ip_id: true,
  sent_options_order: true,
  options_mptcp: true,
  tcp_options: true,
  options_order: true,
  window: true,
  ip_id: true,
  faults: true,
  received_at: true,
} satisfies Record<keyof ScanEvidence, true>);
/** Records of before there were two connections to an endpoint do not say on which an address was announced: there was only one. */
const seenOn = Announcement.shape.seen_on.unwrap();
const StoredAnnouncement = Announcement.extend({
  seen_on: seenOn.nullable().transform((known) => known ?? ['page' as const]),
});
export const HandshakeEvidenceRow = HandshakeRecord.pick(ofConnection).extend({
  announced: z.array(StoredAnnouncement),
});

/**
 * Option areas, in hex, that can be walked to their end and hold no option that any rule reads: NOP, MSS, window scale, SACK permitted,
 * timestamps, and whatever follows an end of options. Others may say as little; they are then judged by themselves.
 */
export const quietArea = '(01|0204[0-9a-f]{4}|0303[0-9a-f]{2}|0402|080a[0-9a-f]{16})*(00([0-9a-f]{2})*)?';

/** Evidence with these replies and nothing else in it; no two are one packet. */
export function plainEvidence(replies: readonly PlainReply[]): ScanEvidence[] {
  return replies.map(({ probe, classification, sent_version, numbered }, index) => ({
    probe,
    classification,
    sent_version,
    source_port: numbered ? index : null,
    ack: numbered ? '00000001' : null,
    seq: index.toString(16).padStart(8, '0'),
    options_mptcp: [],
    faults: [],
    tcp_options: null,
    sent_key: null,
    sent_option: null,
    sent_seq: null,
    sent_tsval: null,
    sent_window: null,
    sent_ip_id: null,
    sent_options_order: null,
    options_order: null,
    window: null,
    ip_id: null,
    received_at: '',
  }));
}
