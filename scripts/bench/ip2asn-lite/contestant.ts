import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { execa } from 'execa';

/** Seconds, bytes, or a digest, by name. */
export type Answer = Record<string, number | string>;

/** A process that answers one line of JSON to each line. */
export class Contestant {
  readonly #child;
  readonly #lines;

  constructor(command: readonly string[]) {
    const [file = '', ...args] = command;
    this.#child = execa(file, args, { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit', buffer: false });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async answer(): Promise<Answer> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('a contestant ended early');
    const answer: unknown = JSON.parse(value);
    if (typeof answer !== 'object' || answer === null) throw new Error(`no answer: ${value}`);
    return Object.fromEntries(Object.entries(answer));
  }

  ask(job: string): Promise<Answer> {
    this.#child.stdin.write(`${job}\n`);
    return this.answer();
  }

  async end(): Promise<void> {
    this.#child.stdin.end();
    await once(this.#child, 'exit');
  }
}
