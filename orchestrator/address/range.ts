import type { Address, Prefix } from './ip.ts';

/** The prefix of at most `span` bits of host part that begins at an address. */
function alignedPrefix(start: Address, host: number): Prefix {
  return { family: start.family, words: start.words, length: 32 * start.words.length - host, hostBits: false };
}

function numberOf(words: readonly number[]): bigint {
  return words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
}

function addressOf(value: bigint, family: 4 | 6): Address {
  const shifts = family === 4 ? [0n] : [96n, 64n, 32n, 0n];
  return { family, words: shifts.map((shift) => Number((value >> shift) & 0xffffffffn)) };
}

/** The fewest prefixes that hold a range and nothing else. */
export function rangePrefixes(first: Address, last: Address): Prefix[] {
  const prefixes: Prefix[] = [];
  const end = numberOf(last.words);
  for (let at = numberOf(first.words); at <= end; ) {
    let host = 0;
    const bits = 32 * first.words.length;
    while (host < bits && ((at >> BigInt(host)) & 1n) === 0n && at + (1n << BigInt(host + 1)) - 1n <= end) host += 1;
    prefixes.push(alignedPrefix(addressOf(at, first.family), host));
    at += 1n << BigInt(host);
  }
  return prefixes;
}

/** The address before one that is not the first there is. */
export function addressBefore({ family, words }: Address): Address {
  return addressOf(numberOf(words) - 1n, family);
}
