import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadConfig } from '../../../orchestrator/config/file.ts';
import { CensusError } from '../../../orchestrator/errors.ts';
import { userAgent } from '../../../orchestrator/tools/wget/fetch.ts';

const test = suite('config/text');

const yaml = 'contact: a@b.example\ntargets: {list: Größe.csv}\n';
const utf16 = Buffer.from(`\ufeff${yaml}`, 'utf16le');

function fileOf(bytes: Buffer | string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'text-')), 'census.yaml');
  writeFileSync(file, bytes);
  return file;
}

const read: [how: string, bytes: Buffer | string][] = [
  ['UTF-8', yaml],
  ['UTF-8 with a byte order mark', `\ufeff${yaml}`],
  ['UTF-16, as PowerShell writes it', utf16],
  ['UTF-16 in the other byte order', Buffer.from(utf16).swap16()],
  ['lines that end in CR LF', yaml.replaceAll('\n', '\r\n')],
  ['lines that end in a carriage return alone', yaml.replaceAll('\n', '\r')],
];
for (const [how, bytes] of read) {
  test(`a configuration is read as it was meant: ${how}`, () => {
    const file = fileOf(bytes);
    const { contact: read, targets } = loadConfig(file, []);
    assert.is(read, 'a@b.example');
    assert.is(Object(targets).list, join(dirname(file), 'Größe.csv'));
  });
}

const refused: [how: string, bytes: Buffer, says: RegExp][] = [
  [
    'Latin-1, with its line',
    Buffer.from(`seed: 1\n${yaml}`, 'latin1'),
    /census\.yaml is not UTF-8 in line 3: convert it$/,
  ],
  ['the last line, without its end', Buffer.from('seed: 1\n# \xfc', 'latin1'), /is not UTF-8 in line 2/],
  ['UTF-16 without a mark', Buffer.from(yaml, 'utf16le'), /census\.yaml contains zero bytes, so it is not UTF-8 text/],
  ['UTF-16 that is cut', utf16.subarray(0, -1), /census\.yaml is cut, or no UTF-16$/],
  ['UTF-32', Buffer.from('fffe00006100000062000000', 'hex'), /census\.yaml is UTF-32: convert it to UTF-8$/],
];
for (const [how, bytes, says] of refused) {
  test(`a configuration in another encoding is named as such, and no letter of it is guessed: ${how}`, () => {
    try {
      loadConfig(fileOf(bytes), []);
    } catch (error) {
      assert.instance(error, CensusError);
      assert.match(String(error), says);
      return;
    }
    assert.unreachable();
  });
}

const contact = (text: string) => `contact: ${JSON.stringify(text)}\ntargets: {list: a}\n`;
const values: [sentence: string, yaml: string, says: RegExp][] = [
  ...[
    ['of two lines', 'https://a.example/\r\nX: y'],
    ['with a letter that is no ASCII', 'jürgen@a.example'],
    ['longer than a user agent holds', `https://a.example/${'x'.repeat(383)}`],
  ].map(([what = '', text = '']): [string, string, RegExp] => [
    `a contact ${what} is refused`,
    contact(text),
    /contact: expected one line of ASCII, at most 400 characters, not/,
  ]),
  [
    'a number beyond all is shown as one',
    'scan: {rate: .inf}\ntargets: {list: a}\n',
    /scan\.rate: expected a number, not Infinity$/,
  ],
];
for (const [sentence, yaml, says] of values) {
  test(sentence, () => {
    assert.throws(
      () => loadConfig(fileOf(yaml), []),
      (error: unknown) => says.test(String(error)),
    );
  });
}

test('the longest contact fits into the user agent of the connector', () => {
  const { contact: longest } = loadConfig(fileOf(contact('x'.repeat(400))), []);
  const bytes = Number(/AGENT_MAX = (\d+)/.exec(readFileSync('zmap-module/connector/settings.h', 'utf8'))?.[1]);
  assert.ok(userAgent(longest).length < bytes);
});

test('the line feed that a block of YAML ends with is no part of the contact', () => {
  const file = fileOf('contact: |\n  https://a.example/scan\ntargets: {list: a}\n');
  assert.is(loadConfig(file, []).contact, 'https://a.example/scan');
});

test.run();
