import { KIND, tcpOptions } from '../mptcp/tcp-options.ts';
import type { Classification, Scope } from '../schemas/lists.ts';
import type { HandshakeRecord } from '../schemas/records/handshake.ts';
import type { ScanRecord } from '../schemas/records/scan.ts';
import { classify, type Shown } from './classify.ts';

/** What is read of a scan record: the bytes. Of the module's word only what kind of packet came, and what no bytes in the record show. */
export type ScanEvidence = Pick<
  ScanRecord,
  'probe' | 'classification' | 'sent_version' | 'sent_key' | 'sent_option' | 'options_mptcp' | 'tcp_options' | 'faults'
>;

export type HandshakeEvidence = Pick<
  HandshakeRecord,
  'connected' | 'syn_option' | 'synack_option' | 'fallback' | 'announced' | 'mp_join_verified'
>;

/** All that is known of one address and port for one MPTCP version. */
export interface Evidence {
  version: 0 | 1;
  /** All replies of the address and port, to the probes of either version and the second opinions. */
  scans: readonly ScanEvidence[];
  /** null when no connection was tried. */
  handshake: HandshakeEvidence | null;
  /** Keys that more than one reply of the whole scan carried (constant-keys.ts). */
  constantKeys: ReadonlySet<string>;
  /** null: not looked up. */
  scope: Scope | null;
}

/** What one reply to an MP_CAPABLE SYN is. */
export type Reading = 'genuine' | 'echo' | 'malformed' | 'other_version' | 'no_option' | 'rst' | 'icmp';

/** One reply to an offer of MPTCP. */
export interface Offer {
  /** Kind of the probe; `connection` is the SYN of a real connection. */
  probe: string;
  classification: Classification;
  reading: Reading;
  /** null for ICMP errors. */
  shown: Shown | null;
  keyConstant: boolean;
}

/** The evidence as the rules of verdict.ts ask for it. */
export interface Facts {
  version: 0 | 1;
  /** Replies to MP_CAPABLE of this version, that of the version's own probe first. */
  offers: readonly Offer[];
  joinRefused: boolean;
  connection: HandshakeEvidence | null;
  scope: Scope | null;
}

/** One line of the tables of verdict.ts and rungs.ts. */
export interface Rule {
  name: string;
  /** Asked for this version only; absent: for both. */
  version?: 0 | 1;
  /** What it means that the rule holds. */
  sentence: string;
  /** RFC section, the paper's erratum, or the measurement that the rule rests on. */
  source: string;
  when: (facts: Facts) => boolean;
}

export const some = (facts: Facts, test: (offer: Offer) => boolean) => facts.offers.some(test);
export const reads = (facts: Facts, wanted: Reading) => some(facts, ({ reading }) => reading === wanted);
export const genuine = (facts: Facts) => facts.offers.filter(({ reading }) => reading === 'genuine');
export const optionBytes = ({ shown }: Offer) => shown?.option?.length ?? 0;

const greaseVersion = 15;

type Unread = Omit<Offer, 'reading' | 'keyConstant'>;

/** The version an MP_CAPABLE SYN asked about; the grease version asks what v1 stacks do with it. Null for other probes. */
export function askedVersion({ sent_version }: ScanEvidence): number | null {
  return sent_version === greaseVersion ? 1 : sent_version;
}

/** A record does not hold the bytes of our canary: that the option of its kind was ours is the module's word. */
function canaryIn(area: Buffer): string | null {
  for (const { kind, bytes } of tcpOptions(area)) if (kind === KIND.CANARY) return bytes.toString('hex');
  return null;
}

function readScan(scan: ScanEvidence): Unread {
  const { probe, classification } = scan;
  if (classification.startsWith('icmp_')) return { probe, classification, shown: null };
  const area = Buffer.from(scan.tcp_options ?? scan.options_mptcp.join(''), 'hex');
  const canary = scan.faults.includes('canary_returned') ? canaryIn(area) : null;
  const shown = classify(
    { probe, version: scan.sent_version, option: scan.sent_option, key: scan.sent_key, canary },
    {
      rst: classification === 'rst' || classification === 'mp_tcprst',
      area,
      truncated: scan.faults.includes('truncated'),
    },
  );
  return { probe, classification: shown.classification, shown };
}

/** The SYN/ACK of a real connection is one more reply; Linux asks for v1 only. */
function readConnection(handshake: HandshakeEvidence | null): Unread[] {
  if (handshake === null || !handshake.connected || handshake.syn_option === null) return [];
  const sent = { probe: 'connection', version: 1, option: handshake.syn_option, key: null, canary: null };
  const area = Buffer.from(handshake.synack_option ?? '', 'hex');
  const shown = classify(sent, { rst: false, area, truncated: false });
  return [{ probe: sent.probe, classification: shown.classification, shown }];
}

const plainReadings: Record<Exclude<Classification, 'mp_capable' | 'version_mismatch'>, Reading> = {
  synack_no_option: 'no_option',
  echoed: 'echo',
  malformed: 'malformed',
  other_subtype: 'malformed',
  mp_tcprst: 'rst',
  rst: 'rst',
  icmp_unreachable: 'icmp',
  icmp_ttl_exceeded: 'icmp',
};

function reading({ probe, classification, shown }: Unread, keyConstant: boolean): Reading {
  if (classification === 'mp_capable') return keyConstant ? 'echo' : 'genuine';
  // RFC 8684, 3.1: a version that the server does not speak is answered with one that it does.
  if (classification === 'version_mismatch' && probe === 'grease' && shown?.version === 1) {
    return keyConstant ? 'echo' : 'genuine';
  }
  return classification === 'version_mismatch' ? 'other_version' : plainReadings[classification];
}

/** A key that several replies of this host carried, or that we sent it in whatever probe, is not fresh. */
function staleKeys(scans: readonly ScanEvidence[], replies: readonly Unread[]): Set<string> {
  const stale = new Set(scans.flatMap(({ sent_key }) => sent_key ?? []));
  const probeOf = new Map<string, string>();
  for (const { probe, shown } of replies) {
    const key = shown?.key ?? null;
    if (key === null) continue;
    const first = probeOf.get(key);
    if (first === undefined) probeOf.set(key, probe);
    else if (first !== probe) stale.add(key);
  }
  return stale;
}

function byProbe(own: string) {
  return (a: Offer, b: Offer) =>
    Number(b.probe === own) - Number(a.probe === own) ||
    (a.probe < b.probe ? -1 : a.probe > b.probe ? 1 : 0) ||
    (a.classification < b.classification ? -1 : 1);
}

/** Reads every reply once, by its bytes. */
export function factsOf({ version, scans, handshake, constantKeys, scope }: Evidence): Facts {
  const read = scans.map((scan) => ({ asked: askedVersion(scan), reply: readScan(scan) }));
  const connected = readConnection(handshake);
  const stale = staleKeys(scans, [...read.map(({ reply }) => reply), ...connected]);
  const own = [
    ...read.filter(({ asked }) => asked === version).map(({ reply }) => reply),
    ...(version === 1 ? connected : []),
  ];
  const offers = own.map((reply) => {
    const key = reply.shown?.key ?? null;
    const keyConstant = key !== null && (stale.has(key) || constantKeys.has(key));
    return { ...reply, keyConstant, reading: reading(reply, keyConstant) };
  });
  return {
    version,
    offers: offers.sort(byProbe(`v${version}`)),
    joinRefused: read.some(({ reply }) => reply.probe === 'join' && reply.classification === 'mp_tcprst'),
    connection: version === 1 ? handshake : null,
    scope,
  };
}
