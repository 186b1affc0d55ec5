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
    let value = 0n;
    for (let shift = 0n; shift < 64n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
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

function* varint(value: bigint): Generator<number> {
  let rest = value;
  for (; rest > 0x7fn; rest >>= 7n) yield Number(rest & 0x7fn) | 0x80;
  yield Number(rest);
}

const zigzag = (value: bigint) => varint(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)));

function* valueBytes(type: number, value: Value): Generator<number> {
  if (typeof value === 'bigint') return yield* type === types.byte ? [Number(value)] : zigzag(value);
  if (value === null) return;
  if (isStruct(value)) return yield* structBytes(value);
  if (isList(value)) return yield* listBytes(value);
  if (type === types.binary) yield* varint(BigInt(value.length));
  yield* value;
}

function* listBytes({ of, items }: List): Generator<number> {
  if (items.length < 15) yield (items.length << 4) | of;
  else yield* [0xf0 | of, ...varint(BigInt(items.length))];
  const item = booleans.includes(of) ? types.byte : of;
  for (const value of items) yield* valueBytes(item, value);
}

function* structBytes(struct: Struct): Generator<number> {
  let before = 0;
  for (const { id, type, value } of struct) {
    const step = id - before;
    if (step > 0 && step < 16) yield (step << 4) | type;
    else yield* [type, ...zigzag(BigInt(id))];
    yield* valueBytes(type, value);
    before = id;
  }
  yield types.stop;
}

/** A struct within may be its bytes already. */
export function writeStruct(struct: Struct): Uint8Array {
  let bytes = new Uint8Array(1024);
  let length = 0;
  for (const byte of structBytes(struct)) {
    if (length === bytes.length) {
      const larger = new Uint8Array(2 * length);
      larger.set(bytes);
      bytes = larger;
    }
    bytes[length++] = byte;
  }
  return bytes.slice(0, length);
}
