import { z } from 'zod';
import type { PrefixSet } from '../../address/prefix-set.ts';
import { scopeOf } from '../../address/scope.ts';
import { columnsOf } from '../../core/columns.ts';
import { sqlText } from '../../core/duckdb.ts';
import { sha256Of } from '../../core/folder/files.ts';
import type { HandshakeEvidence, ScanEvidence } from '../../evidence/answers.ts';
import { echoCauseOf } from '../../evidence/boxes/causes.ts';
import { HandshakeEvidenceRow, type PlainReply, plainEvidence, ScanEvidenceRow } from '../../evidence/plain.ts';
import type { RuleSet } from '../../evidence/rule.ts';
import { judgeVersions } from '../../evidence/versions.ts';
import { Classification, type EchoCause, Scope, SynAck } from '../../schemas/lists.ts';
import { HostsRecord, Verdict } from '../../schemas/records/hosts.ts';

const Unjudged = z.object({ kinds: z.string(), scope: Scope });
const Place = { address: z.string(), port: z.int() };
export const EvidenceRow = z.object({ ...Place, evidence: ScanEvidenceRow });
const ConnectionRow = HandshakeEvidenceRow.extend(Place);

/** What judges the hosts of one run. */
export interface Judging {
  rules: RuleSet;
  versions: readonly (0 | 1)[];
  /** lab_ranges, declared global by a lab run. */
  lab: PrefixSet;
  sharedTraces: ReadonlySet<string>;
  /** Kinds of plain replies; the place of one is that of its bit. */
  kinds: readonly PlainReply[];
}

/** Reads a kind back from the text that keptOfPlain (replies.ts) made of a reply. */
export function plainReplyOf(kind: string): PlainReply {
  const [classification, version, numbered, ...probe] = kind.split(' ');
  return {
    classification: Classification.parse(classification),
    sent_version: version === '-' ? null : z.coerce.number().int().parse(version),
    numbered: numbered === '1',
    probe: probe.join(' '),
  };
}

/** The replies whose bits are set. */
function repliesOf(kinds: string, known: readonly PlainReply[]): PlainReply[] {
  const bits = BigInt(kinds);
  return known.filter((_, place) => ((bits >> BigInt(place)) & 1n) === 1n);
}

const [v1Type = '', v0Type = ''] = ['v1', 'v0'].map(
  (name) => columnsOf(HostsRecord).find(([column]) => column === name)?.[1],
);

/** What the list's entries need of each distinct pair of verdicts of a run, which all have a number. */
export const verdictsTable = `CREATE OR REPLACE TABLE verdicts (verdict INTEGER, answered BOOLEAN, capable_v1 BOOLEAN, capable_v0 BOOLEAN)`;
/** The pair of every class of plain hosts that was met so far. */
export const classesTable = 'CREATE OR REPLACE TABLE classes (kinds VARCHAR, scope VARCHAR, verdict INTEGER)';

interface Pair {
  v1: Verdict | null;
  v0: Verdict | null;
  cause: EchoCause | null;
}

export class Verdicts {
  readonly #judging: Judging;
  readonly #run: (sql: string) => Promise<void>;
  readonly #numbers = new Map<string, number>();
  readonly #pairs: Pair[] = [];

  constructor(judging: Judging, run: (sql: string) => Promise<void>) {
    this.#judging = judging;
    this.#run = run;
  }

  /** Judges classes of plain hosts, which no slice before had. */
  async classes(rows: AsyncIterable<unknown>): Promise<void> {
    const found: string[] = [];
    for await (const value of rows) {
      const { kinds, scope } = Unjudged.parse(value);
      const replies = plainEvidence(repliesOf(kinds, this.#judging.kinds));
      const verdict = await this.#numberOf(this.#judge(replies, null, scope));
      found.push(`(${sqlText(kinds)}, ${sqlText(scope)}, ${verdict})`);
    }
    if (found.length > 0) await this.#run(`INSERT INTO classes VALUES ${found.join(', ')}`);
  }

  /**
   * Judges hosts by their own evidence: lines of address, port and number of the pair.
   * @param evidence in order of address and port
   */
  async *own(evidence: AsyncIterable<unknown>, connections: AsyncIterable<unknown>): AsyncGenerator<string> {
    const connected = new Map<string, HandshakeEvidence>();
    for await (const value of connections) {
      const { address, port, ...handshake } = ConnectionRow.parse(value);
      connected.set(`${address} ${port}`, handshake);
    }
    let open: z.infer<typeof EvidenceRow>[] = [];
    const close = async () => {
      const [first] = open;
      if (first === undefined) return [];
      const { address, port } = first;
      const handshake = connected.get(`${address} ${port}`) ?? null;
      const pair = this.#judge(
        open.map(({ evidence }) => evidence),
        handshake,
        scopeOf(address, this.#judging.lab),
      );
      return [`${address},${port},${await this.#numberOf(pair)}\n`];
    };
    for await (const value of evidence) {
      const row = EvidenceRow.parse(value);
      if (open[0] !== undefined && (open[0].address !== row.address || open[0].port !== row.port)) {
        yield* await close();
        open = [];
      }
      open.push(row);
    }
    yield* await close();
  }

  #judge(scans: readonly ScanEvidence[], handshake: HandshakeEvidence | null, scope: Scope): Pair {
    const { rules, versions, sharedTraces } = this.#judging;
    const pair = judgeVersions(versions, { scans, handshake, sharedTraces, scope }, rules);
    const isEcho = [pair.v1, pair.v0].some((one) => one?.verdict === 'echoed_option');
    return { ...pair, cause: isEcho ? echoCauseOf(scans) : null };
  }

  /**
   * SQL of a part of the verdict whose number stands in the column `verdict`, or of a sum over both parts. It is a constant list, not a
   * join: a join gives the rows in another order.
   */
  lookup(part: 'v1' | 'v0' | 'cause' | 'sum'): string {
    const sumOf = ({ v1, v0 }: Pair) => sha256Of(JSON.stringify({ v1, v0 }));
    const values = this.#pairs.map((pair) => (part === 'sum' ? sumOf(pair) : pair[part]));
    const type = { v1: v1Type, v0: v0Type, cause: 'VARCHAR', sum: 'VARCHAR' }[part];
    return `(CAST(CAST(${sqlText(JSON.stringify(values))} AS JSON) AS ${type}[]))[verdict + 1]`;
  }

  /** The number of a pair. A new one is checked and entered. */
  async #numberOf(pair: Pair): Promise<number> {
    const { v1, v0, cause } = pair;
    const text = JSON.stringify(pair);
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(text, number);
    this.#pairs.push({ v1: v1 && Verdict.parse(v1), v0: v0 && Verdict.parse(v0), cause });
    const answered = [v1, v0].some((one) => one?.replies.some((reply) => SynAck.safeParse(reply).success) ?? false);
    const flags = [answered, v1?.verdict === 'capable', v0?.verdict === 'capable'];
    await this.#run(`INSERT INTO verdicts VALUES (${number}, ${flags.join(', ')})`);
    return number;
  }
}
