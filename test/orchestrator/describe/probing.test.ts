// runs: behind
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../orchestrator/config/config.ts';
import { probingText } from '../../../orchestrator/describe/probing.ts';
import { cliWords } from '../../cli-words.ts';

const test = suite('the probe description file (RFC 9511)');

const url = 'https://scan.example.org/.well-known/probing.txt';
const expires = new Date('2027-01-31T00:00:00Z');
const config = { contact: 'scan@example.org', targets: { list: 'x' }, scan: { rate: 10_000 } };
const text = (given: object, sources: string[] = []) =>
  probingText({ config: Config.parse(given), sources, url, expires });

test('says who probes, what is sent, how fast, from where, and until when the file holds', () => {
  assert.is(
    text(config, ['198.18.0.2', '2001:db8::2']),
    [
      '# Canonical URI',
      `Canonical: ${url}`,
      '',
      '# Who measures, and to whom to write to be left out',
      'Contact: mailto:scan@example.org',
      '',
      'Expires: 2027-01-31T00:00:00Z',
      'Preferred-Languages: en',
      '',
      '# Addresses that the packets come from',
      '# 198.18.0.2',
      '# 2001:db8::2',
      '',
      'Description: Measurement of how widely Multipath TCP (RFC 8684) is deployed, for research. Sent at 10,000 packets per second at ' +
        'most: to each address one TCP SYN with an MPTCP option for port 80 and MPTCP version (v1 and v0), and one more where nothing comes ' +
        'back; to those that answer it with an MPTCP option, and to some of the others drawn at random, 6 further SYNs seconds apart; to ' +
        'these one TCP connection that is silent for 5 s; on web ports an empty line and 5 s more of silence, and another connection with two ' +
        'HTTP requests for "/"; to these 5 ICMP echo requests and as many SYNs beside them; 36 SYNs to one address ' +
        'at most, over all. Nobody is logged in to, and nothing is exploited. Owners who write to the contact are left out from then on.',
      '',
    ].join('\n'),
  );
});

const cases: [sentence: string, given: object, says: RegExp][] = [
  [
    'a contact that is a page',
    { ...config, contact: 'https://scan.example.org/' },
    /^Contact: https:\/\/scan\.example\.org\/$/m,
  ],
  ['several ports', { ...config, scan: { ports: [80, 443] } }, /for each of the ports 80, 443 and MPTCP version/],
  [
    'a second scan of some',
    { ...config, rescan: 0.005, budget: 40 },
    /to 0\.5 % of all addresses, drawn at random, the first SYNs once more; 40 SYNs to one address/,
  ],
  ['no retries', { ...config, scan: { retries: 0 } }, /\(v1 and v0\); to those/],
  ['more retries', { ...config, scan: { retries: 2 } }, /and up to 2 more where nothing comes back;/],
  [
    'fingerprints',
    { ...config, os: true },
    /to those with an MPTCP option the probes of nmap that tell operating systems apart;/,
  ],
  [
    'joins',
    { ...config, handshake: { join: true }, budget: 37 },
    /two HTTP requests for "\/"; and one SYN to each global address that such a server announces, for a subflow; .* 37 SYNs/,
  ],
  [
    'no second opinions',
    { ...config, confirm: false },
    /back; to those that answer it with an MPTCP option one TCP connection/,
  ],
  ['no pings', { ...config, path: { ping: false } }, /requests for "\/"; 31 SYNs/],
];
for (const [sentence, given, says] of cases) test(`of ${sentence}`, () => assert.match(text(given), says));

test('needs a contact', () => {
  assert.throws(() => text({ targets: { list: 'x' } }), /contact is not set/);
});

const cli = (...args: string[]) => execa(process.execPath, [...cliWords, ...args], { reject: false });

test('is printed for a configuration; a wrong date, and neither or both of run and configuration are refused', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'probing-')), 'census.yaml');
  writeFileSync(file, 'contact: scan@example.org\ntargets: {list: x}\n');
  const printed = await cli('probing', '-c', file, '--url', url, '--expires', '2027-01-31');
  assert.is(printed.exitCode, 0, printed.stderr);
  assert.match(printed.stdout, /^Expires: 2027-01-31T00:00:00Z$/m);
  assert.match((await cli('probing', '-c', file, '--expires', 'soon')).stderr, 'soon is not a date');
  assert.match((await cli('probing')).stderr, 'expected either a run folder or -c FILE');
  assert.is((await cli('probing', '-c', file, 'runs/none')).exitCode, 2);
});

test.run();
