/** Fewer keys than these are sorted by insertion. */
const few = 12;

/**
 * Keys of rows, in the order in which they came, as code units outside the heap: millions of texts held as such would be copied and
 * visited by the garbage collector again and again.
 */
export class Keys {
  #units = new Uint16Array(1 << 16);
  /** Where each key begins, and behind the last one. */
  #starts = new Uint32Array(1 << 12);
  count = 0;
  /** Whether they came in order: most programs answer in the order they were asked. */
  #inOrder = true;

  add(key: string): void {
    const from = this.#starts[this.count] ?? 0;
    const to = from + key.length;
    if (to > this.#units.length) this.#units = widened(this.#units, to);
    if (this.count + 2 > this.#starts.length) this.#starts = widened(this.#starts, this.count + 2);
    for (let at = 0; at < key.length; at += 1) this.#units[from + at] = key.charCodeAt(at);
    this.count += 1;
    this.#starts[this.count] = to;
    if (this.#inOrder && this.count > 1) this.#inOrder = this.#compare(this.count - 2, this.count - 1, 0) <= 0;
  }

  /** Bytes that they take. */
  get bytes(): number {
    return 2 * (this.#starts[this.count] ?? 0);
  }

  /** Units of a key. */
  length(index: number): number {
    return (this.#starts[index + 1] ?? 0) - (this.#starts[index] ?? 0);
  }

  /** Writes the units of a key, two bytes each. */
  write(index: number, into: Uint8Array, from: number): void {
    const end = this.#starts[index + 1] ?? 0;
    let to = from;
    for (let at = this.#starts[index] ?? 0; at < end; at += 1) {
      const unit = this.#units[at] ?? 0;
      into[to++] = unit & 0xff;
      into[to++] = unit >>> 8;
    }
  }

  same(a: number, b: number): boolean {
    return this.#compare(a, b, 0) === 0;
  }

  clear(): void {
    this.count = 0;
    this.#inOrder = true;
  }

  /** Numbers of the keys in order of the keys, equal ones as they came. */
  order(): Uint32Array {
    const order = Uint32Array.from({ length: this.count }, (_, index) => index);
    if (!this.#inOrder) this.#sort(order, 0, this.count, 0);
    return order;
  }

  /** A unit of a key; -1 behind its last. */
  #unit(index: number, depth: number): number {
    const at = (this.#starts[index] ?? 0) + depth;
    return at < (this.#starts[index + 1] ?? 0) ? (this.#units[at] ?? 0) : -1;
  }

  /** Compares two keys that agree before `depth`. */
  #compare(a: number, b: number, depth: number): number {
    for (let at = depth; ; at += 1) {
      const [left, right] = [this.#unit(a, at), this.#unit(b, at)];
      if (left !== right || left === -1) return left - right;
    }
  }

  #insert(order: Uint32Array, from: number, to: number, depth: number): void {
    for (let next = from + 1; next < to; next += 1) {
      const index = order[next] ?? 0;
      let at = next;
      for (; at > from; at -= 1) {
        const before = order[at - 1] ?? 0;
        if ((this.#compare(before, index, depth) || before - index) < 0) break;
        order[at] = before;
      }
      order[at] = index;
    }
  }

  /** The middle one of three units, to part the keys by. */
  #pivot(order: Uint32Array, from: number, to: number, depth: number): number {
    const a = this.#unit(order[from] ?? 0, depth);
    const b = this.#unit(order[(from + to) >> 1] ?? 0, depth);
    const c = this.#unit(order[to - 1] ?? 0, depth);
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }

  /**
   * Sorts keys that agree before `depth` unit by unit: into those whose next one is smaller than, equal to, and larger than a chosen one
   * (multikey quicksort, Bentley and Sedgewick 1997). The largest share is gone on with here, so that calls nest no deeper than log2.
   */
  #sort(order: Uint32Array, first: number, last: number, begun: number): void {
    let [from, to, depth] = [first, last, begun];
    while (to - from > few) {
      const pivot = this.#pivot(order, from, to, depth);
      let [less, at, more] = [from, from, to];
      while (at < more) {
        const index = order[at] ?? 0;
        const unit = this.#unit(index, depth);
        if (unit === pivot) at += 1;
        else if (unit < pivot) {
          order[at++] = order[less] ?? 0;
          order[less++] = index;
        } else {
          more -= 1;
          order[at] = order[more] ?? 0;
          order[more] = index;
        }
      }
      // keys that end here are equal
      if (pivot === -1) order.subarray(less, more).sort();
      const parts: [from: number, to: number, depth: number][] = [
        [from, less, depth],
        [less, pivot === -1 ? less : more, depth + 1],
        [more, to, depth],
      ];
      parts.sort((a, b) => a[1] - a[0] - (b[1] - b[0]));
      const [one, two, largest = [0, 0, 0]] = parts;
      if (one !== undefined) this.#sort(order, ...one);
      if (two !== undefined) this.#sort(order, ...two);
      [from, to, depth] = largest;
    }
    this.#insert(order, from, to, depth);
  }
}

function widened<T extends Uint16Array | Uint32Array>(from: T, least: number): T;
function widened(from: Uint16Array | Uint32Array, least: number): Uint16Array | Uint32Array {
  const length = Math.max(least, 4 * from.length);
  const wider = from instanceof Uint16Array ? new Uint16Array(length) : new Uint32Array(length);
  wider.set(from);
  return wider;
}
