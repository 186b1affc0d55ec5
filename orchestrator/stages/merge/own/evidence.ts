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

/** Reads what connections say, a text once however many say the same. */
class Connections {
  readonly #known = new Map<string, HandshakeEvidence>();
  readonly #byPlace = new Map<string, HandshakeEvidence>();

  async read(rows: AsyncIterable<unknown>): Promise<void> {
    for await (const value of rows) {
      const { address, port, evidence } = ConnectionRow.parse(value);
      this.#byPlace.set(`${address} ${port}`, this.#parsed(evidence));
    }
  }

  #parsed(text: string): HandshakeEvidence {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const evidence = HandshakeEvidenceRow.parse(JSON.parse(text));
    if (this.#known.size < mostTexts) this.#known.set(text, evidence);
    return evidence;
  }

  of(address: string, port: number): HandshakeEvidence | null {
    return this.#byPlace.get(`${address} ${port}`) ?? null;
  }
}

/**
 * Hosts with their evidence.
 * @param evidence in order of address and port
 */
export async function* ownHosts(
  evidence: AsyncIterable<unknown>,
  connections: AsyncIterable<unknown>,
): AsyncGenerator<OwnHost> {
  const connected = new Connections();
  await connected.read(connections);
  let host: OwnHost | null = null;
  for await (const value of evidence) {
    const { address, port, evidence: scan } = EvidenceRow.parse(value);
    if (host !== null && host.address === address && host.port === port) {
      host.scans.push(scan);
      continue;
    }
    if (host !== null) yield host;
    host = { address, port, scans: [scan], handshake: connected.of(address, port) };
  }
  if (host !== null) yield host;
}
