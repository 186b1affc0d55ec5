import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatPrefix, type Prefix, parseAddress, parsePrefix } from '../../../orchestrator/address/ip.ts';
import { TickedAddresses } from '../../../orchestrator/address/ticked.ts';

const test = suite('addresses ticked off');

async function* prefixes(texts: readonly string[]): AsyncGenerator<Prefix> {
  for (const text of texts) {
    const prefix = parsePrefix(text);
    if (prefix === null) throw new Error(text);
    yield prefix;
  }
}

function wordOf(text: string): number {
  return parseAddress(text)?.words[0] ?? Number.NaN;
}

const cases: [sentence: string, given: string[], ticked: string[], left: string[]][] = [
  ['nobody answered: all are left', ['198.18.4.0/30', '198.18.9.1'], [], ['198.18.4.0/30', '198.18.9.1/32']],
  ['all answered: none is left', ['198.18.4.0/31'], ['198.18.4.0', '198.18.4.1'], []],
  ['nothing was given', [], ['198.18.4.0'], []],
  ['one in the middle', ['198.18.4.0/29'], ['198.18.4.3'], ['198.18.4.0/31', '198.18.4.2/32', '198.18.4.4/30']],
  ['the first and the last', ['198.18.4.0/30'], ['198.18.4.0', '198.18.4.3'], ['198.18.4.1/32', '198.18.4.2/32']],
  ['an answer that comes twice counts once', ['198.18.4.0/31'], ['198.18.4.1', '198.18.4.1'], ['198.18.4.0/32']],
  ['an answer of nobody who was asked', ['198.18.4.0/31'], ['198.18.3.255', '198.18.4.2'], ['198.18.4.0/31']],
  ['lines in any order', ['198.18.9.1', '198.18.4.1'], ['198.18.9.1'], ['198.18.4.1/32']],
  [
    'a line that another holds',
    ['198.18.4.2', '198.18.4.0/30', '198.18.4.3'],
    ['198.18.4.2'],
    ['198.18.4.0/31', '198.18.4.3/32'],
  ],
  ['a line that comes twice', ['198.18.4.2', '198.18.4.2'], [], ['198.18.4.2/32']],
  ['the highest addresses', ['255.255.255.252/30'], ['255.255.255.255'], ['255.255.255.252/31', '255.255.255.254/32']],
  ['the lowest address', ['0.0.0.0/31'], ['0.0.0.1'], ['0.0.0.0/32']],
];
for (const [sentence, given, ticked, left] of cases) {
  test(sentence, async () => {
    const addresses = await TickedAddresses.of(prefixes(given));
    for (const text of ticked) addresses.tick(wordOf(text));
    const lines = [...addresses.untickedPrefixes()].map(formatPrefix);
    assert.equal(lines, left);
    assert.is(
      addresses.left,
      lines.reduce((sum, line) => sum + 2 ** (32 - Number(line.split('/')[1])), 0),
    );
  });
}

test('whatever is given and ticked off, the rest is what a set would hold', async () => {
  let state = 7;
  const below = (limit: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % limit;
  };
  for (let round = 0; round < 200; round += 1) {
    const left = new Set<number>();
    const given = Array.from({ length: 1 + below(40) }, () => {
      const length = 26 + below(7);
      const first = wordOf('198.18.0.0') + below(2 ** (length - 22)) * 2 ** (32 - length);
      for (let word = first; word < first + 2 ** (32 - length); word += 1) left.add(word);
      return `${[24, 16, 8, 0].map((shift) => (first >>> shift) & 255).join('.')}/${length}`;
    });
    const addresses = await TickedAddresses.of(prefixes(given));
    for (let count = below(600); count > 0; count -= 1) {
      const word = wordOf('198.18.0.0') + below(1024);
      addresses.tick(word);
      left.delete(word);
    }
    const listed = [...addresses.untickedPrefixes()].flatMap(({ words: [first = 0], length }) =>
      Array.from({ length: 2 ** (32 - length) }, (_, index) => first + index),
    );
    assert.equal(
      listed,
      [...left].sort((a, b) => a - b),
      given.join(' '),
    );
    assert.is(addresses.left, left.size);
  }
});

test.run();
