import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PrefixSet } from '../../../../orchestrator/address/prefix-set.ts';
import { Config } from '../../../../orchestrator/config/config.ts';
import { createScreen, lateScreen } from '../../../../orchestrator/stages/units/screen.ts';

const test = suite('screen');

const blocklist = join(mkdtempSync(join(tmpdir(), 'screen-')), 'blocklist.conf');
writeFileSync(
  blocklist,
  '198.18.78.0/29 # asked to be left alone\n8.8.8.0/24\n198.18.77.0/25\n198.18.77.128-198.18.77.255\n198.16.0.0/15\n',
);

const lab = Config.parse({
  lab: true,
  lab_ranges: ['198.18.0.0/15', '2001:db8::/32'],
  targets: { prefixes: ['198.18.0.0/16'] },
  scan: { blocklist },
});
const real = Config.parse({ targets: { prefixes: ['9.0.0.0/8'] }, scan: { blocklist } });

const translated = Config.parse({
  ...{ lab: true, lab_ranges: ['198.18.0.0/15', '64:ff9b::/96'] },
  ...{ targets: { prefixes: ['198.18.0.0/16'] }, scan: { blocklist } },
});

const cases: [sentence: string, config: Config, target: string, reason: string | null][] = [
  ['a lab run addresses its ranges', lab, '198.18.4.1', null],
  ['and the IPv6 ones', lab, '2001:db8::1', null],
  ['and prefixes within them', lab, '198.19.0.0/24', null],
  ['but nothing else', lab, '9.9.9.9', 'outside_lab'],
  ['not even private addresses', lab, '10.1.2.3', 'outside_lab'],
  ['nor a prefix that reaches out of them', lab, '198.16.0.0/13', 'outside_lab'],
  ['an opt-out holds in the lab too', lab, '198.18.78.3', 'blocked'],
  ['a real run addresses global addresses', real, '9.9.9.9', null],
  ['but not those that opted out', real, '8.8.8.8', 'blocked'],
  ['nor a prefix that opted out whole', real, '8.8.8.128/25', 'blocked'],
  ['nor private ones that a server announced', real, '10.1.2.3', 'not_global'],
  ['an IPv6 prefix of global unicast is probed', real, '2a00:1450::/32', null],
  ['the whole Internet is probed, and the prober leaves out what is not global', real, '0.0.0.0/0', null],
  ['nor a private prefix', real, '10.1.0.0/16', 'not_global'],
  ['a prefix that holds blocked addresses is probed, and the prober leaves them out', lab, '198.18.78.0/24', null],
  ['two halves that opted out are the whole', lab, '198.18.77.0/24', 'blocked'],
  ['an opt-out and special ranges leave nothing together', real, '198.16.0.0/14', 'blocked'],
  ['a mapped address is sent nothing in the lab', lab, '::ffff:198.18.4.1', 'outside_lab'],
  ['nor in the open', real, '::ffff:9.9.9.9', 'not_global'],
  ['nor the lab', real, '198.18.4.1', 'not_global'],
  ['nor IPv6 documentation addresses', real, '2001:db8::1', 'not_global'],
  ['a translated address is an IPv4 host, and none of IPv6', real, '64:ff9b::9.9.9.9', 'not_global'],
  ['nor is one that opted out', real, '64:ff9b::8.8.8.8', 'not_global'],
  ['nor a prefix of them', real, '64:ff9b::9.0.0.0/104', 'not_global'],
  ['nor all of them', real, '64:ff9b::/96', 'not_global'],
  ['what stands beside them is special as well', real, '64:ff9b:1::9.9.9.9', 'not_global'],
  ['in a lab whose range they are, its opt-out holds', translated, '64:ff9b::8.8.8.8', 'blocked'],
  ['and they are asked', translated, '64:ff9b::9.9.9.9', null],
  ['what is no address is blocked', real, 'example.org', 'blocked'],
];

for (const [sentence, config, target, reason] of cases) {
  test(`${sentence}: ${target}`, () => assert.is(createScreen(config).whole(target), reason));
}

const wide: [sentence: string, config: Config, target: string, skipped: string[]][] = [
  ['the opt-out of an IPv4 prefix', translated, '64:ff9b::198.18.78.0/120', ['64:ff9b::c612:4e00/125']],
  [
    'every opt-out within the whole form',
    translated,
    '64:ff9b::/96',
    [...['64:ff9b::808:800/120', '64:ff9b::c610:0/111'], ...['64:ff9b::c612:4d00/120', '64:ff9b::c612:4e00/125']],
  ],
  ['all of it in the open', real, '64:ff9b::10.0.0.0/103', ['64:ff9b::a00:0/103']],
];
for (const [sentence, config, target, skipped] of wide) {
  test(`out of a wide translated prefix goes ${sentence}`, () => {
    const cut = createScreen(config).partly(target);
    assert.equal(cut?.skipped, skipped);
    assert.not.ok(new PrefixSet(cut?.asked ?? []).contains('64:ff9b::198.18.78.3'));
  });
}

test('a translated prefix is blocked where IPv4 prefixes hold all of it together', () => {
  assert.is(createScreen(translated).whole('64:ff9b::198.18.77.0/120'), 'blocked');
});

test('an opt-out of an IPv4 address while the census runs holds for the translated one', () => {
  const { whole } = lateScreen(new PrefixSet(['198.18.4.0/24']));
  assert.is(whole('64:ff9b::198.18.4.1'), 'opted_out');
  assert.is(whole('64:ff9b::198.18.5.1'), null);
});

test.run();
