import type { Collector } from '../build/collector.ts';
import { FileError } from '../errors.ts';
import type { Input } from '../input.ts';
import { RecordBytes } from './record-bytes.ts';
import { RibRecords } from './rib-records.ts';

const HEADER = 12; // RFC 6396 section 2
const TABLE_DUMP = 12;
const TABLE_DUMP_V2 = 13;
/** Other record types of the MRT registry: legal in a file, no use here. */
const OTHER_TYPES = new Set([11, 16, 17, 32, 33, 48, 49]);

/** 65,535 entries of a few hundred bytes are a large record; more than this is a damaged length. */
const LONGEST_RECORD = 1 << 26;

/** True when the bytes start like an MRT record: a type of the registry and a length that makes sense. Of some types the subtype may be any. */
export function looksLikeMrt(head: Buffer): boolean {
  if (head.length < HEADER) return false;
  const type = head.readUInt16BE(4);
  const known = type === TABLE_DUMP || type === TABLE_DUMP_V2 || OTHER_TYPES.has(type);
  return known && head.readUInt32BE(8) <= LONGEST_RECORD;
}

export interface MrtOptions {
  /** Where the file ends within a record, count that and take what was read. */
  tolerant: boolean;
  /** Leave out records that do not parse, and count them, instead of giving up. */
  skipBadRecords: boolean;
}

/** What is read of each type and subtype. */
type RecordReader = (records: RibRecords) => void;

const READERS: ReadonlyMap<number, RecordReader> = new Map<number, RecordReader>([
  [TABLE_DUMP * 256 + 1, (records) => records.readTableDump(2)], // AFI_IPv4
  [TABLE_DUMP * 256 + 2, (records) => records.readTableDump(8)], // AFI_IPv6
  [TABLE_DUMP_V2 * 256 + 1, (records) => records.readPeers()], // PEER_INDEX_TABLE
  [TABLE_DUMP_V2 * 256 + 2, (records) => records.readPrefix(2, false)], // RIB_IPV4_UNICAST
  [TABLE_DUMP_V2 * 256 + 4, (records) => records.readPrefix(8, false)], // RIB_IPV6_UNICAST
  [TABLE_DUMP_V2 * 256 + 6, (records) => records.readGeneric(false)], // RIB_GENERIC
  [TABLE_DUMP_V2 * 256 + 8, (records) => records.readPrefix(2, true)], // RIB_IPV4_UNICAST_ADDPATH, RFC 8050 section 4.1
  [TABLE_DUMP_V2 * 256 + 10, (records) => records.readPrefix(8, true)], // RIB_IPV6_UNICAST_ADDPATH
  [TABLE_DUMP_V2 * 256 + 12, (records) => records.readGeneric(true)], // RIB_GENERIC_ADDPATH
]);

/** RIB_IPV4_MULTICAST, RIB_IPV6_MULTICAST and their ADDPATH forms: routes to sources of multicast, which announce no origin for unicast. */
const MULTICAST_SUBTYPES = new Set([3, 5, 9, 11]);

class MrtReader {
  readonly #file: string;
  readonly #collector: Collector;
  readonly #options: MrtOptions;
  readonly #bytes: RecordBytes;
  readonly #records: RibRecords;
  #parts: Buffer[] = [];
  #missing = 0;
  #offset = 0;
  #time: number | undefined;

  constructor(file: string, collector: Collector, options: MrtOptions) {
    this.#file = file;
    this.#collector = collector;
    this.#options = options;
    this.#bytes = new RecordBytes(file);
    this.#records = new RibRecords(this.#bytes, collector);
  }

  push(chunk: Buffer): void {
    // A record that spans chunks is put together once, when all of it is there.
    this.#parts.push(chunk);
    this.#missing -= chunk.length;
    if (this.#missing > 0) return;
    const data = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts);
    let at = 0;
    let needed = HEADER;
    while (data.length - at >= HEADER) {
      needed = HEADER + this.#checkedLength(data, at);
      if (data.length - at < needed) break;
      this.#record(data, at, needed);
      at += needed;
      this.#offset += needed;
      needed = HEADER;
    }
    const rest = data.subarray(at);
    this.#parts = rest.length > 0 ? [rest] : [];
    this.#missing = needed - rest.length;
  }

  /** Ends the file; returns the time of the snapshot. */
  finish(): Date {
    const left = this.#parts.reduce((size, part) => size + part.length, 0);
    if (left > 0 && !this.#options.tolerant) {
      const found = `the end of the file after ${left} bytes`;
      const expected = `${left + this.#missing} bytes of an MRT record`;
      throw new FileError('TRUNCATED', { file: this.#file, offset: this.#offset, expected, found });
    }
    if (left > 0) this.#collector.count('truncated');
    if (this.#time === undefined) {
      const expected = 'TABLE_DUMP or TABLE_DUMP_V2 records';
      throw new FileError('BAD_FORMAT', {
        file: this.#file,
        offset: this.#offset,
        expected,
        found: 'none in the whole file',
      });
    }
    return new Date(this.#time * 1000);
  }

  #checkedLength(data: Buffer, at: number): number {
    const length = data.readUInt32BE(at + 8);
    if (length <= LONGEST_RECORD) return length;
    throw this.#fault(8, `a record length of at most ${LONGEST_RECORD}`, String(length));
  }

  #record(data: Buffer, at: number, size: number): void {
    const type = data.readUInt16BE(at + 4);
    const subtype = data.readUInt16BE(at + 6);
    if (type !== TABLE_DUMP && type !== TABLE_DUMP_V2 && !OTHER_TYPES.has(type)) {
      throw this.#fault(4, 'MRT record type 12 or 13', String(type));
    }
    const read = subtype < 256 ? READERS.get(type * 256 + subtype) : undefined;
    if (read === undefined) {
      const isMulticast = type === TABLE_DUMP_V2 && MULTICAST_SUBTYPES.has(subtype);
      this.#collector.count(isMulticast ? 'dropped_multicast' : 'dropped_other_record');
      return;
    }
    this.#time ??= data.readUInt32BE(at);
    const bytes = this.#bytes;
    bytes.bytes = data;
    bytes.base = this.#offset - at;
    bytes.at = at + HEADER;
    bytes.end = at + size;
    try {
      read(this.#records);
    } catch (error) {
      if (!this.#options.skipBadRecords || !(error instanceof FileError)) throw error;
      this.#collector.count('dropped_bad_record');
    }
  }

  #fault(at: number, expected: string, found: string): FileError {
    return new FileError('BAD_FORMAT', { file: this.#file, offset: this.#offset + at, expected, found });
  }
}

/** Reads an MRT RIB dump as a stream; returns the time of its first RIB record. */
export async function readMrt(input: Input, collector: Collector, options: MrtOptions): Promise<Date> {
  const reader = new MrtReader(input.file, collector, options);
  for await (const chunk of input.chunks) reader.push(chunk);
  return reader.finish();
}
