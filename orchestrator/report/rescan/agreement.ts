import { VerdictName } from '../../schemas/lists.ts';
import { countOf, type Row } from '../rows.ts';

const { silent } = VerdictName.enum;

/** Two scans of the same endpoints, of one version and at one port or at all. */
export class Agreement {
  readonly #pairs: readonly { first: string; second: string; endpoints: number }[];

  /** @param rows of queries/rescan.sql */
  constructor(rows: readonly Row[]) {
    this.#pairs = rows.map((row) => ({
      first: String(row.first),
      second: String(row.second),
      endpoints: countOf(row, 'endpoints'),
    }));
  }

  #sum(isOf: (pair: { first: string; second: string }) => boolean): number {
    return this.#pairs.filter(isOf).reduce((sum, { endpoints }) => sum + endpoints, 0);
  }

  /** Endpoints with this verdict in the first scan; and in the second one. */
  first(verdict: string): number {
    return this.#sum(({ first }) => first === verdict);
  }

  second(verdict: string): number {
    return this.#sum(({ second }) => second === verdict);
  }

  both(first: string, second: string): number {
    return this.#sum((pair) => pair.first === first && pair.second === second);
  }

  /** Endpoints that answered one scan at least. */
  get answered(): number {
    return this.#sum(() => true);
  }

  /** Of these, with the same verdict in both. */
  get equal(): number {
    return this.#sum(({ first, second }) => first === second);
  }

  /** Of these, silent in the second scan; and in the first one. */
  get wentSilent(): number {
    return this.second(silent);
  }

  get wasSilent(): number {
    return this.first(silent);
  }
}

/** What a version and port are in the rows of queries/rescan.sql. */
export interface Asked {
  version: number;
  port: number;
}

/** The versions and ports that anything answered of, in the order of the rows. */
export function askedIn(rows: readonly Row[]): Asked[] {
  const found = new Map<string, Asked>();
  for (const row of rows) {
    const asked = { version: countOf(row, 'version'), port: countOf(row, 'port') };
    found.set(`${asked.version} ${asked.port}`, asked);
  }
  return [...found.values()];
}

/** @param port only this port; absent: all ports together */
export function agreementOf(rows: readonly Row[], version: number, port?: number): Agreement {
  return new Agreement(rows.filter((row) => row.version === version && (port === undefined || row.port === port)));
}
