/**
 * Thrift's compact protocol, as far as the footer of a Parquet file uses it. A field keeps its id and its type, known to us or not, so
 * that what was read is written back byte for byte. Libraries that read footers turn fields into values of their own and forget both.
 */

const types = {
  stop: 0,
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  struct: 12,
};
const booleans: readonly number[] = [types.true, types.false];
const integers: readonly number[] = [types.i16, types.i32, types.i64];

/** A boolean field is its type, and has no value. */
export type Value = bigint | Uint8Array | List | Struct | null;

export interface List {
  of: number;
  items: Value[];
}

export interface Field {
  id: number;
  type: number;
  value: Value;
}

/** Fields in the order of their ids. */
export type Struct = Field[];

export function fieldOf(struct: Struct, id: number): Value | undefined {
  return struct.find((field) => field.id === id)?.value;
}

export function isList(value: Value | undefined): value is List {
  return typeof value === 'object' && value !== null && 'items' in value;
}

export function isStruct(value: Value | undefined): value is Struct {
  return Array.isArray(value);
}

class Reader {
  readonly #bytes: Uint8Array;
  #place = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    const byte = this.#bytes[this.#place++];
    if (byte === undefined) throw new RangeError('the bytes end within a field');
    return byte;
  }

  take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#place) throw new RangeError('the bytes end within a field');
    this.#place += length;
    return this.#bytes.subarray(this.#place - length, this.#place);
  }

  varint(): bigint {
    // nearly all are small, and no BigInt is made on the way to those
    let [small, shift] = [0, 0];
    for (; shift < 28; shift += 7) {
      const byte = this.byte();
      small |= (byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt(small);
    }
    let value = BigInt(small);
    for (; shift < 64; shift += 7) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << BigInt(shift);
      if (byte < 0x80) return value;
    }
    throw new RangeError('a number has more than 64 bits');
  }

  zigzag(): bigint {
    const value = this.varint();
    return (value >> 1n) ^ -(value & 1n);
  }

  value(type: number): Value {
    if (integers.includes(type)) return this.zigzag();
    if (type === types.byte) return BigInt(this.byte());
    if (type === types.double) return this.take(8);
    if (type === types.binary) return this.take(Number(this.varint()));
    if (type === types.list) return this.list();
    if (type === types.struct) return this.struct();
    throw new RangeError(`no value has type ${type}`);
  }

  list(): List {
    const head = this.byte();
    const [of, short] = [head & 15, head >> 4];
    const length = short === 15 ? Number(this.varint()) : short;
    const item = booleans.includes(of) ? types.byte : of;
    const items: Value[] = [];
    for (let index = 0; index < length; index++) items.push(this.value(item));
    return { of, items };
  }

  struct(): Struct {
    const fields: Struct = [];
    for (let id = 0; ; ) {
      const head = this.byte();
      const [type, step] = [head & 15, head >> 4];
      if (head === types.stop) return fields;
      id = step === 0 ? Number(this.zigzag()) : id + step;
      fields.push({ id, type, value: booleans.includes(type) ? null : this.value(type) });
    }
  }
}

/** @throws RangeError for bytes that are no struct */
export function readStruct(bytes: Uint8Array): Struct {
  return new Reader(bytes).struct();
}

class Writer {
  #bytes = Buffer.allocUnsafe(1024);
  #length = 0;

  /** Makes room for so many bytes more. */
  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.#length + more));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }

  byte(byte: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = byte;
  }

  append(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  varint(value: bigint): void {
    let rest = value;
    for (; rest > 0x7fn; rest >>= 7n) this.byte(Number(rest & 0x7fn) | 0x80);
    this.byte(Number(rest));
  }

  zigzag(value: bigint): void {
    this.varint(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)));
  }

  value(type: number, value: Value): void {
    if (value === null) return;
    if (typeof value === 'bigint') {
      if (type === types.byte) this.byte(Number(value));
      else this.zigzag(value);
    } else if (isStruct(value)) this.struct(value);
    else if (isList(value)) this.list(value);
    else {
      if (type === types.binary) this.varint(BigInt(value.length));
      this.append(value);
    }
  }

  list({ of, items }: List): void {
    if (items.length < 15) this.byte((items.length << 4) | of);
    else {
      this.byte(0xf0 | of);
      this.varint(BigInt(items.length));
    }
    const item = booleans.includes(of) ? types.byte : of;
    for (const value of items) this.value(item, value);
  }

  struct(struct: Struct): void {
    let before = 0;
    for (const { id, type, value } of struct) {
      const step = id - before;
      if (step > 0 && step < 16) this.byte((step << 4) | type);
      else {
        this.byte(type);
        this.zigzag(BigInt(id));
      }
      this.value(type, value);
      before = id;
    }
    this.byte(types.stop);
  }

  written(): Uint8Array {
    return new Uint8Array(this.#bytes.subarray(0, this.#length));
  }
}

/** A struct within may be its bytes already. */
export function writeStruct(struct: Struct): Uint8Array {
  const writer = new Writer();
  writer.struct(struct);
  return writer.written();
}
