import { type Prefix, parsePrefix } from '../address/ip.ts';

/** Names of reverse DNS with all that is below them: 1.4.18.198.in-addr.arpa (RFC 1035, 3.5), nibbles before ip6.arpa (RFC 3596, 2.5). */
export const reverseName = String.raw`(?:[A-Za-z0-9_-]+\.)*?(?:(?:\d{1,3}\.){1,4}in-addr|(?:[0-9A-Fa-f]\.){1,32}ip6)\.arpa(?!\.?[A-Za-z0-9_-])`;

const v4 = /((?:\d{1,3}\.){1,4})in-addr\.arpa$/i;
const v6 = /((?:[0-9a-f]\.){1,32})ip6\.arpa$/i;
const nibbles = 32;

/** Labels in the order of an address. */
function inOrder(labels: string): string[] {
  return labels.split('.').slice(0, -1).reverse();
}

/** The prefix that such a name is of, an address where it has all labels of one; null for a name that is of none. */
export function reversePrefix(name: string): Prefix | null {
  const [, bytes] = v4.exec(name) ?? [];
  if (bytes !== undefined) {
    const found = inOrder(bytes);
    return parsePrefix(`${[...found, '0', '0', '0'].slice(0, 4).join('.')}/${8 * found.length}`);
  }
  const [, digits] = v6.exec(name) ?? [];
  if (digits === undefined) return null;
  const found = inOrder(digits);
  const groups = found.join('').padEnd(nibbles, '0').match(/.{4}/g) ?? [];
  return parsePrefix(`${groups.join(':')}/${4 * found.length}`);
}
