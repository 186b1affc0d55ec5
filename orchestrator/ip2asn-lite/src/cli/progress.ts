/** Progress on stderr: one line that is rewritten on a terminal, a line now and then elsewhere. */
export class Progress {
  readonly #stream: NodeJS.WritableStream;
  readonly #isTerminal: boolean;
  #last = Date.now();
  #open = false;
  /** The run did what it could, but not all that was asked. */
  failed = false;

  constructor(stream: NodeJS.WritableStream, isTerminal: boolean) {
    this.#stream = stream;
    this.#isTerminal = isTerminal;
  }

  /** Shows a passing state, at most five times a second, or every five seconds outside a terminal. */
  state(text: string): void {
    if (Date.now() - this.#last < (this.#isTerminal ? 200 : 5000)) return;
    this.#last = Date.now();
    this.#stream.write(this.#isTerminal ? `\r${text}\u001b[K` : `${text}\n`);
    this.#open = this.#isTerminal;
  }

  /** Says something that stays. */
  note(text: string): void {
    this.#stream.write(`${this.#open ? '\r' : ''}${text}${this.#open ? '\u001b[K' : ''}\n`);
    this.#open = false;
  }
}
