import type { Scope } from '../schemas/lists.ts';
import {
  type Answer,
  type HandshakeEvidence,
  type Read,
  readConnection,
  readScan,
  type ScanEvidence,
} from './answers.ts';
import { areAlike } from './key-shapes.ts';
import { type KeyFact, type Traces, tracesOf } from './keys.ts';

/** Traces, as far as facts ask for them. */
interface TraceSet {
  has(trace: string): boolean;
}

/** Everything known about one address and port for one MPTCP version. */
export interface Evidence {
  version: 0 | 1;
  /** All replies of the address and port, to the probes of either version and the second opinions, in any order. */
  scans: readonly ScanEvidence[];
  /** null when no connection was tried. */
  handshake: HandshakeEvidence | null;
  /** Traces that keys of more than one SYN of the run left (keys.ts). */
  sharedTraces: TraceSet;
  /** null: not looked up. */
  scope: Scope | null;
}

/** The evidence as the rules of verdict.ts and rungs.ts ask for it. */
export interface Facts {
  version: 0 | 1;
  /** All distinct replies of the endpoint; those to the version's own probe first. */
  answers: readonly Answer[];
  connection: HandshakeEvidence | null;
  scope: Scope | null;
}

/** Drops repeats of one reply, and decides which probe a packet answers that came as the answer to two: the first. */
function distinct(reads: Read[]): Read[] {
  const byProbe = new Map<string, Read>();
  const byPacket = new Map<string, Read>();
  for (const read of reads.sort(byArrival)) {
    const { answer, packet } = read;
    const name = `${answer.probe.word} ${answer.classification} ${answer.shown?.faults} ${packet}`;
    const same = byProbe.get(name);
    if (same !== undefined) {
      same.answer.repeats += 1;
      continue;
    }
    byProbe.set(name, read);
    const first = byPacket.get(packet);
    if (first === undefined) byPacket.set(packet, read);
    // A SYN/ACK is retransmitted until it is answered; without its number, and that of the SYN, it cannot be recognised.
    else if (answer.numbered && answer.seq !== null && answer.packet === 'synack')
      answer.repeatOf = first.answer.probe.word;
  }
  return [...byProbe.values()];
}

function byArrival(a: Read, b: Read): number {
  return compare(a.at, b.at) || byName(a, b) || compare(headerOf(a), headerOf(b));
}

function headerOf({ answer }: Read): string {
  const { window, ip_id, options_order } = answer.header;
  return `${window} ${ip_id} ${options_order}`;
}

/**
 * Names the SYN that drew a key, for comparison within the host. Modules before 2026-12 gave SYNs of two probes one port and number:
 * what is no repeat answers a SYN of its own.
 */
function drawnFor({ probe, repeatOf, syn, seq }: Answer): string {
  return seq === null ? syn : `${repeatOf ?? probe.word} ${syn}`;
}

function byName(a: Read, b: Read): number {
  return (
    compare(a.answer.probe.word, b.answer.probe.word) ||
    compare(a.answer.classification, b.answer.classification) ||
    compare(a.answer.syn, b.answer.syn) ||
    compare(a.answer.seq ?? '', b.answer.seq ?? '') ||
    compare(a.packet, b.packet)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Traces that keys of more than one of these SYNs left. One SYN that was answered twice shows nothing. */
function sharedHere(traced: readonly { syn: string; traces: Traces }[]): Set<string> {
  const first = new Map<string, string>();
  const found = new Set<string>();
  for (const { syn, traces } of traced) {
    for (const trace of traces.shared) {
      if ((first.get(trace) ?? syn) !== syn) found.add(trace);
      else first.set(trace, syn);
    }
  }
  return found;
}

/** One key of every SYN that got one, the least of several; each key once. A zero key is a fault of its own. */
function keyOfEach(reads: readonly Read[]): KeyFact[] {
  const least = new Map<string, KeyFact>();
  for (const { answer, key } of reads) {
    if (key === null || key.key === 0n) continue;
    const known = least.get(drawnFor(answer));
    if (known === undefined || key.key < known.key) least.set(drawnFor(answer), key);
  }
  return [...new Map([...least.values()].map((fact) => [fact.key, fact])).values()];
}

/** Which relations each key shows: by itself, across this host's own SYNs, across the run. */
function relateKeys(reads: readonly Read[], sentKeys: ReadonlySet<string>, run: TraceSet): void {
  const traced = reads.flatMap(({ answer, key }) =>
    key === null ? [] : [{ answer, syn: drawnFor(answer), traces: tracesOf(key) }],
  );
  const here = sharedHere(traced);
  const alike = areAlike(keyOfEach(reads)) ? ['alike'] : [];
  for (const { answer, traces } of traced) {
    const found = traces.shared.filter((trace) => here.has(trace) || run.has(trace));
    const names = found.map((trace) => trace.split(' ')[0] ?? '');
    const sent = sentKeys.has(answer.shown?.key ?? '') ? ['sent'] : [];
    answer.keyRelations = [...new Set([...sent, ...alike, ...traces.alone, ...names])].sort();
  }
}

/** What is known about one address and port, for any version. */
export type HostEvidence = Omit<Evidence, 'version'>;

/** Reads the bytes of every reply once. */
export function answersOf({ scans, handshake, sharedTraces }: HostEvidence): Answer[] {
  const reads = distinct([...scans.map(readScan), ...readConnection(handshake)]);
  const sentKeys = new Set(scans.flatMap(({ sent_key }) => sent_key ?? []));
  relateKeys(reads, sentKeys, sharedTraces);
  return reads.sort(byName).map(({ answer }) => answer);
}

/** The facts for one version. */
export function factsFor(version: 0 | 1, answers: readonly Answer[], { handshake, scope }: HostEvidence): Facts {
  const own = answers.filter(({ probe }) => probe.asks === version);
  const others = answers.filter(({ probe }) => probe.asks !== version);
  return { version, answers: [...own, ...others], connection: version === 1 ? handshake : null, scope };
}

export function factsOf({ version, ...host }: Evidence): Facts {
  return factsFor(version, answersOf(host), host);
}
