import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ipText } from '../../orchestrator/address/bytes.ts';
import { neverAsked } from '../../orchestrator/address/forms.ts';
import { formatAddress } from '../../orchestrator/address/ip.ts';
import { PrefixSet } from '../../orchestrator/address/prefix-set.ts';
import { skipUnless } from '../skip.ts';
import { HitlistCounts } from './hitlist-counts.ts';
import { moduleFolder } from './lab.ts';

const test = suite('the builder of IPv6 lists');
const builder = join(moduleFolder, 'build/mptcp-hitlist');
const made = await execa('make', ['-s', '-C', moduleFolder, 'build/mptcp-hitlist'], { reject: false });

type Text = string | Buffer;

/** Runs the builder in a folder of its own; `args` may name files of it as @NAME. */
async function build(input: Text, optOuts: readonly Text[], args: readonly string[] = []) {
  const folder = await mkdtemp(join(tmpdir(), 'mptcp-hitlist-'));
  const path = (name: string) => join(folder, name);
  try {
    for (const [n, text] of optOuts.entries()) await writeFile(path(`opt-out${n}`), text);
    const files = optOuts.flatMap((_, n) => ['--opt-out', path(`opt-out${n}`)]);
    const output = ['--list', path('list'), '--numbers', path('numbers')];
    const words = args.map((word) => (word.startsWith('@') ? path(word.slice(1)) : word));
    const result = await execa(builder, [...output, ...files, ...words], { input, reject: false });
    const read = async (name: string) => readFile(path(name)).catch(() => Buffer.alloc(0));
    return { ...result, list: await read('list'), numbers: (await read('numbers')).toString() };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function addresses(list: Buffer): string[] {
  return Array.from({ length: list.length / 16 }, (_, n) => ipText(list.subarray(16 * n, 16 * n + 16)));
}

/** How many numbers the prefixes hold, which must follow each other from 240.0.0.0 on. */
function numbered(text: string): number {
  let next = 0xf0000000;
  for (const line of text.split('\n').filter((word) => word !== '')) {
    const [, address = '', bits] = line.match(/^([\d.]+)\/(\d+)$/) ?? [];
    const first = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
    assert.is(first, next, line);
    next += 2 ** (32 - Number(bits));
  }
  return next - 0xf0000000;
}

const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
const special = ['::', '::1', '::ffff:8.8.8.8', '64:ff9b::808:808', '64:ff9b:1::1', '100::1', '2001::1', '2001:2::1'];
const special2 = ['2001:10::1', '2001:1ff:ffff::1', '2001:db8::1', '2001:db8:ffff::1', '2002:808:808::1', '3fff::'];
const special3 = ['3fff:fff:ffff::1', '4000::1', '5f00::1', 'fc00::1', 'fe80::1', 'fec0::1', 'ff02::1'];
const open6 = ['2000::', '2001:200::', '2001:db7:ffff::', '2001:db9::', '2003::', '2620:4f:8000::1', '3fff:1000::'];
const reachable = ['2001:1::1', '2001:1::2', '2001:1::3', '2001:3::1', '2001:4:112::1', '2001:20::1', '2001:3f::1'];

interface Case {
  sentence: string;
  input: Text;
  optOuts?: Text[];
  args?: string[];
  counts: Partial<HitlistCounts>;
  kept: string[];
}
const lines = (...words: string[]) => words.join('\n');

const cases: Case[] = [
  {
    sentence: 'addresses are sorted by their bytes, each once, however they are written',
    input: lines('2a00::10', '2a00::9', '2A00:0:0:0::9', 'a00::1', '2a00::0010', '2a00:0::9', '2600::1'),
    counts: { lines: 7, duplicate: 3, special: 1, kept: 3 },
    kept: ['2600::1', '2a00::9', '2a00::10'],
  },
  {
    sentence: 'CRLF, blanks, comments, empty lines and a last line without an end are read',
    input: '2a00::1\r\n  2a00::2\t# a note\r\n\r\n# nothing\n \n2a00::3',
    counts: { lines: 6, empty: 3, kept: 3 },
    kept: ['2a00::1', '2a00::2', '2a00::3'],
  },
  {
    sentence: 'zones, prefixes, ports, IPv4, names and two on one line are unreadable, and counted',
    input: lines('fe80::1%eth0', '2a00::/64', '[2a00::1]:80', '192.0.2.1', 'example.org', '2a00::1 2a00::2', '2a00::3'),
    counts: { lines: 7, bad: 6, kept: 1 },
    kept: ['2a00::3'],
  },
  {
    sentence: 'a line with a NUL byte is unreadable, not empty',
    input: Buffer.from('2a00::1\n\0\n2a00::2\0\n2a00\0::3\n2a00::4\n'),
    counts: { lines: 5, bad: 3, kept: 2 },
    kept: ['2a00::1', '2a00::4'],
  },
  {
    sentence: 'what is special goes, and what IANA calls reachable within it stays',
    input: lines(...special, ...special2, ...special3, ...open6, ...reachable, '2001:1::4', '2001:40::1'),
    counts: { lines: 37, special: 23, kept: 14 },
    kept: ['2000::', ...reachable, ...open6.slice(1)],
  },
  {
    sentence: 'what is declared global stays, unless it opted out',
    input: lines('2001:db8::1', '2001:db8:1::1', '3fff::1'),
    optOuts: ['2001:db8:1::/48'],
    args: ['--declare-global', '2001:db8::/32'],
    counts: { opted_out: 1, special: 1, kept: 1 },
    kept: ['2001:db8::1'],
  },
  {
    sentence: 'opt-outs are addresses and prefixes, nested, overlapping and touching, of several files',
    input: lines(
      '2a00:1::1',
      '2a00:1::2',
      '2a00:1:2::1',
      '2a00:2::',
      '2a00:3:ffff::',
      '2a00:4::1',
      '2a00:5::',
      '2a00::',
    ),
    optOuts: [
      '2a00:1::/32\n2a00:1:2::/48 # within\n2a00:1::1\n2a00:2::/31\n2a00:3::/32\n',
      '2a00:4::1\r\n\r\n2a00:4::1/128\r\n',
    ],
    counts: { opted_out: 6, kept: 2 },
    kept: ['2a00::', '2a00:5::'],
  },
  {
    sentence: 'host bits of an opt-out are those of its prefix, and /0 is everybody',
    input: lines('2a00:1::1', '2a00:2::1'),
    optOuts: ['2a00:1::77/32'],
    counts: { opted_out: 1, kept: 1 },
    kept: ['2a00:2::1'],
  },
  {
    sentence: 'IPv4 opt-outs are left to the blocklist of zmap',
    input: lines('2a00::1', '2a00::2'),
    optOuts: ['198.51.100.0/24\n198.51.100.7 # one host\n0.0.0.0/0\n198.51.100.7/32\n2a00::2\n'],
    counts: { opted_out: 1, kept: 1 },
    kept: ['2a00::1'],
  },
  { sentence: 'opt-outs may leave nobody', input: '2a00::1', optOuts: ['::/0'], counts: { opted_out: 1 }, kept: [] },
  { sentence: 'a list in UTF-16 is unreadable', input: utf16('2a00::1\n2a00::2\n'), counts: { bad: 3 }, kept: [] },
];

function unlessMissing(title: string, body: () => Promise<void>): void {
  test(title, async () => {
    if (skipUnless(made.exitCode === 0, title, 'the builder cannot be built')) return;
    await body();
  });
}

for (const { sentence, input, optOuts = [], args = [], counts, kept } of cases) {
  unlessMissing(sentence, async () => {
    const { stdout, exitCode, list, numbers } = await build(input, optOuts, args);
    const got = HitlistCounts.parse(JSON.parse(stdout));
    assert.equal(addresses(list), kept);
    assert.equal({ ...got, ...counts, kept: kept.length }, got);
    assert.is(
      got.lines,
      got.empty + got.bad + got.duplicate + got.opted_out + got.special + got.kept,
      'no line is lost',
    );
    assert.is(numbered(numbers), kept.length);
    assert.is(exitCode, kept.length > 0 ? 0 : 1);
  });
}

const refusals: [sentence: string, optOut: Text, said: RegExp][] = [
  ['UTF-16', utf16('2a00::/32\n'), /opt-out0, line 1 holds a NUL byte: it must be plain text/],
  ['a NUL byte alone', Buffer.from('2a00::/32\n\0\n'), /line 2 holds a NUL byte/],
  ['a NUL byte behind an address', Buffer.from('2a00::1\0::2\n'), /line 1 holds a NUL byte/],
  ['an IPv4 prefix of 33 bits', '\n198.51.100.0/33', /opt-out0, line 2 is no address or prefix: 198\.51\.100\.0\/33/],
  ['an IPv4 prefix without bits', '198.51.100.0/', /is no address or prefix/],
  ['an IPv4 prefix with a letter', '198.51.100.0/2x', /is no address or prefix/],
  ['two slashes', '198.51.100.0/24/25', /is no address or prefix/],
  ['a range', '198.51.100.0-198.51.100.9', /is no address or prefix/],
  ['three bytes', '198.51.100', /is no address or prefix/],
  ['a byte of 256', '198.51.100.256', /is no address or prefix/],
  ['an IPv6 prefix of 129 bits', '2a00::/129', /is no address or prefix/],
  ['an IPv6 prefix of less than none', '2a00::/-1', /is no address or prefix/],
  ['a zone', 'fe80::1%eth0', /is no address or prefix/],
  ['a name', 'example.org', /is no address or prefix/],
  ['two on one line', '2a00::1, 2a00::2', /is no address or prefix/],
];
for (const [sentence, optOut, said] of refusals) {
  unlessMissing(`${sentence} in an opt-out stops everything`, async () => {
    const { stderr, exitCode, list } = await build('2a00::1', [optOut]);
    assert.match(stderr, said);
    assert.equal([exitCode, list.length], [2, 0]);
  });
}

unlessMissing('a file that cannot be read is named, with the reason', async () => {
  const missing = await build('2a00::1', [], ['--opt-out', '@none']);
  assert.match(missing.stderr, /cannot read \S+\/none: No such file or directory/);
  const folder = await build('2a00::1', [], ['--opt-out', '@.']);
  assert.match(folder.stderr, /cannot read \S+: Is a directory/);
  assert.equal([missing.exitCode, folder.exitCode], [2, 2]);
});

unlessMissing('a list that ends in an error is not taken for one that ends', async () => {
  const files = ['--list', '/dev/null', '--numbers', '/dev/null'];
  const fromFolder = ['-c', 'exec "$0" "$@" </', builder, ...files];
  const { stderr, exitCode } = await execa('sh', fromFolder, { reject: false });
  assert.match(stderr, /cannot read the list: Is a directory/);
  assert.is(exitCode, 2);
});

unlessMissing('what is special here is what the orchestrator never asks', async () => {
  const neighbours = neverAsked()
    .filter(({ family }) => family === 6)
    .flatMap((prefix) => {
      const first = formatAddress(prefix);
      return [first, ...[...special, ...special2, ...special3, ...open6, ...reachable]];
    });
  const given = [...new Set(neighbours), '64:ff9b::8.8.8.8', '64:ff9b::ffff:ffff', '64:ff9b:0:0:0:1::'];
  const { list } = await build(given.join('\n'), []);
  const never = new PrefixSet(neverAsked());
  const global = given.filter((address) => !never.contains(address));
  assert.equal(addresses(list).sort(), global.sort());
});

test.run();
