import { z } from 'zod';
import { compiled } from '../../core/compiled.ts';
import type { RowSorter } from '../../core/sort/row-sorter.ts';
import { SynAck } from '../../schemas/lists.ts';
import type { ScanRecord } from '../../schemas/records/scan.ts';
import type { ScanEvidence } from '../answers.ts';
import { type PlainReply, plainEvidence, ScanEvidenceRow } from '../plain.ts';
import { evidenceOf } from './evidence.ts';
import { Kinds } from './kinds.ts';
import { mostPacked, Packer, Unpacker } from './packed.ts';

/** Kinds of plain replies. Endpoints that have the same have one verdict. */
export interface KindSet {
  name: string;
  kinds: readonly PlainReply[];
}

/** All replies of one address and port. */
export interface Endpoint {
  address: string;
  port: number;
  /** Number of its first reply, from 0, in the order in which they came. */
  first: number;
  /** Smallest of its replies; null: not known of any. */
  syn_rtt_us: number | null;
  first_reply_at: string;
  last_reply_at: string;
  /** What its replies are when none shows anything. */
  kinds: KindSet | null;
  /** All of its evidence, in the order in which it came; made when asked for. */
  evidence: () => ScanEvidence[];
}

interface Held {
  reply: number;
  rtt: number | null;
  at: string;
  kind: number | null;
  /** Two lines of JSON: `packet` and `evidence` below. */
  told: string;
}

const numbersOfRow = 4;
const lineEnd = '\n';
/** Instead of the number of a kind. */
const noKind = -1;

const fields = ScanEvidenceRow.keyof().options;
const Evidence = compiled(ScanEvidenceRow);
const Packet = z.tuple([z.int().nullable(), z.string().nullable(), z.string().nullable()]);
const Rest = ScanEvidenceRow.pick({ sent_key: true, options_order: true, window: true });
const synacks: ReadonlySet<string> = new Set(SynAck.options);

/** Source port, acknowledgement and sequence number: replies in which they are equal can be one packet. */
function packetOf(told: string): string {
  return told.slice(0, told.indexOf(lineEnd));
}

/** The evidence, of a plain reply only what is held against others. */
function evidenceTextOf(told: string): string {
  return told.slice(told.indexOf(lineEnd) + 1);
}

/** What of a reply that shows nothing is held against others that do. */
function restText({ sent_key, options_order, window }: ScanRecord): string {
  return JSON.stringify({ sent_key, options_order, window });
}

function wholeText(reply: ScanRecord): string {
  const evidence = evidenceOf(reply);
  return JSON.stringify(fields.map((field) => evidence[field]));
}

/** Gathers replies that come in any order by endpoint. What memory should not hold is sorted on disk. */
export class Replies {
  readonly #sorter: RowSorter;
  readonly #kinds = new Kinds();
  readonly #sets = new Map<string, KindSet>();
  readonly #packer = new Packer();
  readonly #unpacker = new Unpacker();
  #count = 0;

  constructor(sorter: RowSorter) {
    this.#sorter = sorter;
  }

  add(reply: ScanRecord): void {
    const { address, port, rtt_us, received_at, source_port, ack, seq } = reply;
    const kind = this.#kinds.numberOf(reply);
    const packet = JSON.stringify([source_port, ack, seq]);
    const told = packet + lineEnd + (kind === null ? wholeText(reply) : restText(reply));
    const sorter = this.#sorter;
    sorter.room(mostPacked(numbersOfRow, address, received_at, told));
    const packer = this.#packer.begin(sorter.bytes, sorter.used);
    packer
      .number(this.#count)
      .number(rtt_us)
      .number(port)
      .number(kind ?? noKind);
    packer.text(address).text(received_at).text(told);
    sorter.take(`${address} ${port}`, 0, packer.at);
    this.#count += 1;
  }

  /** To be asked once, after the last reply. In no order that means anything. */
  *endpoints(): Generator<Endpoint> {
    let held: Held[] = [];
    let whose = { address: '', port: 0 };
    for (const { bytes, from, fresh } of this.#sorter.sorted()) {
      const row = this.#unpacker.begin(bytes, from);
      if (fresh) {
        if (held.length > 0) yield this.#endpoint(whose, held);
        held = [];
      }
      const [reply, rtt, port, kind] = [row.number(), row.numberOrNull(), row.number(), row.number()];
      if (fresh) whose = { address: row.text(), port };
      else row.pass();
      const at = row.text();
      held.push({ reply, rtt, at, kind: kind === noKind ? null : kind, told: row.text() });
    }
    if (held.length > 0) yield this.#endpoint(whose, held);
  }

  #endpoint({ address, port }: { address: string; port: number }, held: readonly Held[]): Endpoint {
    const [one] = held;
    if (one === undefined) throw new RangeError('an endpoint has a reply');
    let syn_rtt_us = one.rtt;
    let first_reply_at = one.at;
    let last_reply_at = one.at;
    for (const { rtt, at } of held) {
      if (rtt !== null && (syn_rtt_us === null || rtt < syn_rtt_us)) syn_rtt_us = rtt;
      if (at < first_reply_at) first_reply_at = at;
      if (at > last_reply_at) last_reply_at = at;
    }
    const kinds = this.#plainKinds(held);
    const first = one.reply;
    return { address, port, first, syn_rtt_us, first_reply_at, last_reply_at, kinds, evidence: () => this.#all(held) };
  }

  /** Which kinds of replies a plain endpoint (plain.ts) had; null when it is none. */
  #plainKinds(held: readonly Held[]): KindSet | null {
    const [one] = held;
    if (held.length === 1 && one !== undefined) return one.kind === null ? null : this.#setOf(String(one.kind));
    if (held.some(({ kind }) => kind === null) || this.#hasEqualPackets(held)) return null;
    const numbers = new Set(held.map(({ kind }) => kind ?? noKind));
    return this.#setOf([...numbers].sort((a, b) => a - b).join(' '));
  }

  #setOf(name: string): KindSet {
    const known = this.#sets.get(name);
    if (known !== undefined) return known;
    const set = { name, kinds: name.split(' ').map((number) => this.#kinds.at(Number(number))) };
    this.#sets.set(name, set);
    return set;
  }

  /** Whether two of the plain replies of an endpoint can be one packet: numbered SYN/ACKs, or replies to one probe. */
  #hasEqualPackets(held: readonly Held[]): boolean {
    const names = new Set<string>();
    for (const { kind, told } of held) {
      const { probe, classification } = this.#kinds.at(kind ?? noKind);
      const packet = packetOf(told);
      names.add(synacks.has(classification) && !packet.includes('null') ? packet : `${packet} ${probe}`);
    }
    return names.size < held.length;
  }

  #all(held: readonly Held[]): ScanEvidence[] {
    return held.map((reply) => this.#evidence(reply));
  }

  #evidence({ kind, told, at }: Held): ScanEvidence {
    const evidence: unknown = JSON.parse(evidenceTextOf(told));
    if (kind === null) {
      const values = z.array(z.unknown()).parse(evidence);
      return Evidence.parse(Object.fromEntries(fields.map((field, index) => [field, values[index]])));
    }
    const [source_port, ack, seq] = Packet.parse(JSON.parse(packetOf(told)));
    const [plain] = plainEvidence([this.#kinds.at(kind)]);
    if (plain === undefined) throw new RangeError('one kind is one reply');
    return { ...plain, ...Rest.parse(evidence), source_port, ack, seq, received_at: at };
  }
}
