import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseBlocklist } from '../../../orchestrator/address/blocklist.ts';
import { formatPrefix } from '../../../orchestrator/address/ip.ts';
import { PrefixSet } from '../../../orchestrator/address/prefix-set.ts';
import { isSpecialPurpose } from '../../../orchestrator/address/scope.ts';
import { Config } from '../../../orchestrator/config/config.ts';
import { prefixFaults } from '../../../orchestrator/config/targets.ts';
import { parseParty } from '../../../orchestrator/purge/party.ts';
import { createScreen } from '../../../orchestrator/stages/units/screen.ts';
import { parseTarget } from '../../../orchestrator/tools/list/line.ts';

const test = suite('address/mapped');

/** One network in notations of IPv6, all of them mapped. */
const notations = [
  '::ffff:198.18.9.0/120',
  '::FFFF:c612:0900/120',
  '0:0:0:0:0:ffff:c612:900/120',
  '::ffff:198.18.9.0/0120',
];
const [wrong = '', ...same] = notations.toReversed();

function optedOut(list: string, target: string): string | null {
  const blocklist = join(mkdtempSync(join(tmpdir(), 'mapped-')), 'opt-outs');
  writeFileSync(blocklist, `${list}\n`);
  const lab = { lab: true, lab_ranges: ['198.18.0.0/15'], targets: { list: 'x' } };
  return createScreen(Config.parse({ ...lab, scan: { blocklist } })).whole(target);
}

const places: [place: string, read: (text: string) => unknown, right: unknown][] = [
  ['a blocklist', (text) => parseBlocklist(text, 'file').map(formatPrefix), ['198.18.9.0/24']],
  ['what is asked of a blocklist', (text) => optedOut(text, '198.18.9.7'), 'blocked'],
  ['a set', (text) => new PrefixSet([text]).contains('198.18.9.7'), true],
  ['ranges of a lab', (text) => isSpecialPurpose(text), true],
  [
    'what a lab may ask',
    (text) => createScreen(Config.parse({ lab: true, lab_ranges: [text], targets: { list: 'x' } })).whole('198.18.9.7'),
    null,
  ],
  ['targets of the configuration', (text) => prefixFaults({ prefixes: [text] }), []],
  ['a list of targets', parseTarget, { kind: 'prefix', target: '198.18.9.0/24' }],
  ['a party to be purged', (text) => parseParty(text).addresses?.contains('198.18.9.7'), true],
];
for (const [place, read, right] of places) {
  test(`a mapped prefix means IPv4 wherever a prefix is read: ${place}`, () => {
    for (const text of same) assert.equal(read(text), right, text);
  });
}

test('one with a zero before its bits is refused in all of them', () => {
  assert.throws(() => parseBlocklist(wrong, 'file'), /line 1/);
  assert.is(prefixFaults({ prefixes: [wrong] }).length, 1);
  assert.is(parseTarget(wrong), 'not_an_address');
});

test.run();
