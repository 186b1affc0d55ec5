import ipaddr from 'ipaddr.js';

/** 4 or 6. Throws on text that is no address. */
export function family(address: string): 4 | 6 {
  return ipaddr.parse(address).kind() === 'ipv4' ? 4 : 6;
}

/** The n-th address of a prefix, counted from its network address, as text: (198.18.4.0/26, 1) gives 198.18.4.1. */
export function addressAt(prefix: string, n: number): string {
  const [network] = ipaddr.parseCIDR(prefix);
  const bytes = network.toByteArray();
  let carry = n;
  for (let i = bytes.length - 1; i >= 0 && carry > 0; i--) {
    const sum = (bytes[i] ?? 0) + carry;
    bytes[i] = sum & 255;
    carry = Math.floor(sum / 256);
  }
  return ipaddr.fromByteArray(bytes).toString();
}

/** A world has some hundred prefixes, and asks them about each of its hosts: to parse them anew was nine tenths of planning one. */
const ranges = new Map<string, ReturnType<typeof ipaddr.parseCIDR>>();

function rangeOf(prefix: string): ReturnType<typeof ipaddr.parseCIDR> {
  const known = ranges.get(prefix);
  if (known !== undefined) return known;
  const range = ipaddr.parseCIDR(prefix);
  ranges.set(prefix, range);
  return range;
}

/** Whether the address lies in the prefix; false when their families differ. */
export function contains(prefix: string, address: string): boolean {
  const parsed = ipaddr.parse(address);
  const range = rangeOf(prefix);
  return parsed.kind() === range[0].kind() && parsed.match(range);
}

/** The element with the longest prefix around the address, or undefined. */
export function longestMatch<T extends { prefix: string }>(table: readonly T[], address: string): T | undefined {
  let best: T | undefined;
  let length = -1;
  for (const row of table) {
    const bits = Number(row.prefix.split('/')[1]);
    if (bits > length && contains(row.prefix, address)) [best, length] = [row, bits];
  }
  return best;
}
