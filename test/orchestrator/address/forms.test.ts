import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { heldIpv4, sameParty } from '../../../orchestrator/address/forms.ts';
import { formatPrefix, type Prefix, parsePrefix } from '../../../orchestrator/address/ip.ts';

const test = suite('forms of an address');

function read(text: string): Prefix {
  const prefix = parsePrefix(text);
  if (prefix === null) throw new Error(`${text} is no prefix`);
  return prefix;
}

const host = [
  '198.18.9.7/32',
  '64:ff9b::c612:907/128',
  '::c612:907/128',
  '2002:c612:907::/48',
  '::ffff:0:c612:907/128',
];
const net = ['198.18.8.0/23', '64:ff9b::c612:800/119', '::c612:800/119', '2002:c612:800::/39', '::ffff:0:c612:800/119'];
const cases: [given: string, all: string[]][] = [
  ['198.18.9.7', host],
  ['::ffff:198.18.9.7', host],
  ['64:ff9b::198.18.9.7', host],
  ['::198.18.9.7', host],
  ['2002:c612:907::', host],
  ['::ffff:0:198.18.9.7', host],
  ['2002:c612:907:1::5', host],
  ['198.18.8.0/23', net],
  ['64:ff9b::c612:800/119', net],
  ['2002:c612:800::/39', net],
  ['2001:db8::1', ['2001:db8::1/128']],
  ['64:ff9b:1::c612:907', ['64:ff9b:1::c612:907/128']],
  ['0.0.0.0/0', ['0.0.0.0/0']],
  ['64:ff9b::/96', ['64:ff9b::/96']],
];
for (const [given, all] of cases) {
  test(`${given} is the same party as ${all.length - 1} others`, () => {
    assert.equal(sameParty(read(given)).map(formatPrefix), all);
    const held = heldIpv4(read(given));
    if (held !== null) assert.is(formatPrefix(held), all[0]);
  });
}

test.run();
