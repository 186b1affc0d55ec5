import type { Collector } from '../build/collector.ts';
import type { Observations } from '../build/observations.ts';
import type { Input } from '../input.ts';
import { parseAsn, parsePrefix } from './fields.ts';
import { forEachLine, type Line } from './lines.ts';

/**
 * Origins in CAIDA's notation: `_` between the origins of a multi-origin prefix, most frequent first (since 2010-10-27),
 * `,` between the members of an AS_SET, in braces or not. The file gives an order and no counts: n origins count as seen
 * by n, n - 1, ... 1 peers, which keeps the order.
 */
function seeOrigins(origins: string, seen: Observations, line: Line): void {
  const listed = origins.split('_');
  listed.forEach((origin, i) => {
    const members = origin.replace(/^\{(.*)\}$/, '$1').split(',');
    const asns = members.map((member) => parseAsn(member, line));
    const isSet = asns.length > 1 || origin.startsWith('{');
    for (let peer = 0; peer < listed.length - i; peer++) {
      if (isSet) seen.seeSet(asns, peer);
      else seen.seeAs(asns[0] ?? 0, peer);
    }
  });
}

/** CAIDA's pfx2as files: `address<TAB>length<TAB>origins`. */
export async function readPfx2as(input: Input, collector: Collector, tolerant: boolean): Promise<void> {
  const groups = new Uint16Array(8);
  let read = 0;
  await forEachLine(input, tolerant, (line) => {
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
