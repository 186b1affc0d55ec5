import ipaddr from 'ipaddr.js';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseBlocklist } from '../../../orchestrator/address/blocklist.ts';
import { parsePrefix } from '../../../orchestrator/address/ip.ts';
import { PrefixSet } from '../../../orchestrator/address/prefix-set.ts';

const test = suite('blocklist-random');

/** Numbers that are the same each time (mulberry32). */
function drawer(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

interface Range {
  family: 4 | 6;
  first: bigint;
  last: bigint;
}

const base = { 4: 0xc6120000n, 6: 0x20010db8n << 96n } as const;

/** Text of a number as an address, by a library that shares no code with ours. */
function textOf(family: 4 | 6, value: bigint): string {
  const bytes = Array.from({ length: family === 4 ? 4 : 16 }, (_, index, size = family === 4 ? 4 : 16) =>
    Number((value >> BigInt(8 * (size - 1 - index))) & 255n),
  );
  return ipaddr.fromByteArray(bytes).toString();
}

function fullText(value: bigint): string {
  return value
    .toString(16)
    .padStart(32, '0')
    .replace(/(.{4})(?!$)/g, '$1:')
    .toUpperCase();
}

const mapped = (value: bigint) => `::ffff:${textOf(4, value)}`;

type Notation = (range: Range, length: number) => string;
const notations: Record<4 | 6, Notation[]> = {
  4: [
    ({ first }, length) => `${textOf(4, first)}/${length}`,
    ({ last }, length) => `  ${textOf(4, last)}/${length} # host bits`,
    ({ first, last }) => `${textOf(4, first)}-${textOf(4, last)}`,
    ({ first, last }) => `${textOf(4, first)} - ${textOf(4, last)} ; SBL1`,
    ({ first }, length) => `${mapped(first)}/${96 + length}`,
    ({ last }, length) => `::ffff:${(last >> 16n).toString(16)}:${(last & 0xffffn).toString(16)}/${96 + length}`,
    ({ first, last }) => `${mapped(first)}-${mapped(last)}#`,
  ],
  6: [
    ({ first }, length) => `${textOf(6, first)}/${length}`,
    ({ last }, length) => `${fullText(last)}/${length};`,
    ({ first, last }) => `${textOf(6, first)}\t-\t${fullText(last)}`,
  ],
};

/** 500 prefixes in every notation and the same as numbers; few bits vary, so that targets fall in, beside and between. */
function drawBlocklist(draw: (below: number) => number): { text: string; ranges: Range[] } {
  const ranges: Range[] = [];
  let text = '\ufeff';
  for (let index = 0; index < 500; index += 1) {
    const family = draw(2) === 0 ? 4 : 6;
    const bits = family === 4 ? 32 : 128;
    const length = bits - draw(8);
    const host = BigInt(bits - length);
    const first = ((base[family] + BigInt(draw(65_536))) >> host) << host;
    const range = { family, first, last: first + (1n << host) - 1n } as const;
    const notation = notations[family][draw(notations[family].length)];
    assert.ok(notation);
    text += `${notation(range, length)}${['\n', '\r\n', '\r', '\n\n# x\n'][draw(4)]}`;
    ranges.push(range);
  }
  return { text, ranges };
}

for (const seed of [1, 2015, 8684]) {
  test(`2,000 targets against 500 entries in every notation are as a count by numbers has them (seed ${seed})`, () => {
    const draw = drawer(seed);
    const { text, ranges } = drawBlocklist(draw);
    const set = new PrefixSet(parseBlocklist(text, 'drawn'));
    const holds = (family: 4 | 6, value: bigint) =>
      ranges.some((range) => range.family === family && range.first <= value && value <= range.last);
    let inside = 0;
    let whole = 0;
    for (let index = 0; index < 2000; index += 1) {
      const family = draw(2) === 0 ? 4 : 6;
      const bits = family === 4 ? 32 : 128;
      const host = draw(4);
      const first = ((base[family] + BigInt(draw(65_536))) >> BigInt(host)) << BigInt(host);
      const address = textOf(family, first);
      assert.is(set.contains(address), holds(family, first), address);
      inside += holds(family, first) ? 1 : 0;
      const asMapped = family === 4 && draw(2) === 0;
      const target = asMapped ? `${mapped(first)}/${128 - host}` : `${address}/${bits - host}`;
      const prefix = parsePrefix(target);
      const all = Array.from({ length: 2 ** host }, (_, offset) => first + BigInt(offset));
      const covered = all.every((value) => holds(family, value));
      assert.is(prefix !== null && set.covers(prefix), covered, target);
      whole += covered && host > 0 ? 1 : 0;
    }
    assert.ok(
      inside > 200 && inside < 1800 && whole > 50,
      `${inside} inside, ${whole} whole: the draw decides nothing`,
    );
  });
}

test.run();
