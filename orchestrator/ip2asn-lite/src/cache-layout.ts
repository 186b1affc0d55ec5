import { FileError } from './errors.ts';
import type { Ipv4Index } from './ipv4-index.ts';
import type { NameList } from './name-list.ts';
import type { Width } from './prefix.ts';
import { type PrefixArrays, Prefixes } from './prefixes.ts';
import type { SectionReader } from './section-reader.ts';
import type { TableInfo, TableParts } from './table.ts';
import type { Trie } from './trie.ts';

/** The JSON at the start of a cache file. */
export interface CacheHeader {
  source: string;
  format: TableInfo['format'];
  as_of: string | null;
  built_at: string;
  counts: Record<string, number>;
  /** Elements of each section, in file order. */
  lengths: number[];
}

type Section = Uint8Array | Uint16Array | Uint32Array | Int32Array;

function prefixSections(arrays: PrefixArrays): Section[] {
  const { groups, lengths, asns, flags, severalRows, severalStarts, severalAsns } = arrays;
  return [groups, lengths, asns, flags, severalRows, severalStarts, severalAsns];
}

/** A table as header and arrays. */
export function sectionsOf(parts: TableParts): { header: CacheHeader; sections: Section[] } {
  const { info, prefixes4, prefixes6, index4, trie6, names } = parts;
  const sections = [
    ...[index4.starts, index4.edges, index4.asns, index4.details],
    ...prefixSections(prefixes6),
    ...[trie6.edges, trie6.targets],
    ...prefixSections(prefixes4),
    ...[names.asns, names.starts, names.bytes],
  ];
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

function isAscending(values: Uint32Array, limit: number): boolean {
  let last = 0;
  for (const value of values) {
    if (value < last) return false;
    last = value;
  }
  return last <= limit;
}

/*
 * Where a place in a lookup structure leads is not checked: that would take a third of the loading. Damage shows in the checksum; in a file
 * that was made wrong on purpose a place past the end holds nothing, and the answer is then that there is no route.
 */

function readIndex(sections: SectionReader): Ipv4Index {
  const index = {
    starts: sections.uint32(),
    edges: sections.uint16(),
    asns: sections.uint32(),
    details: sections.uint8(),
  };
  const { starts, edges, asns, details } = index;
  const fits = starts.length === 65536 && asns.length === edges.length && details.length === edges.length;
  sections.require(fits, 'an IPv4 index');
  return index;
}

/** The depth of a walk is bounded by the address, so no file can make a lookup hang. */
function readTrie(sections: SectionReader): Trie {
  const trie = { edges: sections.uint16(), targets: sections.int32() };
  sections.require(trie.edges.length > 0 && trie.edges.length === trie.targets.length, 'an IPv6 lookup tree');
  return trie;
}

function readPrefixes(sections: SectionReader, width: Width): Prefixes {
  const arrays: PrefixArrays = {
    groups: sections.uint16(),
    lengths: sections.uint8(),
    asns: sections.uint32(),
    flags: sections.uint8(),
    severalRows: sections.uint32(),
    severalStarts: sections.uint32(),
    severalAsns: sections.uint32(),
  };
  const { groups, lengths, asns, flags, severalRows, severalStarts, severalAsns } = arrays;
  const count = lengths.length;
  const sameCount = groups.length === count * width && asns.length === count && flags.length === count;
  const origins = severalStarts.length === severalRows.length + 1 && isAscending(severalStarts, severalAsns.length);
  const fits = sameCount && origins && isAscending(severalRows, count);
  sections.require(fits, 'prefixes with length, origin and flags');
  return new Prefixes(width, arrays);
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
  const index4 = readIndex(sections);
  const prefixes6 = readPrefixes(sections, 8);
  const trie6 = readTrie(sections);
  const prefixes4 = readPrefixes(sections, 2);
  const names = readNameList(sections);
  sections.end();
  return { info, prefixes4, prefixes6, index4, trie6, names };
}
