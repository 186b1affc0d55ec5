import type { Verdict } from '../schemas/records/hosts.ts';
import type { ScanEvidence } from './answers.ts';
import type { Endpoint, KindSet } from './gather/replies.ts';
import type { SharedTraces } from './keys.ts';
import { plainEvidence } from './plain.ts';
import { probeNamed } from './probes.ts';
import { judgeHost } from './verdict.ts';

/** The claims about one endpoint. */
export interface Pair {
  /** null: no reply was to a probe of this version. */
  v1: Verdict | null;
  v0: Verdict | null;
}

function judge(scans: readonly ScanEvidence[], sharedTraces: SharedTraces): Pair {
  const asked = new Set(scans.map(({ probe, sent_version }) => probeNamed(probe, sent_version).asks));
  const claim = (version: 0 | 1) =>
    asked.has(version) ? judgeHost({ version, scans, handshake: null, sharedTraces, scope: null }) : null;
  return { v1: claim(1), v0: claim(0) };
}

/** The pairs of verdicts that endpoints have, by number: few, however many endpoints there are. */
export class Pairs {
  readonly #sharedTraces: SharedTraces;
  /** Of endpoints that show nothing: one is judged for all whose replies are of the same kinds. */
  readonly #ofKinds = new Map<KindSet, number>();
  readonly #numbers = new Map<string, number>();
  readonly #pairs: Pair[] = [];

  constructor(sharedTraces: SharedTraces) {
    this.#sharedTraces = sharedTraces;
  }

  numberOf({ kinds: set, evidence }: Endpoint): number {
    if (set === null) return this.#enter(judge(evidence(), this.#sharedTraces));
    const known = this.#ofKinds.get(set);
    if (known !== undefined) return known;
    const number = this.#enter(judge(plainEvidence(set.kinds), this.#sharedTraces));
    this.#ofKinds.set(set, number);
    return number;
  }

  #enter(pair: Pair): number {
    const text = JSON.stringify(pair);
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#pairs.length);
    return this.#pairs.push(pair) - 1;
  }

  at(number: number): Pair {
    const pair = this.#pairs[number];
    if (pair === undefined) throw new RangeError(`no pair has the number ${number}`);
    return pair;
  }
}
