import type { Trie } from '../trie.ts';
import type { Boundaries } from './boundaries.ts';
import { withRoom } from './growable.ts';

/** Boundaries [from, to) that share their first `depth` groups, and the value in force before them. */
interface Slice {
  from: number;
  to: number;
  depth: number;
  inherited: number;
}

/** Stands for the edge that would lead to the root. */
const ROOT = -1;
/** Stands for a block whose place is not known yet. */
const CHILD = -1;

/** A node that is still to be written, and the edge that will point to it; none points to the root. */
interface Pending extends Slice {
  edge: number;
}

/** Blocks are written breadth first: a block's place is known when it is written, and the edge that leads to it is filled in then. */
class TrieBuilder {
  readonly #boundaries: Boundaries;
  readonly #queue: Pending[] = [];
  #edges: Uint16Array = new Uint16Array(1024);
  #targets: Int32Array = new Int32Array(1024);
  #count = 0;
  #blockStart = 0;

  constructor(boundaries: Boundaries) {
    this.#boundaries = boundaries;
  }

  build(): Trie {
    this.#queue.push({ from: 0, to: this.#boundaries.count, depth: 0, inherited: 0, edge: ROOT });
    for (let next = 0; next < this.#queue.length; next++) {
      const pending = this.#queue[next] as Pending;
      const start = this.#count;
      if (pending.edge !== ROOT) this.#targets[pending.edge] = -1 - start;
      this.#writeBlock(pending);
      this.#edges[start] = this.#count - start - 1;
    }
    return { edges: this.#edges.slice(0, this.#count), targets: this.#targets.slice(0, this.#count) };
  }

  #writeBlock({ from, to, depth, inherited }: Slice): void {
    const { groups, values, width } = this.#boundaries;
    this.#blockStart = this.#count;
    let value = inherited;
    let pending = 0; // first key without an edge: `value` holds from here
    for (let i = from; i < to; ) {
      const key = groups[i * width + depth] ?? 0;
      let end = i + 1;
      while (end < to && groups[end * width + depth] === key) end++;
      if (pending < key) this.#addEdge(pending, value);
      if (end === i + 1 && this.#isZeroAfter(i, depth)) {
        value = values[i] ?? 0;
        pending = key;
      } else {
        this.#queue.push({ from: i, to: end, depth: depth + 1, inherited: value, edge: this.#count });
        this.#addEdge(key, CHILD);
        value = values[end - 1] ?? 0;
        pending = key + 1;
      }
      i = end;
    }
    if (pending < 65536) this.#addEdge(pending, value);
  }

  #isZeroAfter(boundary: number, depth: number): boolean {
    const { groups, width } = this.#boundaries;
    for (let i = depth + 1; i < width; i++) if (groups[boundary * width + i] !== 0) return false;
    return true;
  }

  #addEdge(key: number, target: number): void {
    const repeats = this.#count > this.#blockStart && this.#targets[this.#count - 1] === target;
    if (repeats && target !== CHILD) return;
    this.#edges = withRoom(this.#edges, this.#count + 1);
    this.#targets = withRoom(this.#targets, this.#count + 1);
    this.#edges[this.#count] = key;
    this.#targets[this.#count++] = target;
  }
}

/** Builds the lookup tree over the boundaries of one family. */
export function buildTrie(boundaries: Boundaries): Trie {
  return new TrieBuilder(boundaries).build();
}
