/** Lines on their way, counted but for blank ones. */
export class CountedLines implements AsyncIterable<string> {
  readonly #lines: AsyncIterable<string>;
  /** Lines that are not blank. */
  count = 0;

  constructor(lines: AsyncIterable<string>) {
    this.#lines = lines;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for await (const line of this.#lines) {
      if (line.trim() !== '') this.count += 1;
      yield line;
    }
  }
}
