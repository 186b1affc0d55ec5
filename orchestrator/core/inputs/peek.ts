/** A stream whose first bytes are looked at, and given again. */
export interface Peeked {
  /** So many bytes as were asked for; fewer only when there are no more. */
  head: Buffer;
  chunks: AsyncGenerator<Uint8Array>;
}

export async function peek(source: AsyncIterable<Uint8Array>, size: number): Promise<Peeked> {
  const first: Uint8Array[] = [];
  const iterator = source[Symbol.asyncIterator]();
  let over = false;
  for (let have = 0; have < size && !over; ) {
    const { value, done } = await iterator.next();
    over = done === true;
    if (over) break;
    first.push(value);
    have += value.length;
  }
  async function* again(): AsyncGenerator<Uint8Array> {
    try {
      yield* first;
      while (!over) {
        const { value, done } = await iterator.next();
        over = done === true;
        if (!over) yield value;
      }
    } finally {
      if (!over) await iterator.return?.();
    }
  }
  return { head: Buffer.concat(first).subarray(0, size), chunks: again() };
}
