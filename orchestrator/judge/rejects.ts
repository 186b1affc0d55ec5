import { formatCount } from '../report/format.ts';

/** Rejected lines that are shown; the rest are counted. A file of another program would fill the terminal otherwise. */
const mostShown = 20;
/** Reasons counted apart. */
const mostReasons = 20;
const shownOfLine = 200;

/** Tells of lines that are no replies: the first with their numbers, all of them by reason at the end. */
export class Rejects {
  readonly #say: (text: string) => void;
  readonly #reasons = new Map<string, number>();
  count = 0;

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  readonly add = (line: string, reason: string, number: number): void => {
    this.count += 1;
    const known = this.#reasons.has(reason) || this.#reasons.size < mostReasons ? reason : 'other reasons';
    this.#reasons.set(known, (this.#reasons.get(known) ?? 0) + 1);
    if (this.count <= mostShown) this.#say(`rejected: line ${number}: ${reason}: ${line.slice(0, shownOfLine)}`);
    if (this.count === mostShown + 1) this.#say('rejected: further lines are counted only');
  };

  end(): void {
    if (this.count === 0) return;
    this.#say(`${formatCount(this.count)} ${this.count === 1 ? 'line' : 'lines'} rejected`);
    if (this.count <= mostShown) return;
    for (const [reason, count] of this.#reasons) this.#say(`  ${formatCount(count)}  ${reason}`);
  }
}
