import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Pseudonyms } from '../../../orchestrator/traffic/records/pseudonym.ts';
import { sharedBits } from '../../shared-bits.ts';

const test = suite('pseudonyms');

/** The key of the sample that the authors of Crypto-PAn publish with their program. */
const sample = Buffer.from([
  21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16, 216, 152, 143, 131, 121, 121, 101, 39, 98, 87,
  76, 45, 42, 132, 34, 2,
]);

const vectors: [address: string, pseudonym: string][] = [
  ['128.11.68.132', '135.242.180.132'],
  ['129.118.74.4', '134.136.186.123'],
  ['130.132.252.244', '133.68.164.234'],
  ['141.223.7.43', '141.167.8.160'],
  ['141.233.145.108', '141.129.237.235'],
];

test("the pseudonyms of the authors' sample are theirs", () => {
  const { name } = new Pseudonyms(sample);
  for (const [address, pseudonym] of vectors) assert.is(name(address, true), pseudonym, address);
});

const neighbours = [
  ['198.18.0.1', '198.18.0.0', '198.18.0.129', '198.18.128.1', '198.19.0.1', '70.18.0.1', '199.18.0.1'],
  ['2001:db8::1', '2001:db8::', '2001:db8:0:0:8000::1', '2001:db8:1::1', '2001:db9::1', 'fd00::1'],
];

test('two addresses share as many leading bits as their pseudonyms, in both families', () => {
  const { name } = new Pseudonyms(sample);
  for (const family of neighbours) {
    for (const a of family) {
      for (const b of family) assert.is(sharedBits(name(a, true), name(b, true)), sharedBits(a, b), `${a} ${b}`);
    }
  }
});

test('servers keep their addresses, and another key gives other pseudonyms', () => {
  const { name } = new Pseudonyms(sample);
  const other = new Pseudonyms(Buffer.alloc(32, 7));
  assert.is(name('198.18.0.1', false), '198.18.0.1');
  assert.is(name('198.18.0.1', true), name('198.18.0.1', true), 'the same each time');
  assert.is.not(name('198.18.0.1', true), other.name('198.18.0.1', true));
});

test.run();
