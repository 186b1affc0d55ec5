import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { fieldOf, isList, isStruct, readStruct, type Struct, type Value, writeStruct } from './thrift.ts';

/** Ids of fields in the footer (parquet.thrift of the Parquet format). */
const file = { rows: 3, groups: 4 } as const;
const group = { columns: 1, offset: 5, ordinal: 7 } as const;
const chunk = { offset: 2, metadata: 3, offsetIndex: 4, columnIndex: 6 } as const;
const metadata = { dataPage: 9, indexPage: 10, dictionaryPage: 11, bloomFilter: 14 } as const;

const magic = 'PAR1';

interface Footer {
  /** Where the footer begins, and the bytes of columns end. */
  at: number;
  struct: Struct;
}

/** The last bytes of a file, up to `before` bytes from its end. */
async function bytesAtEnd(handle: FileHandle, length: number, before: number): Promise<{ at: number; bytes: Buffer }> {
  const at = (await handle.stat()).size - before - length;
  if (at < magic.length) throw new RangeError('it is too short');
  const { buffer } = await handle.read(Buffer.alloc(length), 0, length, at);
  return { at, bytes: buffer };
}

/** @throws RangeError for what is no Parquet file */
async function footerOf(path: string): Promise<Footer> {
  const handle = await open(path);
  try {
    const { bytes: end } = await bytesAtEnd(handle, 8, 0);
    if (end.toString('latin1', 4) !== magic) throw new RangeError(`it does not end with ${magic}`);
    const { at, bytes } = await bytesAtEnd(handle, end.readUInt32LE(0), 8);
    return { at, struct: readStruct(bytes) };
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new RangeError(`${path} is no Parquet file: ${cause.message}`, { cause });
  } finally {
    await handle.close();
  }
}

/** Moves the offsets among the fields of a struct. */
function move(struct: Struct, ids: readonly number[], by: bigint): void {
  for (const field of struct) {
    // some writers say 0 where they say nothing
    if (ids.includes(field.id) && typeof field.value === 'bigint' && field.value > 0n) field.value += by;
  }
}

const structsOf = (value: Value | undefined): Struct[] => (isList(value) ? value.items.filter(isStruct) : []);

/** Row groups of a file whose bytes of columns now stand `by` bytes further on. */
function movedGroups(footer: Struct, by: bigint, before: number): Struct[] {
  const groups = structsOf(fieldOf(footer, file.groups));
  for (const [index, columns] of groups.entries()) {
    move(columns, [group.offset], by);
    for (const field of columns) if (field.id === group.ordinal) field.value = BigInt(before + index);
    for (const column of structsOf(fieldOf(columns, group.columns))) {
      move(column, [chunk.offset, chunk.offsetIndex, chunk.columnIndex], by);
      const inner = fieldOf(column, chunk.metadata);
      if (isStruct(inner)) move(inner, Object.values(metadata), by);
    }
  }
  return groups;
}

interface Joined {
  /** The first file's footer says what all have in common. */
  common: Struct;
  rows: bigint;
  /** As bytes: ten million hosts have 500 of 100 columns. */
  groups: Uint8Array[];
  /** Where the next bytes go. */
  at: number;
}

function joinedFooter({ common, rows, groups }: Joined): Uint8Array {
  return writeStruct(
    common.map((field) => {
      if (field.id === file.rows) return { ...field, value: rows };
      if (field.id === file.groups && isList(field.value))
        return { ...field, value: { ...field.value, items: groups } };
      return field;
    }),
  );
}

async function append(out: FileHandle, path: string, footer: Footer, joined: Joined): Promise<void> {
  const rows = fieldOf(footer.struct, file.rows);
  if (typeof rows !== 'bigint') throw new RangeError(`${path} does not say how many rows it has`);
  joined.rows += rows;
  const groups = movedGroups(footer.struct, BigInt(joined.at - magic.length), joined.groups.length);
  for (const moved of groups) joined.groups.push(writeStruct(moved));
  joined.at += footer.at - magic.length;
  if (footer.at === magic.length) return;
  const columns = createReadStream(path, { start: magic.length, end: footer.at - 1, highWaterMark: 1 << 20 });
  for await (const bytes of columns) await out.writeFile(bytes);
}

/**
 * Joins Parquet files of the same columns, written with the same options, into one: the row groups of all, in the order of the files.
 * No value is read: the bytes of the columns are copied, and the footer says where they stand now. It holds the footers in memory.
 * @param paths at least one
 * @returns rows of the whole
 * @throws RangeError for what is no Parquet file
 */
export async function joinParquet(paths: readonly string[], to: string): Promise<number> {
  const [first] = paths;
  if (first === undefined) throw new RangeError('no file to join');
  const { struct: common } = await footerOf(first);
  const joined: Joined = { common, rows: 0n, groups: [], at: magic.length };
  const out = await open(to, 'w');
  try {
    await out.writeFile(magic);
    for (const path of paths) await append(out, path, await footerOf(path), joined);
    const footer = joinedFooter(joined);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(footer.length);
    await out.writeFile(Buffer.concat([footer, length, Buffer.from(magic)]));
    await out.sync();
  } finally {
    await out.close();
  }
  return Number(joined.rows);
}
