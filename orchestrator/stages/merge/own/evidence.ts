import { z } from 'zod';
import { compiled } from '../../../core/compiled.ts';
import type { HandshakeEvidence, ScanEvidence } from '../../../evidence/answers.ts';
import { HandshakeEvidenceRow, ScanEvidenceRow } from '../../../evidence/plain.ts';

const Place = { address: z.string(), port: z.int() };
/** Rows of evidenceOf (replies.ts). */
const EvidenceRow = compiled(z.object({ ...Place, evidence: ScanEvidenceRow }));
/** Rows of connectionEvidenceSql (replies.ts). */
const ConnectionRow = compiled(z.object({ ...Place, evidence: z.string() }));

/** A host with all its evidence. */
export interface OwnHost {
  address: string;
  port: number;
  scans: ScanEvidence[];
  /** null when no connection was tried. */
  handshake: HandshakeEvidence | null;
}

/** Texts that are held to be told again: those with a key are as many as connections. */
const mostTexts = 1000;

/** What connections say, each text read once however many say the same. */
class Connections {
  readonly #known = new Map<string, HandshakeEvidence>();
  readonly #rows: AsyncIterator<unknown>;
  #row: z.infer<typeof ConnectionRow> | null = null;
  #ended = false;

  /** @param rows in order of address and port */
  constructor(rows: AsyncIterable<unknown>) {
    this.#rows = rows[Symbol.asyncIterator]();
  }

  /** The connection to a host; to be asked in the same order. */
  async of(host: Pick<OwnHost, 'address' | 'port'>): Promise<HandshakeEvidence | null> {
    while (!this.#ended && (this.#row === null || isBefore(this.#row, host))) await this.#next();
    const row = this.#row;
    if (row === null || row.address !== host.address || row.port !== host.port) return null;
    return this.#parsed(row.evidence);
  }

  async #next(): Promise<void> {
    const { done, value } = await this.#rows.next();
    this.#ended = done === true;
    this.#row = done === true ? null : ConnectionRow.parse(value);
  }

  /** Ends the query, however far it was read. */
  async close(): Promise<void> {
    await this.#rows.return?.();
  }

  #parsed(text: string): HandshakeEvidence {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const evidence = HandshakeEvidenceRow.parse(JSON.parse(text));
    if (this.#known.size < mostTexts) this.#known.set(text, evidence);
    return evidence;
  }
}

/** The order of the database: that of the text, and then of the number. */
function isBefore(one: Pick<OwnHost, 'address' | 'port'>, other: Pick<OwnHost, 'address' | 'port'>): boolean {
  return one.address < other.address || (one.address === other.address && one.port < other.port);
}

/**
 * Hosts with their evidence.
 * @param evidence in order of address and port, as are connections
 */
export async function* ownHosts(
  evidence: AsyncIterable<unknown>,
  connections: AsyncIterable<unknown>,
): AsyncGenerator<OwnHost> {
  const connected = new Connections(connections);
  try {
    let host: OwnHost | null = null;
    for await (const value of evidence) {
      const { address, port, evidence: scan } = EvidenceRow.parse(value);
      if (host !== null && host.address === address && host.port === port) {
        host.scans.push(scan);
        continue;
      }
      if (host !== null) yield host;
      host = { address, port, scans: [scan], handshake: await connected.of({ address, port }) };
    }
    if (host !== null) yield host;
  } finally {
    await connected.close();
  }
}

/** Hosts of one range after the other, out of those of several: the first beyond a range waits for the next. */
export class HostsInTurn {
  readonly #hosts: AsyncIterator<OwnHost>;
  #waiting: OwnHost | null = null;

  /** @param hosts in order of their addresses */
  constructor(hosts: AsyncIterable<OwnHost>) {
    this.#hosts = hosts[Symbol.asyncIterator]();
  }

  /** The hosts that are left before an address, or all. */
  async *upTo(end: string | undefined): AsyncGenerator<OwnHost> {
    for (;;) {
      this.#waiting ??= await this.#next();
      if (this.#waiting === null || (end !== undefined && this.#waiting.address >= end)) return;
      const host = this.#waiting;
      this.#waiting = null;
      yield host;
    }
  }

  async #next(): Promise<OwnHost | null> {
    const { done, value } = await this.#hosts.next();
    return done === true ? null : value;
  }

  /** Ends the queries, however far they were read. */
  async close(): Promise<void> {
    await this.#hosts.return?.();
  }
}
