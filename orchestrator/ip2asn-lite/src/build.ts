import { Collector, type PrefixFilter } from './build/collector.ts';
import { buildFamily } from './build/family-builder.ts';
import { FileError } from './errors.ts';
import { looksLikeMrt, readMrt } from './formats/mrt.ts';
import { readPfx2as } from './formats/pfx2as.ts';
import { readPyasnDat } from './formats/pyasn-dat.ts';
import { readRanges } from './formats/ranges.ts';
import { type Input, sourceName, withInput } from './input.ts';
import { indexIpv4 } from './ipv4-index.ts';
import { NO_NAMES, packNames } from './name-list.ts';
import { readNames } from './names.ts';
import { packingOf } from './packings.ts';
import type { StartProgram } from './start-program.ts';
import { Table, type TableInfo, type TableOptions } from './table.ts';
import { visible } from './visible.ts';

export interface BuildOptions extends PrefixFilter, TableOptions {
  /** Path of the source: an MRT RIB dump, a pyasn .dat, a pfx2as or a range file; plain, gzip or bzip2. */
  source: string;
  /** Path of a file with AS names: asnames.json, or `AS<number> name, CC` lines. */
  names?: string;
  /** Time of the snapshot, for sources that do not say. */
  asOf?: Date;
  /** Take a cut file as far as it goes, instead of refusing it. */
  allowTruncated?: boolean;
  /** Leave out MRT records that do not parse, and count them, instead of giving up. */
  skipBadRecords?: boolean;
  /** Called with the number of decompressed bytes read so far. */
  onProgress?: (bytes: number) => void;
  /** Called with the number of bytes of the file, as it lies, that were read so far, and with its size; a pipe has none. */
  onRead?: (bytes: number, size: number) => void;
  /** Starts bzip2 and lbzip2, for a process whose programs are not to be what it is itself; `spawn` where nothing is said. */
  start?: StartProgram;
}

type Format = TableInfo['format'];

/** An address that is text and not a decimal number, as a part of patterns. */
const ADDRESS = '[0-9a-f]*[.:][0-9a-f.:]*';

/** What the first line that is no comment looks like. Ends of a range are both text or both numbers: an address and a small number are a prefix. */
const TEXT_FORMATS: readonly [Format, RegExp][] = [
  ['pyasn', new RegExp(`^${ADDRESS}/\\d+\\t`, 'i')],
  ['pfx2as', new RegExp(`^${ADDRESS}\\t\\d{1,3}\\t(?=\\{|(?:AS)?\\d)(?!.*\\t)`, 'i')],
  ['ranges', new RegExp(`^(?:"?${ADDRESS}"?[\\t,]"?${ADDRESS}|"?\\d+"?[\\t,]"?\\d+)"?[\\t,]"?(?:AS)?\\d+`, 'i')],
];

function detectFormat({ head, file }: Input): Format {
  if (looksLikeMrt(head)) return 'mrt';
  const lines = head
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .split(/\r?\n/);
  const header = lines.findIndex((line) => line.startsWith('; IP-ASN'));
  const first = lines.find((line) => line !== '' && !/^[;#]/.test(line)) ?? '';
  const format = TEXT_FORMATS.find(([, pattern]) => pattern.test(first))?.[0];
  if (format !== undefined) return format;
  if (header !== -1 && first === '') return 'pyasn';
  const found = packingOf(head) ?? visible(JSON.stringify(first.slice(0, 40)));
  throw new FileError('BAD_FORMAT', {
    file,
    offset: 0,
    expected: 'an MRT dump, a pyasn .dat, a pfx2as or a range file',
    found,
  });
}

function withProgress(input: Input, report: ((bytes: number) => void) | undefined): Input {
  if (report === undefined) return input;
  async function* counted(): AsyncGenerator<Buffer> {
    let bytes = 0;
    for await (const chunk of input.chunks) {
      bytes += chunk.length;
      report?.(bytes);
      yield chunk;
    }
  }
  return { ...input, chunks: counted() };
}

async function readSource(
  input: Input,
  collector: Collector,
  options: BuildOptions,
): Promise<Pick<TableInfo, 'format' | 'asOf'>> {
  const tolerant = options.allowTruncated ?? false;
  const format = detectFormat(input);
  if (format === 'mrt') {
    const asOf = await readMrt(input, collector, { tolerant, skipBadRecords: options.skipBadRecords ?? false });
    return { format, asOf };
  }
  if (format === 'pyasn') await readPyasnDat(input, collector, tolerant);
  else if (format === 'pfx2as') await readPfx2as(input, collector, tolerant);
  else await readRanges(input, collector, tolerant);
  return { format, asOf: null };
}

/** Names of a file of their own. */
export function namesOf(
  file: string,
  options: Pick<BuildOptions, 'allowTruncated' | 'start'>,
): Promise<Map<number, string>> {
  return readNames(file, options.allowTruncated ?? false, { start: options.start });
}

/** Builds a table from a source file, as a stream: the text of a full table is never in memory at once. */
export async function buildTable(options: BuildOptions): Promise<Table> {
  const { source } = options;
  const collector = new Collector(options);
  const { format, asOf } = await withInput(
    source,
    options.allowTruncated ?? false,
    (input) => readSource(withProgress(input, options.onProgress), collector, options),
    options,
  );
  const given = options.names === undefined ? collector.names : await namesOf(options.names, options);
  const info: TableInfo = {
    source: sourceName(source),
    format,
    asOf: options.asOf ?? asOf,
    builtAt: new Date(),
    counts: collector.counts,
  };
  const ipv4 = buildFamily(collector.ipv4);
  const ipv6 = buildFamily(collector.ipv6);
  if (ipv4.prefixes.count + ipv6.prefixes.count === 0) {
    const found = `none (${JSON.stringify(collector.counts)})`;
    throw new FileError('BAD_FORMAT', { file: source, offset: 0, expected: 'at least one prefix', found });
  }
  const parts = {
    info,
    prefixes4: ipv4.prefixes,
    prefixes6: ipv6.prefixes,
    index4: indexIpv4(ipv4.trie, ipv4.prefixes),
    trie6: ipv6.trie,
    names: given.size === 0 ? NO_NAMES : packNames(given),
  };
  return new Table(parts, options);
}
