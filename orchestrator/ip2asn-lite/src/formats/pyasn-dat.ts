import type { Collector } from '../build/collector.ts';
import { FileError } from '../errors.ts';
import type { Input } from '../input.ts';
import { parseAsn, parsePrefix } from './fields.ts';
import { forEachLine } from './lines.ts';

/** The header of a .dat says how many prefixes follow, in one line for both families or in one for each. */
const HEADER_COUNT = /^;\s*(?:Prefixes(?:-v[46])?|CIDRs)\s*:\s*(\d+)\s*$/;

/**
 * pyasn's own table: `prefix<TAB>asn` after a header of `;` lines. Its numbers are already decided, so every prefix has one origin.
 * Fewer prefixes than the header promises means that the file was cut.
 */
export async function readPyasnDat(input: Input, collector: Collector, tolerant: boolean): Promise<void> {
  const groups = new Uint16Array(8);
  let promised = 0;
  let read = 0;
  const { lines, cut } = await forEachLine(input, tolerant, (line) => {
    const { text } = line;
    if (text === '' || text.startsWith(';') || text.startsWith('#')) {
      promised += Number(HEADER_COUNT.exec(text)?.[1] ?? 0);
      return;
    }
    const slash = text.indexOf('/');
    const tab = text.indexOf('\t', slash);
    if (slash === -1 || tab === -1) throw line.fault('prefix, tab, AS number');
    const { width, length } = parsePrefix(text.slice(0, slash), text.slice(slash + 1, tab), groups, line);
    collector.open(groups, width, length)?.seeAs(parseAsn(text.slice(tab + 1), line), 0);
    read++;
  });
  collector.count('prefixes_read', read);
  if (cut || read < promised) collector.count('truncated');
  if (read >= promised || tolerant) return;
  throw new FileError('TRUNCATED', {
    file: input.file,
    offset: 0,
    expected: `the ${promised} prefixes that the header promises`,
    found: `${read} in ${lines} lines`,
  });
}
