import { type Wording, worthOf } from './answer.ts';
import type { Settled } from './pool.ts';

/** So many questions in a row without an answer of the DNS make one doubt the resolver. */
const someNames = 20;
/** Names kept that the resolver answered for. */
const fewNames = 3;

/**
 * Tells a dead resolver from dead names. Counted are the questions asked after the last one that was answered: dead names stay open while the good
 * ones come and go, and are given up together. When they are many, or the last of a part, control questions decide.
 */
export class Health {
  readonly #salt: string;
  #good: string[] = [];
  #lastGood = -1;
  #run = 0;
  #lastWord = '';
  #doubtAt = someNames;
  #controls = 0;

  /** @param salt what no name of the list begins with */
  constructor(salt: string) {
    this.#salt = salt;
  }

  hear({ question, serial, answer }: Settled): void {
    if (worthOf(answer) === 'answer') {
      if (serial > this.#lastGood) {
        this.#lastGood = serial;
        this.#run = 0;
      }
      if (this.#good.at(-1) !== question.asked) this.#good = [...this.#good.slice(1 - fewNames), question.asked];
    } else if (serial > this.#lastGood) {
      this.#run += 1;
      this.#lastWord = answer.status;
    }
  }

  /** Questions in a row without an answer of the DNS. */
  get run(): number {
    return this.#run;
  }

  /** What is wrong when the control questions were not answered either. */
  get complaint(): string {
    const what =
      this.#good.length === 0 ? 'any question' : `${this.#run} questions in a row, nor to a control question`;
    return `had no answer to ${what}: the resolver is gone, or has no connection of its own (the last outcome was ${this.#lastWord})`;
  }

  get inDoubt(): boolean {
    return this.#run >= this.#doubtAt;
  }

  /**
   * Questions that a resolver which works answers. Many silent names are told from a resolver whose own servers are gone by names that
   * it cannot have in its cache; a few, by names that it has just answered for.
   */
  controls(): Wording[] {
    const fresh = () => `${this.#salt}${this.#controls++}`;
    const few = this.#run < someNames;
    const names = this.#good.length === 0 ? [fresh()] : this.#good.map((name) => (few ? name : `${fresh()}.${name}`));
    return names.map((name) => ({ name, type: 'A', asked: name, chain: [], control: true }));
  }

  /** The controls were answered: the names are dead. It takes more of them to make one doubt again. */
  reassure(asked: number): void {
    this.#lastGood = asked - 1;
    this.#run = 0;
    this.#doubtAt *= 2;
  }
}
