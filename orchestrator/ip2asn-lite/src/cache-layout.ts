import { FileError } from './errors.ts';
import type { Family } from './family.ts';
import type { NameList } from './name-list.ts';
import type { Width } from './prefix.ts';
import type { TableInfo, TableParts } from './table.ts';
import type { Trie } from './trie.ts';

/** The JSON at the start of a cache file. */
export interface CacheHeader {
  source: string;
  format: TableInfo['format'];
  as_of: string | null;
  built_at: string;
  counts: Record<string, number>;
  /** Elements of each section, in file order: IPv4, IPv6, names. */
  lengths: number[];
}

type Section = Uint8Array | Uint16Array | Uint32Array | Int32Array;

function familySections({ trie, ...family }: Family): Section[] {
  const { groups, lengths, asns, flags, multiRows, multiStarts, multiAsns } = family;
  const prefixes = [groups, lengths, asns, flags, multiRows, multiStarts, multiAsns];
  return [...prefixes, trie.root, trie.nodes, trie.edges, trie.targets];
}

/** A table as header and arrays. */
export function sectionsOf({ info, ipv4, ipv6, names }: TableParts): { header: CacheHeader; sections: Section[] } {
  const sections = [...familySections(ipv4), ...familySections(ipv6), names.asns, names.starts, names.bytes];
  const header: CacheHeader = {
    source: info.source,
    format: info.format,
    as_of: info.asOf?.toISOString() ?? null,
    built_at: info.builtAt.toISOString(),
    counts: { ...info.counts },
    lengths: sections.map((section) => section.length),
  };
  return { header, sections };
}

const FORMATS: readonly string[] = ['mrt', 'pyasn', 'pfx2as', 'ranges'] satisfies TableInfo['format'][];

function isCounts(value: unknown): value is Record<string, number> {
  return (
    typeof value === 'object' && value !== null && Object.values(value).every((count) => typeof count === 'number')
  );
}

function isHeader(value: unknown): value is CacheHeader {
  if (typeof value !== 'object' || value === null) return false;
  const { source, format, as_of, built_at, counts, lengths } = value as Partial<Record<keyof CacheHeader, unknown>>;
  const isTime = (time: unknown): boolean => typeof time === 'string' && !Number.isNaN(Date.parse(time));
  return (
    typeof source === 'string' &&
    typeof format === 'string' &&
    FORMATS.includes(format) &&
    (as_of === null || isTime(as_of)) &&
    isTime(built_at) &&
    isCounts(counts) &&
    Array.isArray(lengths) &&
    lengths.every((length) => Number.isSafeInteger(length) && length >= 0)
  );
}

/** Reads the header; `offset` is where it stands in the file. */
export function parseHeader(text: string, file: string, offset: number): CacheHeader {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw new FileError('BAD_CACHE', { file, offset, expected: 'a JSON header', found: String(cause) }, { cause });
  }
  if (isHeader(header)) return header;
  const found = text.slice(0, 80);
  throw new FileError('BAD_CACHE', {
    file,
    offset,
    expected: 'a header with source, format, times, counts, lengths',
    found,
  });
}

/** Hands out the sections of a file one after the other, as views. */
export class SectionReader {
  readonly #data: Buffer;
  readonly #file: string;
  readonly #lengths: readonly number[];
  #at: number;
  #next = 0;

  constructor(data: Buffer, file: string, at: number, lengths: readonly number[]) {
    this.#data = data;
    this.#file = file;
    this.#at = at;
    this.#lengths = lengths;
  }

  uint8(): Uint8Array {
    const { buffer, start, length } = this.#take(1);
    return new Uint8Array(buffer, start, length);
  }

  uint16(): Uint16Array {
    const { buffer, start, length } = this.#take(2);
    return new Uint16Array(buffer, start, length);
  }

  uint32(): Uint32Array {
    const { buffer, start, length } = this.#take(4);
    return new Uint32Array(buffer, start, length);
  }

  int32(): Int32Array {
    const { buffer, start, length } = this.#take(4);
    return new Int32Array(buffer, start, length);
  }

  /** Throws unless the sections just read fit together. */
  require(fits: boolean, expected: string): void {
    if (!fits) throw this.#fault(expected, 'sections that do not fit together');
  }

  end(): void {
    if (this.#next !== this.#lengths.length) throw this.#fault(`${this.#next} sections`, `${this.#lengths.length}`);
    if (this.#at !== this.#data.length)
      throw this.#fault('the end of the file', `${this.#data.length - this.#at} bytes more`);
  }

  #take(size: number): { buffer: ArrayBufferLike; start: number; length: number } {
    const length = this.#lengths[this.#next++];
    if (length === undefined) throw this.#fault(`${this.#next} sections`, `${this.#lengths.length}`);
    const start = this.#at;
    const bytes = Math.ceil((length * size) / 8) * 8;
    if (start + bytes > this.#data.length)
      throw this.#fault(`${bytes} bytes of section ${this.#next}`, 'the end of the file');
    this.#at += bytes;
    return { buffer: this.#data.buffer, start: this.#data.byteOffset + start, length };
  }

  #fault(expected: string, found: string): FileError {
    return new FileError('BAD_CACHE', { file: this.#file, offset: this.#at, expected, found });
  }
}

function isAscending(values: Uint32Array, limit: number): boolean {
  let last = 0;
  for (const value of values) {
    if (value < last) return false;
    last = value;
  }
  return last <= limit;
}

/** Every target leads to a row or node that exists; the depth of the walk is bounded by the address, so no file can make a lookup hang. */
function areTargets(targets: Int32Array, nodes: number, rows: number): boolean {
  for (const target of targets) if (target > rows || target < -nodes) return false;
  return true;
}

function readTrie(sections: SectionReader, rows: number): Trie {
  const trie = {
    root: sections.int32(),
    nodes: sections.uint32(),
    edges: sections.uint16(),
    targets: sections.int32(),
  };
  const { root, nodes, edges, targets } = trie;
  const fits =
    root.length === 65536 &&
    nodes.length > 0 &&
    edges.length === targets.length &&
    isAscending(nodes, edges.length) &&
    areTargets(root, nodes.length - 1, rows) &&
    areTargets(targets, nodes.length - 1, rows);
  sections.require(fits, 'a lookup tree');
  return trie;
}

function readFamily(sections: SectionReader, width: Width): Family {
  const groups = sections.uint16();
  const lengths = sections.uint8();
  const asns = sections.uint32();
  const flags = sections.uint8();
  const multiRows = sections.uint32();
  const multiStarts = sections.uint32();
  const multiAsns = sections.uint32();
  const count = lengths.length;
  const sameCount = groups.length === count * width && asns.length === count && flags.length === count;
  const origins = multiStarts.length === multiRows.length + 1 && isAscending(multiStarts, multiAsns.length);
  sections.require(sameCount && origins && isAscending(multiRows, count), 'prefixes with length, origin and flags');
  const trie = readTrie(sections, count);
  return { width, count, groups, lengths, asns, flags, multiRows, multiStarts, multiAsns, trie };
}

function readNameList(sections: SectionReader): NameList {
  const names = { asns: sections.uint32(), starts: sections.uint32(), bytes: sections.uint8() };
  const fits = names.starts.length === names.asns.length + 1 && isAscending(names.starts, names.bytes.length);
  sections.require(fits, 'AS names');
  return names;
}

/** The parts of a table out of the sections of a file. */
export function readParts(header: CacheHeader, sections: SectionReader): TableParts {
  const info: TableInfo = {
    source: header.source,
    format: header.format,
    asOf: header.as_of === null ? null : new Date(header.as_of),
    builtAt: new Date(header.built_at),
    counts: header.counts,
  };
  const ipv4 = readFamily(sections, 2);
  const ipv6 = readFamily(sections, 8);
  const names = readNameList(sections);
  sections.end();
  return { info, ipv4, ipv6, names };
}
