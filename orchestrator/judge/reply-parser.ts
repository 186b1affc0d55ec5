import { canonicalAddress } from '../address/ip.ts';
import { Config } from '../config/config.ts';
import { lineParser } from '../core/part/parse-line.ts';
import { Reject } from '../core/tool.ts';
import { ScanRecord } from '../schemas/records/scan.ts';
import { findTool } from '../tools/finder.ts';

const mapped = '::ffff:';

/** The IPv4 host that a mapped address stands for (RFC 4291, 2.5.5.2); any other address as it is. */
function hostOf(address: string): string {
  const inside = address.startsWith(mapped) ? address.slice(mapped.length) : '';
  return inside.includes('.') ? (canonicalAddress(inside) ?? address) : address;
}

/**
 * Reads lines of somebody's prober as records. Whoever made a list may have written IPv4 hosts as mapped addresses: they are the same
 * hosts. In a run one is nobody that was asked (core/part/tally.ts), so that only this reader takes it for the other.
 */
export function replyParser(): (line: string) => ScanRecord | Reject {
  const config = Config.parse({ targets: { addresses: '-' } });
  const parse = lineParser(findTool('syn_prober', config.scan.tool), ScanRecord, config);
  return (line) => {
    const record = parse(line);
    if (record instanceof Reject) return record;
    record.address = hostOf(record.address);
    if (record.icmp_hop !== null) record.icmp_hop = hostOf(record.icmp_hop);
    return record;
  };
}
