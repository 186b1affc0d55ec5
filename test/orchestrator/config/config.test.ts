import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { loadConfig, refuseUnsafe } from '../../../orchestrator/config/file.ts';
import { fullTemplate, initTemplate } from '../../../orchestrator/config/template.ts';
import { CensusError } from '../../../orchestrator/errors.ts';

const test = suite('config');

function written(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'config-')), 'census.yaml');
  writeFileSync(file, text);
  return file;
}

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof CensusError) return `${error.code} ${error.message} | ${error.hint}`;
    throw error;
  }
  return '';
}

type Wrong = [sentence: string, yaml: string, message: RegExp];
const wrong: Wrong[] = [
  ['a key that nobody knows is named', 'targets: {list: a}\nscna: {rate: 1}', /scna: unknown key, did you mean scan\?/],
  ['a wrong value is named with its place', 'targets: {list: a}\nscan: {rate: fast}', /scan\.rate: /],
  ['a port out of range is refused', 'targets: {list: a}\nscan: {ports: [70000]}', /scan\.ports\.0: /],
  ...[
    ['scan', 'ports', '[80, 443, 80]', '80'],
    ['scan', 'ports', '[0x50, 080]', '80'],
    ['scan', 'versions', '[1, 1]', '1'],
    ['resolve', 'families', '[6, 4, 6]', '6'],
    ['confirm', 'probes', '[plain, join, plain]', 'plain'],
  ].map(
    ([section, key, list, twice]): Wrong => [
      `what would be asked twice is refused: ${section}.${key} ${list}`,
      `targets: {list: a}\n${section}: {${key}: ${list}}`,
      new RegExp(`${section}\\.${key}: expected each once, ${twice} is listed twice`),
    ],
  ),
  [
    'so is a port that gets one question twice',
    'targets: {list: a}\nhandshake: {asked: {http: [80, 80]}}',
    /handshake\.asked\.http: expected each once, 80 is listed twice/,
  ],
  ['a time needs its unit', 'targets: {list: a}\nhandshake: {hold: 5}', /handshake\.hold: /],
  ['memory needs its unit', 'targets: {list: a}\nmemory: "512"', /memory: expected a size such as 512MB or 2GB/],
  [
    'memory that is a bare number needs it too',
    'targets: {list: a}\nmemory: 512',
    /memory: expected a size such as 512MB or 2GB, not 512/,
  ],
  ...[
    ...[
      'scan: {interface: ""}',
      'scan: {blocklist: ""}',
      'asn: {rib: ""}',
      'asn: {names: ""}',
      'asn: {organisations: ""}',
    ],
    ...['whois: {server: ""}', 'geo: {country: ""}', 'geo: {city: ""}'],
  ].map((text): (typeof wrong)[number] => [
    `an empty word is no value: ${text}`,
    `targets: {list: a}\n${text}`,
    /: expected text that is not empty, not ""/,
  ]),
  [
    'a command without a program',
    'targets: {list: a}\nscan: {tool: {command: ["", a]}}',
    /scan\.tool\.command: expected a program in front/,
  ],
  [
    'an empty file of addresses',
    'targets: {addresses: ""}',
    /targets\.addresses: expected text that is not empty, not ""/,
  ],
  [
    'an empty cache of lists',
    'targets: {list: a, cache: ""}',
    /targets\.cache: expected text that is not empty, not ""/,
  ],
  ['memory is enough for a merge', 'targets: {list: a}\nmemory: 100MB', /memory: at least 512MB/],
  ['targets are needed', 'contact: a@b.example', /targets: /],
  ['an unknown tool is refused', 'targets: {list: a}\nresolve: {tool: dig}', /resolve\.tool: /],
  ['what is not YAML is said to be so', 'targets: [', /is not YAML/],
  [
    'a tag that nobody knows is refused with its line',
    'seed: 1\nscan: !fast {rate: 1}\n',
    /, line 2, is not YAML: Unresolved tag: !fast/,
  ],
  [
    'a version of YAML that there is not',
    '%YAML 1.9\n---\nseed: 1\n',
    /, line 1, is not YAML: Unsupported YAML version/,
  ],
  ['a key twice', 'seed: 1\nseed: 2\n', /, line 2, is not YAML: the key seed stands twice in one section /],
  [
    'a second document',
    'seed: 1\n---\nscan: {rate: 5}\n',
    /, line 2, begins a second YAML document, and a configuration is one /,
  ],
  [
    'a number with a comma within braces',
    'targets: {list: a}\nscan: {rate: 1,000}\n',
    /: scan: 0 is not a key: within \{ \} a comma ends a value, so write numbers without commas, and lists in \[ \] /,
  ],
  [
    'one with two commas',
    'scan: {rate: 1,000,000}\n',
    /, line 1, is not YAML: the key 000 stands twice in one section \(within \{ \} a comma ends a value/,
  ],
  [
    'a list without brackets within braces',
    'targets: {list: a}\nscan: {ports: 80,443}\n',
    /scan\.ports: expected a list, such as \[a, b\], not 80; scan: 443 is not a key: within \{ \} a comma ends a value/,
  ],
  ['a key that is a number', 'targets: {list: a}\n1: 2\n', /: 1: unknown key \(the file has lab, /],
];

for (const [sentence, yaml, message] of wrong) {
  test(sentence, () => {
    const said = messageOf(() => loadConfig(written(yaml), []));
    assert.match(said, /^E_CONFIG /);
    assert.match(said, message);
  });
}

test('a file that is not there is an error with a way out', () => {
  assert.match(
    messageOf(() => loadConfig('/nonexistent/census.yaml', [])),
    /cannot be read .*mptcp-census init/,
  );
});

const templates = { init: initTemplate, 'init --all': fullTemplate };
for (const [command, template] of Object.entries(templates)) {
  test(`what ${command} writes is a valid configuration with all defaults`, () => {
    const config = loadConfig(written(template), []);
    const bare = loadConfig(written('targets: {list: top-1m.csv.zip}'), []);
    assert.equal({ ...config, targets: null }, { ...bare, targets: null });
  });
}

/** Keys of a plain tree, dotted; lists are values. */
function keysOf(tree: unknown, prefix = ''): string[] {
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) return [prefix];
  const entries = Object.entries(tree);
  return entries.flatMap(([key, value]) => keysOf(value, prefix === '' ? key : `${prefix}.${key}`));
}

test('init writes eight keys, each with what it means', () => {
  const keys = keysOf(parse(initTemplate));
  const eight = ['contact', 'targets.list', 'resolve.resolvers', 'scan.ports', 'scan.rate', 'scan.blocklist'];
  assert.equal(keys, [...eight, 'asn.archive', 'geo.country']);
  const lines = initTemplate.split('\n').filter((line) => /^ *[a-z_]+: \S/.test(line));
  assert.is(lines.length, 8);
  for (const line of lines) assert.match(line, / # ./);
});

test('init --all has every key that there is, those of a lab and of parts as comments', () => {
  const known = keysOf(loadConfig(written('targets: {list: top-1m.csv.zip}'), []));
  const given = new Set(keysOf(parse(fullTemplate)));
  const missing = known.filter((key) => !given.has(key) && !key.startsWith('parts.'));
  assert.equal(missing, ['lab', 'lab_ranges']);
  for (const key of [...missing, 'parts']) assert.match(fullTemplate, new RegExp(`^(# )?${key}:`, 'm'));
});

test('flags override the file, and paths are relative to it', () => {
  const file = written('targets: {list: top.csv}\nscan: {rate: 10}');
  const config = loadConfig(file, ['scan.rate=99', 'scan.versions=[1]', 'handshake.hold=2s']);
  assert.is(config.scan.rate, 99);
  assert.equal(config.scan.versions, [1]);
  assert.is(config.handshake.hold, 2);
  assert.is('list' in config.targets && config.targets.list, join(file, '..', 'top.csv'));
  const remote = loadConfig(file, ['targets.list=http://127.0.0.1/top.csv']);
  assert.is('list' in remote.targets && remote.targets.list, 'http://127.0.0.1/top.csv');
});

const real = 'targets: {list: a}\ncontact: a@b.example\nscan: {rate: 100, blocklist: b.conf}';
const refused: [sentence: string, yaml: string, key: RegExp][] = [
  ['no contact', real.replace('contact: a@b.example', ''), /contact is not set/],
  ['a contact that is none', real.replace('a@b.example', 'me'), /contact is not set/],
  ['no blocklist', real.replace(', blocklist: b.conf', ''), /scan\.blocklist is not set/],
  ['no rate', real.replace('rate: 100, ', ''), /scan\.rate is not set/],
  ['lab_ranges outside a lab', `${real}\nlab_ranges: [198.18.0.0/15]`, /lab_ranges without lab/],
  [
    'a lab that holds the Internet',
    'targets: {list: a}\nlab: true\nlab_ranges: [0.0.0.0/0]',
    /0\.0\.0\.0\/0 contains addresses of real hosts/,
  ],
  [
    'a lab with one real prefix',
    'targets: {list: a}\nlab: true\nlab_ranges: [198.18.0.0/15, 8.8.8.0/24]',
    /8\.8\.8\.0\/24 contains/,
  ],
  ['a lab in global IPv6', "targets: {list: a}\nlab: true\nlab_ranges: ['2a00::/16']", /2a00::\/16 contains/],
  [
    'a lab in mapped notation that holds all of IPv4',
    "targets: {list: a}\nlab: true\nlab_ranges: ['::ffff:0:0/95']",
    /::ffff:0:0\/95 contains/,
  ],
  ['lab: true without ranges', 'targets: {list: a}\nlab: true', /without lab_ranges/],
];

for (const [sentence, yaml, key] of refused) {
  test(`a run with ${sentence} is refused with a reason`, () => {
    const config = loadConfig(written(yaml), []);
    const said = messageOf(() => refuseUnsafe(config));
    assert.match(said, /^E_REFUSED /);
    assert.match(said, key);
  });
}

test('a range of a lab that is no prefix is called that', () => {
  const config = loadConfig(written('targets: {list: a}\nlab: true\nlab_ranges: [198.18.0.0/15, 198.18.0.0-9]'), []);
  assert.match(
    messageOf(() => refuseUnsafe(config)),
    /^E_CONFIG lab_ranges: "198\.18\.0\.0-9" is neither an address nor a prefix/,
  );
});

test('a real run with all three is let through, and so is a lab run without any', () => {
  refuseUnsafe(loadConfig(written(real), []));
  refuseUnsafe(loadConfig(written('targets: {list: a}\nlab: true\nlab_ranges: [198.18.0.0/15]'), []));
});

test.run();
