import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadConfig } from '../../../orchestrator/config/file.ts';
import { storedConfig } from '../../../orchestrator/config/stored.ts';

const test = suite('config/issues');

function said(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'issues-')), 'census.yaml');
  writeFileSync(file, text);
  try {
    loadConfig(file, []);
    return '';
  } catch (error) {
    return String(error);
  }
}

const prefixes = 'targets: {prefixes: [198.18.0.0/24]}\n';
const cases: [title: string, text: string, says: RegExp][] = [
  ['a key that is misspelt', `${prefixes}scan: {rat: 5}\n`, /Unrecognized key: "rat" in scan, did you mean "rate"\?/],
  ['a key in the wrong section', `${prefixes}rate: 5\n`, /Unrecognized key: "rate", did you mean "scan\.rate"\?/],
  ['a key like no other', `${prefixes}xyzzy: 5\n`, /Unrecognized key: "xyzzy"$/],
  ['a word that is not in its list', `${prefixes}resolve: {tool: bind}\n`, /resolve\.tool: expected adns/],
  ['a target list of the wrong kind', 'targets: {prefixes: 198.18.0.0/24}\n', /targets\.prefixes: expected array/],
  ['no targets', 'lab: true\n', /targets: expected exactly one of list, addresses, prefixes/],
  [
    'a time without its unit',
    `${prefixes}scan: {cooldown: 8}\n`,
    /scan\.cooldown: expected a time in seconds, such as 5s/,
  ],
  ['a time within a section that may be false', `${prefixes}os: {host_timeout: 5}\n`, /os\.host_timeout: .*, not 5$/],
  ['a word within one', `${prefixes}os: {tool: nmapx}\n`, /os\.tool: expected nmap or \{command: \[\.\.\.\]\}, not/],
  ['a section that is a word', `${prefixes}os: maybe\n`, /os: expected false or true, not "maybe"$/],
  ['a command of numbers', `${prefixes}scan: {tool: {command: [1]}}\n`, /tool\.command\.0: expected string, not 1$/],
  ['a command that is no list', `${prefixes}scan: {tool: {command: x}}\n`, /tool\.command: expected array, not "x"$/],
  ['a tool that is a list', `${prefixes}scan: {tool: [zmap]}\n`, /scan\.tool: expected zmap or .*, not \["zmap"\]$/],
];
for (const [title, text, says] of cases) test(`named: ${title}`, () => assert.match(said(text), says));

test('what a manifest keeps is read again as it was: every time, whatever its key', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'issues-')), 'census.yaml');
  const times = 'scan: {cooldown: 3s}\nhandshake: {hold: 1.5s, timeout: 7s}\nos: {host_timeout: 9s}\n';
  writeFileSync(file, `${prefixes}${times}`);
  const config = loadConfig(file, []);
  assert.equal(storedConfig(JSON.parse(JSON.stringify(config))), config);
});

test.run();
