import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { endianness } from 'node:os';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { parseHeader, readParts, sectionsOf } from './cache-layout.ts';
import { FileError, Ip2AsnError } from './errors.ts';
import { SectionReader } from './section-reader.ts';
import { Table, type TableOptions } from './table.ts';

/**
 * The cache file, little-endian:
 *
 *     0  magic "ip2asn\r\n" (a text-mode copy damages it)
 *     8  uint32 version
 *    12  uint32 CRC-32 of everything from byte 16 on
 *    16  uint32 length of the header, uint32 zero
 *    24  header: JSON (source, format, times, counts, and type and length of each section), padded with spaces to 8 bytes
 *     .  the sections: arrays as they are in memory, each padded to 8 bytes
 */
const MAGIC = Buffer.from('ip2asn\r\n', 'latin1');
const VERSION = 2;
const CHECKED_FROM = 16;
const HEADER_AT = 24;
/** Bytes read at a time. */
const PIECE = 1 << 18;

function padding(size: number): Buffer {
  return Buffer.alloc((8 - (size % 8)) % 8, ' ');
}

function requireLittleEndian(file: string): void {
  if (endianness() === 'LE') return;
  throw new FileError('BAD_CACHE', {
    file,
    offset: 0,
    expected: 'a little-endian machine',
    found: 'a big-endian one: build from the source',
  });
}

/** Bytes of an array, without a copy. */
function bytesOf(array: ArrayBufferView): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

function serialize(table: Table): Buffer[] {
  const { header, sections } = sectionsOf(table.parts);
  const json = Buffer.from(JSON.stringify(header));
  const headerPadding = padding(json.length);
  const head = Buffer.alloc(HEADER_AT);
  MAGIC.copy(head);
  head.writeUInt32LE(VERSION, 8);
  head.writeUInt32LE(json.length + headerPadding.length, CHECKED_FROM);
  const body = sections.flatMap((section) => [bytesOf(section), padding(section.byteLength)]);
  const parts = [head, json, headerPadding, ...body].filter((part) => part.length > 0); // zlib restarts at an empty part
  const checksum = parts.reduce((crc, part, i) => crc32(i === 0 ? part.subarray(CHECKED_FROM) : part, crc), 0);
  head.writeUInt32LE(checksum, 12);
  return parts;
}

/** The file that a path leads to, through links, and the permissions to keep; a new file has none yet. */
async function placeOf(path: string): Promise<{ place: string; mode: number | undefined }> {
  try {
    const place = await realpath(path);
    const found = await stat(place);
    if (!found.isFile())
      throw new Ip2AsnError('BAD_CACHE', `${path} is a folder, device or pipe: a cache would take its place`);
    return { place, mode: found.mode & 0o777 };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { place: path, mode: undefined };
    throw error;
  }
}

/** Writes a table beside `path` and renames it into place: whoever opens the path finds the old file or the whole new one. */
export async function saveTable(table: Table, path: string): Promise<void> {
  requireLittleEndian(path);
  const { place, mode } = await placeOf(path);
  const temporary = `${place}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    const handle = await open(temporary, 'wx');
    try {
      if (mode !== undefined) await handle.chmod(mode);
      for (const part of serialize(table)) await handle.writeFile(part);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, place);
    await syncFolder(dirname(place));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The rename itself is on disk only after this. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** True when the file starts like a cache of any version, also one whose line end was changed on the way. */
export async function isCache(path: string): Promise<boolean> {
  if (!(await stat(path)).isFile()) return false; // a pipe: its writer may end once it was opened, and nothing of it may be used up
  const handle = await open(path);
  try {
    const name = MAGIC.subarray(0, MAGIC.indexOf('\r'));
    const start = Buffer.alloc(name.length);
    await handle.read(start, 0, start.length, 0);
    return start.equals(name);
  } finally {
    await handle.close();
  }
}

function fault(file: string, offset: number, expected: string, found: string): FileError {
  return new FileError('BAD_CACHE', { file, offset, expected, found });
}

/** A file and the CRC-32 of what is checked in it. */
interface Content {
  data: Buffer;
  checksum: number;
}

/**
 * The whole file in one allocation, so that the arrays in it are aligned. Each piece is summed while it is in the processor's cache. The
 * calls block, some 8 ms for a full table: through the thread pool the same takes as long, and half as long again on a busy machine.
 */
function readWhole(path: string): Content {
  const file = openSync(path, 'r');
  try {
    const data = Buffer.from(new ArrayBuffer(fstatSync(file).size));
    let at = 0;
    let checksum = 0;
    while (at < data.length) {
      const end = at + readSync(file, data, at, Math.min(PIECE, data.length - at), at);
      if (end === at) break;
      const piece = data.subarray(Math.max(at, CHECKED_FROM), end);
      if (piece.length > 0) checksum = crc32(piece, checksum); // zlib begins anew at an empty piece
      at = end;
    }
    return { data: data.subarray(0, at), checksum };
  } finally {
    closeSync(file);
  }
}

function check({ data, checksum }: Content, path: string): void {
  if (data.length < HEADER_AT) throw fault(path, data.length, `at least ${HEADER_AT} bytes`, 'the end of the file');
  const magic = data.subarray(0, 8);
  if (!magic.equals(MAGIC)) throw fault(path, 0, 'the magic of an ip2asn-lite cache', magic.toString('hex'));
  const version = data.readUInt32LE(8);
  if (version !== VERSION) throw fault(path, 8, `version ${VERSION} (rebuild the cache)`, `version ${version}`);
  const stored = data.readUInt32LE(12);
  if (checksum === stored) return;
  const found = `${stored.toString(16)}: the file is damaged or cut`;
  throw fault(path, 12, `checksum ${checksum.toString(16)} as the content has`, found);
}

/** Loads a cache file. The arrays are views of the bytes that were read: nothing is decoded. */
export async function loadTable(path: string, options: TableOptions = {}): Promise<Table> {
  requireLittleEndian(path);
  const content = readWhole(path);
  check(content, path);
  const { data } = content;
  const headerEnd = Math.min(HEADER_AT + data.readUInt32LE(CHECKED_FROM), data.length);
  const header = parseHeader(data.toString('utf8', HEADER_AT, headerEnd), path, HEADER_AT);
  return new Table(readParts(header, new SectionReader(data, path, headerEnd, header.lengths)), options);
}
