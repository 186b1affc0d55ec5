/** Lines on their way, some at a time, counted but for blank ones. */
export class CountedLines implements AsyncIterable<readonly string[]> {
  readonly #batches: AsyncIterable<readonly string[]>;
  /** Lines that are not blank. */
  count = 0;

  constructor(batches: AsyncIterable<readonly string[]>) {
    this.#batches = batches;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly string[]> {
    for await (const batch of this.#batches) {
      // Each of several files that were put together may begin with its own byte order mark.
      const lines = batch.map((line) => (line.startsWith('\ufeff') ? line.slice(1) : line));
      for (const line of lines) if (line.trim() !== '') this.count += 1;
      yield lines;
    }
  }
}
