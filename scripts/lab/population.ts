import { z } from 'zod';
import { unansweredTld } from './nameservers.ts';

/** The many of a world that nobody describes one by one: list entries and addresses made by number, streamed and never held. */
export const Population = z.strictObject({
  names: z.int().positive().describe('list entries that are names, the described ones among them'),
  addresses: z.int().positive().describe('addresses that all names lead to, the described ones among them'),
  silent: z.int().nonnegative().describe('of these, addresses that answer nothing'),
  absent: z.int().nonnegative().describe('entries that do not exist, nor their www names (NXDOMAIN)'),
  unanswered: z
    .int()
    .nonnegative()
    .describe('entries delegated to a server that never answers, as `unanswered` of domains'),
  artefacts: z.int().nonnegative().describe('lines of the list that are no names'),
  alias_every: z
    .int()
    .positive()
    .describe('of every so many live entries the www name is an alias, otherwise the same'),
  site: z.string().describe('site that the answering addresses belong to'),
  places: z
    .array(
      z.strictObject({
        prefix: z.cidrv4().describe('where the addresses lie; AS and city follow from `networks`'),
        share: z.number().positive().describe('how many of the answering addresses lie there, in parts of the sum'),
      }),
    )
    .min(1)
    .describe('the base rate of the list'),
  silent_site: z.string().describe('site that the silent addresses belong to'),
  silent_prefix: z.cidrv4().describe('where the silent addresses lie'),
});
export type Population = z.infer<typeof Population>;

/** One entry of the crowd: a name with one address, or with none. */
export interface CrowdEntry {
  name: string;
  kind: 'live' | 'absent' | 'unanswered';
  address: string;
  alias: boolean;
}

/** What the described part of a world holds already: the crowd is the rest. */
interface Described {
  names: number;
  addresses: number;
}

const toNumber = (address: string) => address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
const toText = (n: number) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255].join('.');

/** Splits a whole number in these proportions: largest remainders, the first of equals. */
function apportion(total: number, shares: readonly number[]): number[] {
  const sum = shares.reduce((a, b) => a + b, 0);
  const exact = shares.map((share) => (total * share) / sum);
  const counts = exact.map(Math.floor);
  const left = total - counts.reduce((a, b) => a + b, 0);
  const order = exact
    .map((value, i) => ({ i, rest: value - Math.floor(value) }))
    .sort((a, b) => b.rest - a.rest || a.i - b.i);
  for (const { i } of order.slice(0, left)) counts[i] = (counts[i] ?? 0) + 1;
  return counts;
}

/** Whether the j-th of `total` is one of `some` spread evenly over them. */
const isOneOf = (some: number, total: number, j: number) =>
  Math.floor(((j + 1) * some) / total) > Math.floor((j * some) / total);

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/** The crowd of a world: how many entries and addresses, and the entries in the order in which they fill the list. */
export class Crowd {
  readonly population: Population;
  readonly entries: number;
  readonly answering: number;
  readonly live: number;
  readonly #blocks: { first: number; count: number }[];
  readonly #addresses: number;
  readonly #step: number;
  readonly #seed: number;

  constructor(population: Population, described: Described, seed: number) {
    this.population = population;
    this.entries = population.names - described.names;
    this.live = this.entries - population.absent - population.unanswered;
    this.#addresses = population.addresses - described.addresses;
    this.answering = this.#addresses - population.silent;
    if (this.live < this.#addresses)
      throw new Error(`the population has ${this.live} live names for ${this.#addresses} addresses: each needs one`);
    const counts = [
      ...apportion(
        this.answering,
        population.places.map(({ share }) => share),
      ),
      population.silent,
    ];
    const prefixes = [...population.places.map(({ prefix }) => prefix), population.silent_prefix];
    this.#blocks = prefixes.map((prefix, i) => {
      const [network = '', bits = ''] = prefix.split('/');
      const count = counts[i] ?? 0;
      if (count > 2 ** (32 - Number(bits)) - 2) throw new Error(`${prefix} has no room for ${count} addresses`);
      return { first: toNumber(network) + 1, count };
    });
    this.#seed = seed;
    // A step without a common divisor visits every address once, in an order in which the first places are not the first ranks.
    let step = Math.floor(this.#addresses * 0.6180339887) | 1;
    while (greatestDivisor(step, this.#addresses) !== 1) step += 2;
    this.#step = step;
  }

  #address(n: number): string {
    let left = n;
    for (const { first, count } of this.#blocks) {
      if (left < count) return toText(first + left);
      left -= count;
    }
    throw new Error(`the population has no address ${n}`);
  }

  /** The place of the n-th live entry: each address once, then again at random. */
  #place(n: number): number {
    if (n < this.#addresses) return (n * this.#step) % this.#addresses;
    return (Math.imul(n ^ this.#seed, 0x9e3779b1) >>> 0) % this.#addresses;
  }

  /** Entries that nobody answers for. */
  unanswered(): CrowdEntry[] {
    const found: CrowdEntry[] = [];
    for (const entry of this.all()) if (entry.kind === 'unanswered') found.push(entry);
    return found;
  }

  /** Every entry, in the order of the list. The same world gives the same entries each time. */
  *all(): Generator<CrowdEntry> {
    const { absent, unanswered, alias_every } = this.population;
    const nameless = { address: '', alias: false };
    let existing = 0;
    let live = 0;
    for (let j = 0; j < this.entries; j++) {
      if (isOneOf(absent, this.entries, j)) yield { name: `gone-${j}.test`, kind: 'absent', ...nameless };
      else if (isOneOf(unanswered, this.entries - absent, existing++))
        yield { name: `mute-${j}.${unansweredTld}`, kind: 'unanswered', ...nameless };
      else {
        const name = `site-${j}.${j % 2 === 0 ? 'example' : 'test'}`;
        yield { name, kind: 'live', address: this.#address(this.#place(live)), alias: live % alias_every === 0 };
        live += 1;
      }
    }
  }
}
