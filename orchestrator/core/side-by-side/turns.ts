/** Whose turn it is, of the parts of a stage: one at a time. Of those that wait the earliest part comes next. */
export class Turns {
  #taken = false;
  readonly #waiting: { part: string; begin: () => void }[] = [];

  /** Resolves when it is the part's turn; what comes back ends it, once. */
  async take(part: string): Promise<() => void> {
    if (this.#taken) await new Promise<void>((resolve) => this.#waiting.push({ part, begin: resolve }));
    this.#taken = true;
    let ended = false;
    return () => {
      if (!ended) this.#next();
      ended = true;
    };
  }

  #next(): void {
    let next = 0;
    for (const [index, { part }] of this.#waiting.entries()) if (part < (this.#waiting[next]?.part ?? '')) next = index;
    const [first] = this.#waiting.splice(next, 1);
    // handed over without a gap: whoever asks meanwhile waits
    if (first === undefined) this.#taken = false;
    else first.begin();
  }
}

/** Does the work when it is the part's turn. */
export async function inTurn<T>(turns: Turns, part: string, work: () => Promise<T>): Promise<T> {
  const end = await turns.take(part);
  try {
    return await work();
  } finally {
    end();
  }
}
