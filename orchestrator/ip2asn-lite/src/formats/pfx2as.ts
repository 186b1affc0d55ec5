import type { Collector } from '../build/collector.ts';
import type { Observations } from '../build/observations.ts';
import type { Input } from '../input.ts';
import { parseAsn, parsePrefix } from './fields.ts';
import { forEachSourceLine, type Line } from './lines.ts';

/** Far more than any prefix has; without a limit one line could ask for the square of its length. */
const MOST_ORIGINS = 255;

/**
 * Origins in CAIDA's notation: `_` between the origins of a multi-origin prefix, most frequent first (since 2010-10-27),
 * `,` between the members of an AS_SET, in braces or not. The file gives an order and no counts: n origins count as seen
 * by n, n - 1, ... 1 peers, which keeps the order.
 */
function seeOrigins(origins: string, seen: Observations, line: Line): void {
  const listed = origins.split('_');
  if (listed.length > MOST_ORIGINS) throw line.fault(`at most ${MOST_ORIGINS} origins of a prefix`);
  listed.forEach((origin, i) => {
    const members = origin.replace(/^\{(.*)\}$/, '$1').split(',');
    const asns = members.map((member) => parseAsn(member, line));
    const peers = listed.length - i;
    if (asns.length > 1 || origin.startsWith('{')) seen.seeSet(asns, 0, peers);
    else seen.seeAs(asns[0] ?? 0, 0, peers);
  });
}

/** CAIDA's pfx2as files: `address<TAB>length<TAB>origins`. */
export async function readPfx2as(input: Input, collector: Collector, tolerant: boolean): Promise<void> {
  const groups = new Uint16Array(8);
  let read = 0;
  await forEachSourceLine(input, collector, tolerant, (line) => {
    if (line.text === '' || line.text.startsWith('#')) return;
    const [address, bits, origins, surplus] = line.text.split('\t');
    if (address === undefined || bits === undefined || origins === undefined || surplus !== undefined) {
      throw line.fault('address, tab, prefix length, tab, AS numbers');
    }
    const { width, length } = parsePrefix(address, bits, groups, line);
    const seen = collector.open(groups, width, length);
    if (seen !== undefined) seeOrigins(origins, seen, line);
    read++;
  });
  collector.count('prefixes_read', read);
}
