import { isUtf8 } from 'node:buffer';

/** Types of values ("MaxMind DB File Format Specification" 2.0, "Data Field Format"). */
const POINTER = 1;
const TEXT = 2;
const MAP = 7;
const ARRAY = 11;
const BOOLEAN = 14;

/** How many bytes a number has: just so many, or at most. */
const exactly = new Map([
  [3, 8], // double
  [15, 4], // float
]);
const atMost = new Map([
  [4, Number.POSITIVE_INFINITY], // bytes
  [5, 2], // uint16
  [6, 4], // uint32
  [8, 4], // int32
  [9, 8], // uint64
  [10, 16], // uint128
]);

/** What the bytes of a pointer count from, by how many they are beside the first. */
const pointerFrom = [0, 2048, 526_336, 0];

/** libmaxminddb gives up at this depth too. */
const deepest = 512;

interface Head {
  type: number;
  size: number;
  /** Where the value itself begins. */
  at: number;
}

/**
 * The data section of a MaxMind-format file, from its own start. The library that reads it takes what stands behind its end for
 * data, and follows a pointer wherever it leads: what was cut or damaged would become names of places.
 */
export class DataSection {
  readonly #bytes: Buffer;
  /** Of each byte, whether a value that begins there is being looked at (1), or is sound (2). */
  readonly #looked: Uint8Array;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#looked = new Uint8Array(bytes.length);
  }

  /** @throws Error if the map is not complete, or anything in it is damaged */
  requireMap(at: number): void {
    if (this.#head(at).type !== MAP) throw this.#fault(at, 'a record that is no map');
    this.#require(at, 0);
  }

  #fault(at: number, what: string): Error {
    return new Error(`it is damaged: ${what} at byte ${at} of its data`);
  }

  #number(at: number, size: number): number {
    if (at < 0 || at + size > this.#bytes.length) throw this.#fault(at, 'a value that goes on behind the end');
    return size === 0 ? 0 : this.#bytes.readUIntBE(at, size);
  }

  #head(start: number): Head {
    const control = this.#number(start, 1);
    let at = start + 1;
    let type = control >> 5;
    if (type === 0) type = 7 + this.#number(at++, 1);
    const short = control & 0x1f;
    if (type === POINTER || short < 29) return { type, size: short, at };
    const more = short - 28;
    const size = [29, 285, 65_821][more - 1] ?? 0;
    return { type, size: size + this.#number(at, more), at: at + more };
  }

  /** A value that is pointed to. Each is looked at once, however many lead there. */
  #require(at: number, depth: number): void {
    if (this.#looked[at] === 2) return;
    if (this.#looked[at] === 1) throw this.#fault(at, 'a value that leads back to itself');
    this.#looked[at] = 1;
    this.#endOf(at, depth);
    this.#looked[at] = 2;
  }

  #target(size: number, at: number): { target: number; end: number } {
    const length = (size >> 3) + 1;
    const high = length === 4 ? 0 : (size & 7) * 2 ** (8 * length);
    return { target: high + this.#number(at, length) + (pointerFrom[length - 1] ?? 0), end: at + length };
  }

  /** Where a value ends that is what it should be; a pointer ends behind itself. */
  #endOf(start: number, depth: number): number {
    if (depth > deepest) throw this.#fault(start, 'a value too deep within others');
    const { type, size, at } = this.#head(start);
    if (type === POINTER) {
      const { target, end } = this.#target(size, at);
      if (this.#head(target).type === POINTER) throw this.#fault(start, 'a pointer to a pointer');
      this.#require(target, depth + 1);
      return end;
    }
    if (type === MAP || type === ARRAY) {
      let next = at;
      for (let i = 0; i < size; i++) {
        if (type === MAP) next = this.#endOfKey(next, depth + 1);
        next = this.#endOf(next, depth + 1);
      }
      return next;
    }
    if (type === BOOLEAN && size <= 1) return at;
    if (type !== TEXT && exactly.get(type) !== size && size > (atMost.get(type) ?? -1))
      throw this.#fault(start, 'a value of no known type');
    this.#number(at + size, 0);
    if (type === TEXT && !isUtf8(this.#bytes.subarray(at, at + size)))
      throw this.#fault(start, 'text that is not UTF-8');
    return at + size;
  }

  #endOfKey(start: number, depth: number): number {
    const { type, size, at } = this.#head(start);
    const key = type === POINTER ? this.#head(this.#target(size, at).target).type : type;
    if (key !== TEXT) throw this.#fault(start, 'a field without a name');
    return this.#endOf(start, depth);
  }
}
