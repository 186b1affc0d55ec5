import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBInstance } from '@duckdb/node-api';
import { z } from 'zod';
import { openDatabase } from '../../core/duckdb.ts';
import type { ScanEvidence } from '../answers.ts';
import { ScanEvidenceRow } from '../plain.ts';
import { inOrder } from './order.ts';

/** One reply, and whose it is. */
interface Reply {
  address: string;
  port: number;
  /** SYN to SYN/ACK in microseconds; null: not known. */
  rtt_us: number | null;
  evidence: ScanEvidence;
}

/** All replies of one address and port, in the order in which they came. */
export interface Endpoint {
  address: string;
  port: number;
  /** Smallest of its replies; null: not known of any. */
  syn_rtt_us: number | null;
  replies: ScanEvidence[];
}

/** Replies held in memory: some 40 MB. */
const mostInMemory = 50_000;
/** Once they go to disk there is no use in holding more. */
const writtenTogether = 2000;
/** What DuckDB may hold while it sorts; node itself takes some 400 MB. */
const sortingMemory = '256MB';

/** The fields of evidence, in the order in which they are written. */
const fields = ScanEvidenceRow.keyof().options;

/** A line of the store: number of the reply, address, port, round trip, values of the evidence as a JSON list, which has no tab and no newline. */
function lineOf(number: number, { address, port, rtt_us, evidence }: Reply): string {
  return `${number}\t${address}\t${port}\t${rtt_us ?? ''}\t${JSON.stringify(fields.map((field) => evidence[field]))}\n`;
}

const StoredRow = z.object({ address: z.string(), port: z.int(), rtt_us: z.number().nullable(), evidence: z.string() });

function readEvidence(text: string): ScanEvidence {
  const values = z.array(z.unknown()).parse(JSON.parse(text));
  return ScanEvidenceRow.parse(Object.fromEntries(fields.map((field, at) => [field, values[at]])));
}

function endpointOf({ address, port, rtt_us, evidence }: Reply): Endpoint {
  return { address, port, syn_rtt_us: rtt_us, replies: [evidence] };
}

function gather(endpoint: Endpoint, { rtt_us, evidence }: Reply): void {
  if (rtt_us !== null) endpoint.syn_rtt_us = Math.min(rtt_us, endpoint.syn_rtt_us ?? rtt_us);
  // A push makes room for 16 more, which most endpoints never fill.
  if (endpoint.replies.length < 4) endpoint.replies = [...endpoint.replies, evidence];
  else endpoint.replies.push(evidence);
}

/** Gathers replies that come in any order by endpoint, in the order of each one's first reply. */
export class Replies {
  readonly #folder: (() => string) | undefined;
  readonly #most: number;
  readonly #steps: { atATime?: number };
  #held: Reply[] = [];
  #written = 0;
  #path = '';
  #file: FileHandle | null = null;
  #database: DuckDBInstance | null = null;

  /** @param folder gives the folder for more than memory should hold; absent: all are held */
  constructor(folder?: () => string, most = mostInMemory) {
    this.#folder = folder;
    this.#most = most;
    // Whoever holds less also sorts less at a time.
    this.#steps = most < mostInMemory ? { atATime: 10 * most } : {};
  }

  async add(reply: Reply): Promise<void> {
    this.#held.push(reply);
    const most = this.#file === null ? this.#most : Math.min(this.#most, writtenTogether);
    if (this.#folder !== undefined && this.#held.length > most) await this.#write(this.#folder);
  }

  async #write(folder: () => string): Promise<void> {
    if (this.#file === null) {
      this.#path = join(folder(), 'replies.tsv');
      this.#file = await open(this.#path, 'wx', 0o600);
    }
    const lines = this.#held.map((reply) => lineOf(this.#written++, reply));
    await this.#file.appendFile(lines.join(''));
    this.#held = [];
  }

  /** To be asked once, after the last reply. */
  async *endpoints(): AsyncGenerator<Endpoint> {
    if (this.#file === null || this.#folder === undefined) {
      yield* this.#inMemory();
      return;
    }
    await this.#write(this.#folder);
    yield* this.#onDisk(this.#folder());
  }

  *#inMemory(): Generator<Endpoint> {
    const endpoints = new Map<string, Endpoint>();
    for (const reply of this.#held) {
      const name = `${reply.address} ${reply.port}`;
      const known = endpoints.get(name);
      if (known === undefined) endpoints.set(name, endpointOf(reply));
      else gather(known, reply);
    }
    this.#held = [];
    yield* endpoints.values();
  }

  async *#onDisk(folder: string): AsyncGenerator<Endpoint> {
    this.#database = await openDatabase({ temp: join(folder, 'sorting'), memoryLimit: sortingMemory });
    let endpoint: Endpoint | null = null;
    for await (const row of inOrder(this.#database, {
      file: this.#path,
      folder,
      count: this.#written,
      ...this.#steps,
    })) {
      const { evidence, ...whose } = StoredRow.parse(row);
      const reply = { ...whose, evidence: readEvidence(evidence) };
      if (endpoint?.address === reply.address && endpoint.port === reply.port) gather(endpoint, reply);
      else {
        if (endpoint !== null) yield endpoint;
        endpoint = endpointOf(reply);
      }
    }
    if (endpoint !== null) yield endpoint;
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#database?.closeSync();
  }
}
