import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseBlocklist, readBlocklist } from '../../../orchestrator/address/blocklist.ts';
import { formatPrefix } from '../../../orchestrator/address/ip.ts';
import { PrefixSet } from '../../../orchestrator/address/prefix-set.ts';
import { CensusError } from '../../../orchestrator/errors.ts';

const test = suite('blocklist');

const understood: [sentence: string, text: string, prefixes: string[]][] = [
  ['a prefix', '198.18.9.0/24', ['198.18.9.0/24']],
  ['an address', '198.18.9.7\n2001:db8::7\n', ['198.18.9.7/32', '2001:db8::7/128']],
  ['upper case and full length', '2001:0DB8:0000::/32', ['2001:db8::/32']],
  ['host bits: the whole prefix is blocked', '198.18.9.7/24', ['198.18.9.0/24']],
  ['blanks around', '\t 198.18.9.0/24 \t\n', ['198.18.9.0/24']],
  [
    'comments, whole lines and after an entry',
    '# a\n198.18.9.0/24# b\n198.18.8.0/24 # c; d',
    ['198.18.9.0/24', '198.18.8.0/24'],
  ],
  ['comments of Spamhaus', '; drop\n198.18.9.0/24 ; SBL1\n', ['198.18.9.0/24']],
  ['what is commented out', '#198.18.9.0/24\n;198.18.8.0/24', []],
  ['a comment in another script', '198.18.9.0/24 # s\u00e9curit\u00e9 \u5b89\u5168', ['198.18.9.0/24']],
  ['CRLF', '198.18.8.0/24\r\n198.18.9.0/24\r\n', ['198.18.8.0/24', '198.18.9.0/24']],
  ['CR alone, after a comment too', '198.18.8.0/24 # a\r198.18.9.0/24\r', ['198.18.8.0/24', '198.18.9.0/24']],
  ['a byte order mark', '\ufeff198.18.9.0/24', ['198.18.9.0/24']],
  [
    'no newline at the end, empty lines between',
    '\n\n198.18.9.0/24\n \n198.18.8.0/24',
    ['198.18.9.0/24', '198.18.8.0/24'],
  ],
  ['a range', '198.18.9.0-198.18.9.255', ['198.18.9.0/24']],
  ['a range with blanks', '198.18.9.0 - 198.18.9.255 # whois', ['198.18.9.0/24']],
  [
    'a range that no prefix holds',
    '198.18.9.1-198.18.9.6',
    ['198.18.9.1/32', '198.18.9.2/31', '198.18.9.4/31', '198.18.9.6/32'],
  ],
  ['a range of one', '198.18.9.1-198.18.9.1', ['198.18.9.1/32']],
  ['a range of IPv6', '2001:db8::-2001:db8::ffff:ffff', ['2001:db8::/96']],
  ['a range of everything', '0.0.0.0-255.255.255.255', ['0.0.0.0/0']],
  ['mapped in dotted form', '::ffff:198.18.9.0/120', ['198.18.9.0/24']],
  ['mapped in hexadecimal', '::ffff:c612:0900/120', ['198.18.9.0/24']],
  ['mapped in full', '0:0:0:0:0:ffff:c612:907', ['198.18.9.7/32']],
  ['mapped with host bits', '::ffff:198.18.9.7/120', ['198.18.9.0/24']],
  ['mapped, all of IPv4', '::ffff:0:0/96', ['0.0.0.0/0']],
  ['mapped and more: both families', '::ffff:0:0/95', ['::fffe:0:0/95', '0.0.0.0/0']],
  ['a mapped range', '::ffff:198.18.9.0 - ::ffff:198.18.9.255', ['198.18.9.0/24']],
  ['translated: the host behind it too', '64:ff9b::198.18.9.7', ['64:ff9b::c612:907/128', '198.18.9.7/32']],
  ['translated, a prefix', '64:ff9b::c612:900/120', ['64:ff9b::c612:900/120', '198.18.9.0/24']],
  ['translated in the older form: the host too', '::ffff:0:198.18.9.7', ['::ffff:0:c612:907/128', '198.18.9.7/32']],
  ['the same, a prefix', '::ffff:0:198.18.9.0/120', ['::ffff:0:c612:900/120', '198.18.9.0/24']],
  [
    'Teredo, whose last bits are a client behind a NAT, is itself alone',
    '2001::c612:907:0:0:39ed:f6f8',
    ['2001:0:c612:907::39ed:f6f8/128'],
  ],
  ['compatible', '::198.18.9.7', ['::c612:907/128', '198.18.9.7/32']],
  ['6to4, its network', '2002:c612:0907::/48', ['2002:c612:907::/48', '198.18.9.7/32']],
  ['6to4, a host in it', '2002:c612:907:1::7', ['2002:c612:907:1::7/128', '198.18.9.7/32']],
  ['6to4, more than one network', '2002:c612::/32', ['2002:c612::/32', '198.18.0.0/16']],
  [
    'a range of translated ones',
    '64:ff9b::198.18.9.6-64:ff9b::198.18.9.8',
    ['64:ff9b::c612:906/127', '198.18.9.6/31', '64:ff9b::c612:908/128', '198.18.9.8/32'],
  ],
  [
    'all of a form is special space',
    '64:ff9b::/96\n::/96\n2002::/16\n::ffff:0:0:0/96',
    ['64:ff9b::/96', '::/96', '2002::/16', '::ffff:0:0:0/96'],
  ],
  ['all of IPv6 is not written as mapped', '::/0\n::/8', ['::/0', '::/8']],
];

for (const [sentence, text, prefixes] of understood) {
  test(`understood: ${sentence}`, () => {
    assert.equal(parseBlocklist(text, 'file').map(formatPrefix), prefixes);
  });
}

const refused: [sentence: string, line: string][] = [
  ['a host name', 'opt-out.example'],
  ['words after an entry', '198.18.9.0/24 opted out by mail'],
  ['a comma', '198.18.9.0/24,opt-out by mail'],
  ['two prefixes', '198.18.9.0/24 198.18.10.0/24'],
  ['two prefixes and a tab', '198.18.9.0/24\t198.18.10.0/24'],
  ['a netmask', '198.18.9.0 255.255.255.0'],
  ['a netmask after a slash', '198.18.9.0/255.255.255.0'],
  ['a wildcard mask', '198.18.9.0 0.0.0.255'],
  ['a star', '198.18.9.*'],
  ['a range of nmap', '198.18.9.0-255'],
  ['a range of prefixes', '198.18.8.0/24-198.18.9.0/24'],
  ['a range backwards', '198.18.9.9-198.18.9.1'],
  ['a range without end', '198.18.9.0-'],
  ['a range of two families', '198.18.9.0-2001:db8::'],
  ['a range that begins before mapped addresses', '::1-::ffff:198.18.9.1'],
  ['33 bits', '198.18.9.0/33'],
  ['129 bits', '2001:db8::/129'],
  ['a mapped prefix of 129 bits', '::ffff:198.18.9.0/129'],
  ['no bits', '198.18.9.0/'],
  ['a sign before the bits', '198.18.9.0/+24'],
  ['a blank before the bits', '198.18.9.0 /24'],
  ['bits twice', '198.18.9.0/24/24'],
  ['leading zeros', '198.018.9.0/24'],
  ['leading zeros in the bits', '198.18.9.0/024'],
  ['three octets', '198.18.9/24'],
  ['five octets', '198.18.9.0.0'],
  ['hexadecimal', '0xc6.18.9.0'],
  ['a number', '3323070720'],
  ['a zone', 'fe80::1%eth0'],
  ['brackets', '[2001:db8::1]'],
  ['a port', '198.18.9.1:80'],
  ['two gaps', '2001::db8::/32'],
  ['a URL', 'http://198.18.9.1/'],
  ['quotes', '"198.18.9.0/24"'],
  ['a comment of C', '198.18.9.0/24 // mail'],
  ['an exclamation mark', '!198.18.9.0/24'],
  ['a blank of typesetters', '198.18.9.0/24\u00a0'],
  ['digits of another script', '\uff11\uff19\uff18.18.9.0/24'],
  ['a NUL byte', '198.18.9.0/24\0'],
  ['a NUL byte in a comment', '198.18.9.0/24 # a\x00198.18.8.0/24'],
  ['a vertical tab', '198.18.9.0/24\v'],
  ['a form feed in a comment', '# a\f198.18.9.0/24'],
  ['a line separator in a comment', '# a\u2028198.18.9.0/24'],
  ['a byte order mark in the middle', '\ufeff198.18.9.0/24'],
];

for (const [sentence, line] of refused) {
  test(`refused with file, line and text: ${sentence}`, () => {
    try {
      parseBlocklist(`# first\n198.18.1.0/24\n${line}\n198.18.2.0/24\n`, 'opt-outs.conf');
      assert.unreachable('it was understood');
    } catch (error) {
      assert.instance(error, CensusError);
      assert.match(String(error), 'opt-outs.conf, line 3: ');
      assert.match(String(error), JSON.stringify(line));
      assert.match(error instanceof CensusError ? error.hint : '', /one entry a line: an address, a prefix/);
    }
  });
}

test('a line with a megabyte of blanks within is refused, and with as many around it understood', () => {
  const blanks = ' \t'.repeat(1 << 19);
  assert.throws(() => parseBlocklist(`198.18.9.0/24${blanks}x\n`, 'opt-outs.conf'), /line 1: /);
  assert.equal(
    parseBlocklist(`${blanks}198.18.9.0/24${blanks}\n`, 'opt-outs.conf'),
    parseBlocklist('198.18.9.0/24', 'x'),
  );
});

/** Bytes of a file, and what its refusal says. */
const files: [sentence: string, bytes: Buffer, message: RegExp][] = [
  ['UTF-16, little end first', Buffer.from('\ufeff198.18.9.0/24\n', 'utf16le'), /is text in UTF-16/],
  ['UTF-16, big end first', Buffer.from('\ufeff198.18.9.0/24\n', 'utf16le').swap16(), /is text in UTF-16/],
  ['UTF-16 without a mark', Buffer.from('198.18.9.0/24\n', 'utf16le'), /line 1: .*not plain text/],
  ['gzip', Buffer.from('1f8b0800', 'hex'), /line 1: .*not plain text/],
];
for (const [sentence, bytes, message] of files) {
  test(`a file is refused: ${sentence}`, () => {
    const file = join(mkdtempSync(join(tmpdir(), 'blocklist-')), 'opt-outs.conf');
    writeFileSync(file, bytes);
    assert.throws(() => readBlocklist(file), message);
  });
}

test('a file that cannot be read is an error that can be acted on', () => {
  for (const path of ['/nonexistent/opt-outs.conf', tmpdir()]) {
    assert.throws(
      () => readBlocklist(path),
      (error: unknown) => error instanceof CensusError && error.code === 'E_INPUT',
    );
  }
});

const published: [name: string, outcome: string[] | RegExp][] = [
  ['mapped.conf', ['198.18.9.0/24']],
  ['masscan-range.conf', ['198.18.9.0/24']],
  ['spamhaus.conf', ['198.18.9.0/24']],
  ['hostname.conf', /hostname\.conf, line 2: .*example\.test/],
  ['comma.conf', /comma\.conf, line 1: .*opt-out by mail/],
];
for (const [name, outcome] of published) {
  test(`as lists are published: ${name}`, () => {
    const file = new URL(`../../fixtures/blocklists/${name}`, import.meta.url).pathname;
    if (outcome instanceof RegExp) assert.throws(() => readBlocklist(file), outcome);
    else assert.equal(readBlocklist(file).prefixes.map(formatPrefix), outcome);
    assert.ok(readFileSync(file).length > 0);
  });
}

test('a prefix of which two entries block one half each is blocked whole', () => {
  const set = new PrefixSet(parseBlocklist('198.18.9.0/25\n::ffff:198.18.9.128/121\n', 'file'));
  const [whole] = parseBlocklist('198.18.9.0/24', 'file');
  assert.ok(whole && set.covers(whole));
});

test.run();
