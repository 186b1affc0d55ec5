import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadConfig } from '../../../orchestrator/config/file.ts';
import { storedConfig } from '../../../orchestrator/config/stored.ts';

const test = suite('config/issues');

function said(text: string, set: string[] = []): string {
  const file = join(mkdtempSync(join(tmpdir(), 'issues-')), 'census.yaml');
  writeFileSync(file, text);
  try {
    loadConfig(file, set);
    return '';
  } catch (error) {
    return String(error);
  }
}

const prefixes = 'targets: {prefixes: [198.18.0.0/24]}\n';
const cases: [title: string, text: string, says: RegExp][] = [
  ['a key that is misspelt', `${prefixes}scan: {rat: 5}\n`, /: scan\.rat: unknown key, did you mean scan\.rate\?$/],
  ['a section that is misspelt', `${prefixes}scna: {rate: 5}\n`, /: scna: unknown key, did you mean scan\?$/],
  ['a key in the wrong section', `${prefixes}rate: 5\n`, /: rate: unknown key, did you mean scan\.rate\?$/],
  ['a key like no other', `${prefixes}xyzzy: 5\n`, /: xyzzy: unknown key \(the file has lab, .*contact, .*memory\)$/],
  [
    'a key like no other in a section',
    `${prefixes}geo: {xyzzy: 5}\n`,
    /geo\.xyzzy: unknown key \(geo has tool, country, city\)$/,
  ],
  [
    'a misspelt key of a section that may be false',
    `${prefixes}os: {tol: nmap}\n`,
    /os\.tol: unknown key, did you mean os\.tool\?/,
  ],
  [
    'a misspelt key of one alternative',
    'targets: {list: a, wwww: true}\n',
    /targets\.wwww: unknown key, did you mean targets\.www\?/,
  ],
  [
    'two keys at once',
    `${prefixes}scan: {rat: 5, prts: [1]}\n`,
    /scan\.rat: .*scan\.rate\?; scan\.prts: .*scan\.ports\?$/,
  ],
  ['a word that is not in its list', `${prefixes}resolve: {tool: bind}\n`, /resolve\.tool: expected adns/],
  ['a misspelt word', `${prefixes}resolve: {tool: adsn}\n`, /tool: expected adns .*, not "adsn", did you mean adns\?$/],
  ['an element of a list', `${prefixes}scan: {versions: [1, 2]}\n`, /scan\.versions\.1: expected 0 or 1, not 2$/],
  [
    'a family that there is not',
    `${prefixes}resolve: {families: [5]}\n`,
    /resolve\.families\.0: expected 4 or 6, not 5$/,
  ],
  [
    'a list of one that is no list',
    `${prefixes}scan: {ports: 80}\n`,
    /scan\.ports: expected a list, such as \[a, b\], not 80$/,
  ],
  ['a yes', `${prefixes}path: {ping: yes}\n`, /path\.ping: expected true or false, not "yes"$/],
  ['a number with letters', `${prefixes}scan: {rate: 10k}\n`, /scan\.rate: expected a number, not "10k"$/],
  ['a fraction of a packet', `${prefixes}scan: {rate: 1.5}\n`, /scan\.rate: expected a whole number, not 1\.5$/],
  ['a section that is a number', `${prefixes}scan: 5\n`, /: scan: expected a section of keys, not 5$/],
  ['a target list of the wrong kind', 'targets: {prefixes: 198.18.0.0/24}\n', /targets\.prefixes: expected a list/],
  ['no targets', 'lab: true\n', /targets: expected exactly one of list, addresses, prefixes/],
  [
    'a time without its unit',
    `${prefixes}scan: {cooldown: 8}\n`,
    /scan\.cooldown: expected a time in seconds, such as 5s/,
  ],
  ['a time within a section that may be false', `${prefixes}os: {host_timeout: 5}\n`, /os\.host_timeout: .*, not 5$/],
  ['a word within one', `${prefixes}os: {tool: nmapx}\n`, /os\.tool: expected nmap or \{command: \[\.\.\.\]\}, not/],
  ['a section that is a word', `${prefixes}os: maybe\n`, /os: expected false or true, not "maybe"$/],
  ['a command of numbers', `${prefixes}scan: {tool: {command: [1]}}\n`, /tool\.command\.0: expected text, not 1$/],
  [
    'a command that is no list',
    `${prefixes}scan: {tool: {command: x}}\n`,
    /tool\.command: expected a list, .*, not "x"$/,
  ],
  [
    'targets that are misspelt',
    'targets: {prefixs: [198.18.0.0/24]}\n',
    /: targets\.prefixs: unknown key, did you mean targets\.prefixes\?$/,
  ],
  ['a list of them', 'targets: {lst: a.csv}\n', /: targets\.lst: unknown key, did you mean targets\.list\?$/],
  [
    'addresses of them',
    'targets: {adresses: a}\n',
    /: targets\.adresses: unknown key, did you mean targets\.addresses\?$/,
  ],
  ['targets like no other', 'targets: {xyzzy: a}\n', /: targets: expected exactly one of list, addresses, prefixes/],
  [
    'a resolver that is a name',
    `${prefixes}resolve: {resolvers: [dns.example]}\n`,
    /resolve\.resolvers\.0: expected the address of a resolver/,
  ],
  [
    'a resolver with a port',
    `${prefixes}resolve: {resolvers: ['198.18.0.1:53']}\n`,
    /resolve\.resolvers\.0: expected the address/,
  ],
  ['a port that is none', `${prefixes}scan: {ports: [70000]}\n`, /scan\.ports\.0: expected at most 65535, not 70000$/],
  ['a rate of none', `${prefixes}scan: {rate: 0}\n`, /scan\.rate: expected more than 0, not 0$/],
  [
    'an empty list',
    `${prefixes}confirm: {probes: []}\n`,
    /confirm\.probes: expected at least 1 in the list, not \[\]$/,
  ],
  ['an empty name', 'targets: {list: ""}\n', /targets\.list: expected (a file|text)/],
  [
    'an address that is none',
    `${prefixes}scan: {gateway_mac: 198.18.0.1}\n`,
    /scan\.gateway_mac: expected a hardware address, such as 02:00:00:00:00:01, not "198\.18\.0\.1"$/,
  ],
  ['a tool that is a list', `${prefixes}scan: {tool: [zmap]}\n`, /scan\.tool: expected zmap or .*, not \["zmap"\]$/],
];
for (const [title, text, says] of cases) test(`named: ${title}`, () => assert.match(said(text), says));

const entries: [title: string, entry: string, says: string | null][] = [
  ['an IPv4 prefix', '198.18.4.0/29', null],
  ['an address', '198.18.4.7', null],
  ['one of IPv6', '2001:DB8::7', null],
  ['an IPv4 prefix in mapped notation', '::ffff:198.18.4.0/125', null],
  ['a comment behind it', ' 198.18.4.0/29 # ours', null],
  ['host bits', '198.18.4.7/29', 'it has host bits set, did you mean 198.18.4.0/29?'],
  ['the same in mapped notation', '::ffff:198.18.4.7/125', 'it has host bits set, did you mean 198.18.4.0/29?'],
  ['an IPv6 prefix', '2001:db8::/120', 'an IPv6 prefix has too many addresses to probe'],
  ['a range', '198.18.4.0-198.18.4.7', 'expected a prefix such as 198.51.100.0/24, or an address'],
  ['a netmask', '198.18.4.0/255.255.255.248', 'expected a prefix such as'],
  ['two in one', '198.18.4.0/30, 198.18.4.4/30', 'expected a prefix such as'],
  ['a name', 'a.example', 'expected a prefix such as'],
  ['nothing', '', 'expected a prefix such as'],
];
for (const [title, entry, says] of entries) {
  test(`an entry of prefixes is ${says === null ? 'taken' : 'named, and none is skipped'}: ${title}`, () => {
    const text = `targets: {prefixes: [198.18.0.0/24, ${JSON.stringify(entry)}]}\n`;
    const heard = said(text);
    if (says === null) assert.is(heard, '');
    else assert.ok(heard.includes(`census.yaml: targets.prefixes.1: ${JSON.stringify(entry)}: ${says}`), heard);
    const flag = said('targets: {prefixes: [198.18.0.0/24]}\n', [`targets.prefixes=[${JSON.stringify(entry)}]`]);
    if (says === null) assert.is(flag, '');
    else assert.match(flag, '--set: targets.prefixes.0: ');
  });
}

const flags: [title: string, set: string, says: RegExp][] = [
  ['a misspelt key', 'scan.rat=5', /--set: scan\.rat: unknown key, did you mean scan\.rate\?$/],
  ['a key without its section', 'rate=5', /--set: rate: unknown key, did you mean scan\.rate\?$/],
  ['a wrong value', 'scan.ports=80', /--set: scan\.ports: expected a list, such as \[a, b\], not 80$/],
  ['a key below a value', 'scan.rate.x=5', /--set scan\.rate\.x=5: rate is not a section$/],
];
for (const [title, set, says] of flags) {
  test(`named as the flag's: ${title}`, () => {
    assert.match(said(`${prefixes}scan: {rate: 1}\n`, [set]), says);
  });
}

const list = 'targets: {list: a.csv, www: false}\n';
const replaced: [title: string, text: string, set: string[], targets: object][] = [
  ['prefixes in the place of a list', list, ['targets.prefixes=[198.18.0.0/24]'], { prefixes: ['198.18.0.0/24'] }],
  ['addresses from stdin in the place of a list', list, ['targets.addresses=-'], { addresses: '-' }],
  ['other prefixes', prefixes, ['targets.prefixes=[198.18.2.0/24]'], { prefixes: ['198.18.2.0/24'] }],
  ['all of targets', list, ['targets={prefixes: [198.18.3.0/24]}'], { prefixes: ['198.18.3.0/24'] }],
];
for (const [title, text, set, targets] of replaced) {
  test(`a flag may ask others than the file: ${title}`, () => {
    const file = join(mkdtempSync(join(tmpdir(), 'issues-')), 'census.yaml');
    writeFileSync(file, text);
    assert.equal(loadConfig(file, set).targets, targets);
  });
}

test('a list in the place of prefixes, with what goes with it; another flag beside the list of the file leaves that', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'issues-')), 'census.yaml');
  const targetsOf = (text: string, set: string[]) => {
    writeFileSync(file, text);
    const { targets } = loadConfig(file, set);
    return 'list' in targets ? [targets.list, targets.www] : targets;
  };
  assert.equal(targetsOf(prefixes, ['targets.list=/b.csv', 'targets.www=false']), ['/b.csv', false]);
  assert.equal(targetsOf('targets: {list: /a.csv, www: false}\n', ['targets.list=/b.csv']), ['/b.csv', false]);
});

const odd: [title: string, text: string, set: string[], says: RegExp][] = [
  [
    'no prefix at all',
    list,
    ['targets.prefixes='],
    /--set: targets\.prefixes: expected a list, such as \[a, b\], not null$/,
  ],
  [
    'two kinds of targets',
    list,
    ['targets.prefixes=[198.18.0.0/24]', 'targets.addresses=-'],
    /--set: targets\.prefixes: does not go with the other keys of targets/,
  ],
  [
    'a key of another kind',
    list,
    ['targets.prefixes=[198.18.0.0/24]', 'targets.www=true'],
    /--set: targets\.www: does not go with the other keys of targets$/,
  ],
];
for (const [title, text, set, says] of odd) {
  test(`named as the flag's: ${title}`, () => assert.match(said(text, set), says));
}

test('resolvers are addresses of either family, with a zone where it is one of the link', () => {
  const resolvers = '[198.18.0.1, "2001:db8::1", "fe80::1%eth0"]';
  assert.is(said(`${prefixes}resolve: {resolvers: ${resolvers}}\n`), '');
});

test('__proto__ is a key like any other, wherever it stands', () => {
  const section = `${prefixes}scan: {rate: 1, __proto__: {rate: 5}}\n`;
  for (const [text, set, says] of [
    [`${prefixes}__proto__: {memory: 1GB}\n`, [], /census\.yaml: __proto__: unknown key/],
    [`${prefixes}__proto__: {memory: 1GB}\n`, ['scan.rate=5'], /census\.yaml: __proto__: unknown key/],
    [section, [], /census\.yaml: scan\.__proto__: unknown key/],
    [section, ['scan.rate=5'], /census\.yaml: scan\.__proto__: unknown key/],
    [prefixes, ['__proto__=5'], /--set: __proto__: unknown key/],
    [prefixes, ['__proto__.memory=1GB'], /--set: __proto__: unknown key/],
    [prefixes, ['scan.__proto__.rate=5'], /--set: scan\.__proto__: unknown key/],
    [prefixes, ['constructor.x=5'], /--set: constructor: unknown key/],
  ] as const) {
    assert.match(said(text, [...set]), says, `${text}${set}`);
  }
});

test("what is wrong in the file is said to be the file's, whatever the flags", () => {
  assert.match(said(`${prefixes}scan: {rat: 1}\n`, ['scan.rate=5']), /census\.yaml: scan\.rat: unknown key/);
});

test('what a manifest keeps is read again as it was: every time, whatever its key', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'issues-')), 'census.yaml');
  const times = 'scan: {cooldown: 3s}\nhandshake: {hold: 1.5s, timeout: 7s}\nos: {host_timeout: 9s}\n';
  writeFileSync(file, `${prefixes}${times}`);
  const config = loadConfig(file, []);
  assert.equal(storedConfig(JSON.parse(JSON.stringify(config))), config);
});

test.run();
