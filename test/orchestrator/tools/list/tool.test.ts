import { readFile } from 'node:fs/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import { TargetsRecord } from '../../../../orchestrator/schemas/records/targets.ts';
import { cleanName, parseEntry, parseOddEntry } from '../../../../orchestrator/tools/list/line.ts';
import { list } from '../../../../orchestrator/tools/list/tool.ts';
import { randomFrom } from '../../../../scripts/lab/random.ts';
import { decodeAll, makeContext } from '../context.ts';

const listTool = suite('list');
const fixture = new URL('../../../fixtures/list/names.txt', import.meta.url);

async function decodeText(text: string, targets: unknown) {
  const rows = text.split('\n').map((line, index) => ({ line: index + 1, text: line }));
  return await decodeAll(list, await makeContext({ rows, config: Config.parse({ targets }) }));
}

type Row = [line: number, target: string, name: string, rank: number | null, www: boolean];
const expected: Row[] = [
  [1, 'example.com', 'example.com', 1, false],
  [1, 'www.example.com', 'example.com', 1, true],
  [2, 'www.shop.example', 'shop.example', 2, true],
  [3, 'www.com', 'www.com', 3, false],
  [3, 'www.www.com', 'www.com', 3, true],
  [7, 'xn--bcher-kva.example', 'xn--bcher-kva.example', 7, false],
  [7, 'www.xn--bcher-kva.example', 'xn--bcher-kva.example', 7, true],
  [8, '-rf.example', '-rf.example', 8, false],
  [8, 'www.-rf.example', '-rf.example', 8, true],
  [9, '_dmarc.a_b.example', '_dmarc.a_b.example', 9, false],
  [9, 'www._dmarc.a_b.example', '_dmarc.a_b.example', 9, true],
  [15, 'plain.example', 'plain.example', null, false],
  [15, 'www.plain.example', 'plain.example', null, true],
  [19, 'tabbed.example', 'tabbed.example', 17, false],
  [19, 'www.tabbed.example', 'tabbed.example', 17, true],
  [20, 'www.co.uk', 'www.co.uk', 18, false],
  [20, 'www.www.co.uk', 'www.co.uk', 18, true],
  [21, 'xn--bcher-kva.example', 'xn--bcher-kva.example', 19, false],
  [21, 'www.xn--bcher-kva.example', 'xn--bcher-kva.example', 19, true],
  [23, 'com', 'com', 21, false],
  [23, 'www.com', 'com', 21, true],
];
const rejected: [line: number, reason: string][] = [
  [4, 'url'],
  [5, 'ip_address'],
  [6, 'blank'],
  [10, 'url'],
  [11, 'ip_address'],
  [12, 'not_a_name'],
  [13, 'not_a_name'],
  [14, 'blank'],
  [16, 'not_a_name'],
  [17, 'not_a_name'],
  [18, 'url'],
  [22, 'not_a_name'],
  [24, 'not_a_name'],
];

listTool('names are cleaned and doubled with www, artefacts are rejected by kind', async () => {
  const { records, rejects } = await decodeText((await readFile(fixture, 'utf8')).trimEnd(), { list: 'names.txt' });
  const rows = records.map(({ line, target, name, rank, www }) => [line, target, name, rank, www]);
  assert.equal(rows, expected);
  assert.equal(
    rejects.map(({ unit, reason }) => [Number(unit), reason]),
    rejected,
  );
  for (const record of records) TargetsRecord.parse(record);
  assert.is(new Set(records.map(({ line }) => line)).size + rejects.length, 24, 'every line is answered or rejected');
});

listTool('a plain line, read by one pattern, gives what the whole reading gives', () => {
  const random = randomFrom(8);
  const pieces = [
    '1',
    '12345678901',
    ',',
    '\t',
    'a',
    'b-c',
    '_d',
    'WWW',
    'com',
    '.',
    '.',
    '.',
    '0x1f',
    '127',
    'é',
    ' ',
    ':80',
    '/',
    '-',
    '#',
  ];
  const long = 'l'.repeat(63);
  const texts = [
    `1,${long}.${long}.${long}.${'m'.repeat(61)}`,
    `1,${long}.${long}.${long}.${'m'.repeat(62)}`,
    `${long}m.com`,
    `com.${long}`,
    `com.${long}m`,
    `1234567890,a.b`,
    'a.b.',
    'a..b',
    'a.b\n',
  ];
  for (let n = 0; n < 20_000; n += 1) {
    const length = 1 + Math.floor(random() * 8);
    texts.push(Array.from({ length }, () => pieces[Math.floor(random() * pieces.length)] ?? '').join(''));
  }
  const entries = texts.map((text) => parseEntry(text));
  assert.equal(
    entries,
    texts.map((text) => parseOddEntry(text)),
  );
  assert.ok(entries.filter((entry) => typeof entry === 'object').length > 1000);
});

listTool('without www every name stands once', async () => {
  const { records } = await decodeText('1,a.example\n2,www.b.example', { list: 'x', www: false });
  assert.equal(
    records.map(({ target, name, www }) => [target, name, www]),
    [
      ['a.example', 'a.example', false],
      ['www.b.example', 'b.example', true],
    ],
  );
});

listTool('a name that www would make too long for the DNS is not doubled', async () => {
  const long = `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.example`;
  const { records } = await decodeText(long, { list: 'x' });
  assert.is(long.length, 251);
  assert.is(records.length, 1);
});

const names: [entry: string, cleaned: string | null, why: string][] = [
  ['0x7f.1', null, 'not turned into 127.0.0.1'],
  ['ab%41.example', null, 'not decoded'],
  ['ÜNÏ.Example.', 'xn--n-nga1b.example', 'lower case before Punycode'],
  ['例え.テスト', 'xn--r8jz45g.xn--zckzah', 'every label'],
  ['bücher%41.example', null, 'not decoded in an internationalised name either'],
  ['bücher／x.example', null, 'a full-width slash is a slash to IDNA'],
  [`${'a'.repeat(64)}.example`, null, 'a label has 63 characters at most'],
  ['.', null, 'the root'],
  ['a.example..', null, 'two dots at the end'],
  ['.a.example', null, 'an empty label'],
  ['1.2.3.4.example', '1.2.3.4.example', 'digits are good labels'],
  ['example.123', null, 'but not the last one'],
];
for (const [entry, cleaned, why] of names) {
  listTool(`name ${JSON.stringify(entry)}: ${why}`, () => assert.is(cleanName(entry), cleaned));
}

const targets: [text: string, outcome: string][] = [
  ['198.18.4.7', 'address 198.18.4.7'],
  ['  2001:DB8::0007 # our own', 'address 2001:db8::7'],
  ['198.18.4.7/32', 'address 198.18.4.7'],
  ['198.18.4.0/22', 'prefix 198.18.4.0/22'],
  ['2001:db8::/48', 'ipv6_prefix'],
  ['198.18.4.7/22', 'host_bits'],
  ['::ffff:198.18.4.7', 'address 198.18.4.7'],
  ['::ffff:c612:0400/118', 'prefix 198.18.4.0/22'],
  ['::ffff:198.18.4.7/118', 'host_bits'],
  ['::ffff:0:0/95', 'host_bits'],
  ['', 'blank'],
  ['# a comment', 'blank'],
  ['a.example', 'not_an_address'],
  ['198.18.4', 'not_an_address'],
  ['198.18.4.7 198.18.4.8', 'not_an_address'],
  ['198.18.4.7-9', 'not_an_address'],
];
for (const [text, outcome] of targets) {
  listTool(`address list: ${JSON.stringify(text)} is ${outcome}`, async () => {
    const { records, rejects } = await decodeText(text, { addresses: 'hitlist.txt' });
    const [record] = records;
    assert.is(record === undefined ? rejects[0]?.reason : `${record.kind} ${record.target}`, outcome);
  });
}

listTool.run();
