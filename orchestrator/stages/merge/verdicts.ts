import { z } from 'zod';
import type { PrefixSet } from '../../address/prefix-set.ts';
import { scopeOf } from '../../address/scope.ts';
import { columnsOf } from '../../core/database/columns.ts';
import { sqlText } from '../../core/database/sql.ts';
import { sha256Of } from '../../core/folder/files.ts';
import { type Likeness, likenessOf, textOf } from '../../evidence/alike/alike.ts';
import { echoCauseOf } from '../../evidence/boxes/causes.ts';
import { type PlainReply, plainEvidence } from '../../evidence/plain.ts';
import type { RuleSet } from '../../evidence/rule.ts';
import { judgeVersions } from '../../evidence/versions.ts';
import { Classification, type EchoCause, Scope, SynAck } from '../../schemas/lists.ts';
import { HostsRecord, Verdict } from '../../schemas/records/hosts.ts';
import type { OwnHost } from './own/evidence.ts';

const Unjudged = z.object({ kinds: z.string(), scope: Scope });

/** What judges the hosts of one run. */
export interface Judging {
  rules: RuleSet;
  versions: readonly (0 | 1)[];
  /** lab_ranges, declared global by a lab run. */
  lab: PrefixSet;
}

/** What is known once every reply of the run was read. */
export interface Known {
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

/** What the list's entries, and details.parquet, need of each distinct pair of verdicts of a run, which all have a number. */
export const verdictsTable = `CREATE OR REPLACE TABLE verdicts (verdict INTEGER, answered BOOLEAN, capable_v1 BOOLEAN, capable_v0 BOOLEAN, undecided BOOLEAN)`;
/** The pair of every class of plain hosts that was met so far. */
export const classesTable = 'CREATE OR REPLACE TABLE classes (kinds VARCHAR, scope VARCHAR, verdict INTEGER)';

interface Pair {
  v1: Verdict | null;
  v0: Verdict | null;
  cause: EchoCause | null;
}

/** Likenesses that are held: hosts of further ones are judged each by itself. */
const mostAlike = 10_000;
const noTraces: ReadonlySet<string> = new Set();

export class Verdicts {
  readonly #judging: Judging;
  readonly #run: (sql: string) => Promise<void>;
  readonly #numbers = new Map<string, number>();
  readonly #pairs: Pair[] = [];
  readonly #alike = new Map<string, number>();
  #known: Known = { sharedTraces: noTraces, kinds: [] };

  constructor(judging: Judging, run: (sql: string) => Promise<void>) {
    this.#judging = judging;
    this.#run = run;
  }

  /** To be said before any host but those alike is judged. */
  know(known: Known): void {
    this.#known = known;
  }

  /** Judges classes of plain hosts, which no slice before had. */
  async classes(rows: AsyncIterable<unknown>): Promise<void> {
    const found: string[] = [];
    for await (const value of rows) {
      const { kinds, scope } = Unjudged.parse(value);
      const scans = plainEvidence(repliesOf(kinds, this.#known.kinds));
      const verdict = await this.#numberOf(this.#judge({ scans, handshake: null, scope }));
      found.push(`(${sqlText(kinds)}, ${sqlText(scope)}, ${verdict})`);
    }
    if (found.length > 0) await this.#run(`INSERT INTO classes VALUES ${found.join(', ')}`);
  }

  /** The number of the pair of a host that can be judged as others are (evidence/alike/), whatever keys the run has; else null. */
  async alike(host: OwnHost): Promise<number | null> {
    const likeness = likenessOf(this.#evidenceOf(host));
    if (likeness === null) return null;
    const text = textOf(likeness);
    const known = this.#alike.get(text);
    if (known !== undefined || this.#alike.size >= mostAlike) return known ?? null;
    const number = await this.#numberOf(this.#judge(likeness));
    this.#alike.set(text, number);
    return number;
  }

  /** The number of the pair of a host, judged by itself. */
  alone(host: OwnHost): Promise<number> {
    return this.#numberOf(this.#judge(this.#evidenceOf(host)));
  }

  #evidenceOf({ address, scans, handshake }: OwnHost): Likeness {
    return { scans, handshake, scope: scopeOf(address, this.#judging.lab) };
  }

  #judge(host: Likeness): Pair {
    const { rules, versions } = this.#judging;
    const { sharedTraces } = this.#known;
    const pair = judgeVersions(versions, { ...host, sharedTraces }, rules);
    const isEcho = [pair.v1, pair.v0].some((one) => one?.verdict === 'echoed_option');
    return { ...pair, cause: isEcho ? echoCauseOf(host.scans) : null };
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
    const undecided = [v1, v0].some((one) => one?.verdict === 'unknown' || one?.verdict === 'inconsistent');
    const flags = [answered, v1?.verdict === 'capable', v0?.verdict === 'capable', undecided];
    await this.#run(`INSERT INTO verdicts VALUES (${number}, ${flags.join(', ')})`);
    return number;
  }
}
