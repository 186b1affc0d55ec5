import { type Wording, worthOf } from './answer.ts';
import type { Settled } from './open.ts';

/** So many questions in a row without an answer of the DNS make one doubt the resolver. */
const someNames = 20;
/** Names kept that the resolver answered for. */
const fewNames = 3;

/**
 * Tells a dead resolver from dead names. Counted are the questions asked after the last one that was answered, and of those what was answered
 * badly or left the window: dead names stay open while the good ones come and go. When they are many, or the last of a part, control
 * questions decide.
 */
export class Health {
  readonly #salt: string;
  #good: string[] = [];
  #lastGood = -1;
  /** Numbers of the questions after that one which left the window or were answered badly. */
  #bad: number[] = [];
  #lastWord = 'silence';
  #doubtAt = someNames;
  #controls = 0;

  /** @param salt what no name of the list begins with */
  constructor(salt: string) {
    this.#salt = salt;
  }

  hear({ question, serial, answer, silent }: Settled): void {
    if (worthOf(answer) === 'answer') {
      if (serial > this.#lastGood) {
        this.#lastGood = serial;
        if (this.#bad.length > 0) this.#bad = this.#bad.filter((other) => other > serial);
      }
      if (this.#good.at(-1) !== question.asked) this.#good = [...this.#good.slice(1 - fewNames), question.asked];
      return;
    }
    this.#lastWord = answer.status;
    if (!silent) this.leaves(serial);
  }

  /** A question has left the window, or was answered badly. */
  leaves(serial: number): void {
    if (serial > this.#lastGood) this.#bad.push(serial);
  }

  /** Questions in a row without an answer of the DNS. */
  get run(): number {
    return this.#bad.length;
  }

  get inDoubt(): boolean {
    return this.run >= this.#doubtAt;
  }

  /**
   * Questions that a resolver which works answers: `known` names that it has just answered for, and `fresh` ones that it cannot know, which
   * show whether it can still ask others. For a few silent names the known ones will do.
   */
  controls(): { known: Wording[]; fresh: Wording[] } {
    const word = () => `${this.#salt}${this.#controls++}`;
    const few = this.run < someNames && this.#good.length > 0;
    const fresh = this.#good.length === 0 ? [word()] : this.#good.map((name) => `${word()}.${name}`);
    return { known: this.#good.map(controlOf), fresh: few ? [] : fresh.map(controlOf) };
  }

  /** What is wrong when they are not answered. */
  complaint(known: boolean): string {
    const what = this.#good.length === 0 ? 'any question' : `${this.run} questions in a row, nor to a control question`;
    const where = known
      ? 'the resolver answers from its memory only'
      : 'the resolver is gone, or has no connection of its own';
    return `had no answer to ${what}: ${where} (the last outcome was ${this.#lastWord})`;
  }

  /** The controls were answered: the names are dead. It takes more of them to make one doubt again. */
  reassure(asked: number): void {
    this.#lastGood = asked - 1;
    this.#bad = [];
    this.#doubtAt *= 2;
  }
}

function controlOf(name: string): Wording {
  return { name, type: 'A', asked: name, chain: [], control: true };
}
