import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CensusError } from '../../../orchestrator/errors.ts';
import { holdsBytes, parseParty } from '../../../orchestrator/purge/party.ts';

const test = suite('party');

const cases: [party: string, text: string, scrubbed: string, sentence: string][] = [
  ['198.18.4.1', '{"target":"198.18.4.1"}', '{"target":"0.0.0.0"}', 'an address in quotes'],
  ['198.18.4.1', 'http://198.18.4.1:80/', 'http://0.0.0.0:80/', 'with a port'],
  ['198.18.4.1', '::ffff:198.18.4.1 ::ffff:c612:401', ':: ::', 'mapped, in both notations'],
  [
    '198.18.4.1',
    '198.18.4.10 98.18.4.1 198.18.4.1.5 1198.18.4.1',
    '198.18.4.10 98.18.4.1 198.18.4.1.5 1198.18.4.1',
    'others are not it',
  ],
  ['198.18.4.1', '198.18.4.1/32 198.18.4.1\\/32', '0.0.0.0/32 0.0.0.0\\/32', 'as a prefix'],
  ['198.18.4.0', '198.18.4.0/24 198.18.4.0', '198.18.4.0/24 0.0.0.0', 'a prefix that begins with it is not it'],
  ['::ffff:198.18.4.1', '198.18.4.1', '0.0.0.0', 'given as a mapped one'],
  ['198.18.4.1', 'at 198.18.4.1.', 'at 0.0.0.0.', 'at the end of a sentence'],
  ['2001:db8::1', '2001:db8::1 2001:DB8:0:0:0:0:0:1 2001:0db8::0001', ':: :: ::', 'IPv6 in any notation'],
  ['2001:db8:0:0::1', 'http://[2001:db8::1]:80/', 'http://[::]:80/', 'in brackets'],
  [
    '2001:db8::1',
    '2001:db8::10 2001:db8::1:1 12:34:56',
    '2001:db8::10 2001:db8::1:1 12:34:56',
    'others, and times of day',
  ],
  [
    '198.18.4.0/24',
    '198.18.4.1 198.18.5.1 198.18.4.0/25',
    '0.0.0.0 198.18.5.1 0.0.0.0/25',
    'any address of a prefix, and prefixes within',
  ],
  ['2001:db8::/32', '2001:db8:9::1 2001:db9::1', ':: 2001:db9::1', 'of IPv6'],
  [
    'a.example',
    'a.example www.A.example b.a.example',
    'purged.invalid purged.invalid purged.invalid',
    'a name and those below it',
  ],
  [
    'a.example',
    'ba.example a.example.org a-a.example a.example-b',
    'ba.example a.example.org a-a.example a.example-b',
    'longer names are not it',
  ],
  [
    'www.a.example',
    'www.a.example x.www.a.example a.example www.b.a.example b.a.example',
    'purged.invalid purged.invalid purged.invalid www.b.a.example b.a.example',
    'the double with www, and the name that it is made of; others below that stay',
  ],
  ['www.example', 'www.example example', 'purged.invalid example', 'a name that has www for its own label'],
  ['a.example', 'https://a.example/x', 'https://purged.invalid/x', 'in a URL'],
  ['a.example', 'a.example. IN', 'purged.invalid. IN', 'with a dot behind it'],
  [
    '198.18.4.1',
    '{"name":"1.4.18.198.in-addr.arpa"} http://1.4.18.198.IN-ADDR.arpa./ b._dns-sd._udp.1.4.18.198.in-addr.arpa',
    '{"name":"purged.invalid"} http://purged.invalid./ purged.invalid',
    'its name of reverse DNS, and those below',
  ],
  [
    '198.18.4.1',
    '11.4.18.198.in-addr.arpa 4.18.198.in-addr.arpa 1.4.18.198.in-addr.arpa.example 198.18.4.2.in-addr.arpa',
    '11.4.18.198.in-addr.arpa 4.18.198.in-addr.arpa 1.4.18.198.in-addr.arpa.example 198.18.4.2.in-addr.arpa',
    'names of others, of a network that holds it, and what only begins so',
  ],
  ['198.18.4.1', '1.4.18.198.in-addr.arpa', 'purged.invalid', 'that name alone'],
  ['198.18.4.1', '1.4.18.198.IN-ADDR.ARPA', 'purged.invalid', 'in capitals'],
  ['198.18.4.0', '4.18.198.in-addr.arpa', '4.18.198.in-addr.arpa', 'the name of a network that begins with it'],
  ['2001:db8::', '8.b.d.0.1.0.0.2.ip6.arpa', '8.b.d.0.1.0.0.2.ip6.arpa', 'the same of IPv6'],
  [
    '198.18.4.0/23',
    '4.18.198.in-addr.arpa 7.5.18.198.in-addr.arpa 6.18.198.in-addr.arpa 18.198.in-addr.arpa',
    'purged.invalid purged.invalid 6.18.198.in-addr.arpa 18.198.in-addr.arpa',
    'names of networks and addresses within a prefix',
  ],
  [
    '2001:db8::1',
    '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa',
    'purged.invalid',
    'the nibbles of IPv6',
  ],
  [
    '2001:db8::/32',
    '8.B.d.0.1.0.0.2.ip6.arpa 9.b.d.0.1.0.0.2.ip6.arpa',
    'purged.invalid 9.b.d.0.1.0.0.2.ip6.arpa',
    'fewer of them',
  ],
  ['198.18.4.1', '64:ff9b::198.18.4.1 64:FF9B::c612:401', ':: ::', 'translated, in both notations'],
  [
    '198.18.4.1',
    '::198.18.4.1 ::c612:401 2002:c612:401::5',
    ':: :: ::',
    'compatible, and any address of 6to4 behind it',
  ],
  [
    '198.18.4.1',
    '64:ff9b::198.18.4.2 2002:c612:402::5',
    '64:ff9b::198.18.4.2 2002:c612:402::5',
    'others in these forms are not it',
  ],
  ['64:ff9b::198.18.4.1', '198.18.4.1 2002:c612:401::', '0.0.0.0 ::', 'given in one form, and said in another'],
  ['2002:c612:401::1', '198.18.4.1', '0.0.0.0', 'given as 6to4'],
  [
    '198.18.4.0/24',
    '64:ff9b::c612:409 64:ff9b::c612:509',
    ':: 64:ff9b::c612:509',
    'any address of a prefix in another form',
  ],
  ['198.18.4.7/24', '198.18.4.1 198.18.5.1', '0.0.0.0 198.18.5.1', 'a prefix given with bits beyond its length'],
  ['2001:DB8::A', '2001:db8::a', '::', 'given in upper case'],
  ['198.18.4.1', 'inet 198.18.4.1/24', 'inet 0.0.0.0/24', 'with the length of its network'],
  [
    '198.18.4.1',
    'a\\n198.18.4.1 ?to=http%3A%2F%2F198.18.4.1%20198.18.4.1',
    'a\\n0.0.0.0 ?to=http%3A%2F%2F0.0.0.0%200.0.0.0',
    'after an escape',
  ],
  ['2001:db8::1', '"a\\n2001:db8::1"', '"a\\n::"', 'IPv6 after an escape'],
  [
    'a.example',
    '"x\\na.example\\ta.example" ?to=https%3A%2F%2Fa.example%2F',
    '"x\\npurged.invalid\\tpurged.invalid" ?to=https%3A%2F%2Fpurged.invalid%2F',
    'a name after an escape',
  ],
  [
    'A.Example.',
    'a.example www.a.example.',
    'purged.invalid purged.invalid.',
    'a name given in upper case and with the dot of the root',
  ],
  [
    'm\u00fcnchen.example',
    'xn--mnchen-3ya.example m\u00fcnchen.example M\u00dcNCHEN.example',
    'purged.invalid purged.invalid purged.invalid',
    'an international name given in Unicode',
  ],
  [
    'xn--mnchen-3ya.example',
    'www.m\u00fcnchen.example mu\u0308nchen.example "m\\u00fcnchen.example" XN--MNCHEN-3YA.example',
    'purged.invalid purged.invalid "purged.invalid" purged.invalid',
    'and in ASCII',
  ],
  [
    'xn--mnchen-3ya.example',
    Buffer.from('b\u00fccher.m\u00fcnchen.example M\u00dcNCHEN.EXAMPLE').toString('latin1'),
    'purged.invalid purged.invalid',
    'in the bytes of UTF-8',
  ],
  [
    'm\u00fcnchen.example',
    'munchen.example m\u00fcnchen.example.org',
    'munchen.example m\u00fcnchen.example.org',
    'longer and plainer names are not it',
  ],
  [
    'xn--mnchen-3ya.xn--p1ai',
    'm\u00fcnchen.\u0440\u0444 xn--mnchen-3ya.xn--p1ai',
    'purged.invalid purged.invalid',
    'below an international top level',
  ],
  ['xn--mnchen-3ya.xn--p1ai', 'm\u00fcnchen.\u0440\u0444', 'purged.invalid', 'below one, in Unicode alone'],
];
for (const [given, text, scrubbed, sentence] of cases) {
  test(`${sentence}: ${given}`, () => {
    const party = parseParty(given);
    assert.is(party.scrub(text), scrubbed);
    assert.is(party.mentions(text), text !== scrubbed);
    assert.is(party.blank(text).length, text.length);
    assert.not.ok(party.mentions(party.blank(text)));
  });
}

const refused = [
  '',
  'nobody',
  '198.18.4',
  '198.18.4.1/33',
  '198.18.4.1-198.18.4.9',
  'a b.example',
  '1.2.3.4.5',
  '*.example.org',
];
for (const text of refused) {
  test(`${JSON.stringify(text)} is nobody`, () => {
    assert.throws(
      () => parseParty(text),
      (error: unknown) => error instanceof CensusError && error.code === 'E_INPUT',
    );
  });
}

test('bytes in network order are told too, mapped ones as IPv4', () => {
  const four = parseParty('198.18.4.1');
  assert.ok(holdsBytes(four, Buffer.from('c6120401', 'hex')));
  assert.ok(holdsBytes(four, Buffer.from('00000000000000000000ffffc6120401', 'hex')));
  assert.not.ok(holdsBytes(four, Buffer.from('c6120402', 'hex')));
  for (const form of [
    '0064ff9b0000000000000000c6120401',
    '000000000000000000000000c6120401',
    '2002c612040100000000000000000001',
  ])
    assert.ok(holdsBytes(four, Buffer.from(form, 'hex')), form);
  assert.equal(parseParty('64:ff9b::198.18.4.1').bytes, Buffer.from('c6120401', 'hex'));
  assert.is(parseParty('2002:c612:401::').key, parseParty('198.18.4.1').key);
  const six = parseParty('2001:db8::/32');
  assert.ok(holdsBytes(six, Buffer.from('20010db8000000000000000000000001', 'hex')));
  assert.not.ok(holdsBytes(six, Buffer.from('20010db9000000000000000000000001', 'hex')));
  assert.not.ok(holdsBytes(parseParty('a.example'), Buffer.from('c6120401', 'hex')));
});

test.run();
