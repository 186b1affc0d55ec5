import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  filesOfEnabled,
  publishedConfig,
  publishedVantage,
  withoutPaths,
} from '../../../orchestrator/report/published.ts';

const test = suite('report/published');

const texts: [says: string, text: string, published: string][] = [
  ['a path leaves its last name', '/home/alice/lists/top.csv', 'top.csv'],
  ['each of several does', 'bash, /home/alice/bin/ask.sh, --from=/srv/keys/a', 'bash, ask.sh, --from=a'],
  ['a path in quotation marks does', 'cannot read "/home/alice/x y"', 'cannot read "x y"'],
  ['a prefix is no path', '198.18.0.0/15, 2001:db8::/32', '198.18.0.0/15, 2001:db8::/32'],
  ['a path of one name says nothing', '/index.html', '/index.html'],
  ['neither does a relative one', 'rejects/scan.ndjson', 'rejects/scan.ndjson'],
  ['a URL stays', 'https://lists.example.org/2026/top.csv', 'https://lists.example.org/2026/top.csv'],
  [
    'without its user and its query',
    'https://me:pw@lists.example.org/top.csv?token=1',
    'https://lists.example.org/top.csv',
  ],
  ['a mail address stays', 'census@example.org', 'census@example.org'],
];
for (const [says, text, published] of texts) {
  test(says, () => {
    assert.is(withoutPaths(text), published);
  });
}

test('of the machine, what decides how MPTCP behaves is published, and not whose it is', () => {
  const vantage = {
    ...{ hostname: 'alices-laptop', kernel: '6.18.44-fc-v595', architecture: 'x64', interface: 'enp3s0' },
    ...{ source_addresses: ['198.18.0.2'], gateway: '198.18.0.1', lab_ranges_declared_global: [] },
    mptcp_sysctls: { 'net.mptcp.enabled': '1' },
  };
  assert.equal(publishedVantage(vantage), [
    ['kernel', 'Linux 6.18'],
    ['architecture', 'x64'],
    ['net.mptcp.enabled', '1'],
  ]);
});

const config = {
  contact: 'census@example.org',
  targets: { list: '/home/alice/top.csv' },
  scan: { rate: 10, ports: [80, 443], interface: 'enp3s0', gateway_mac: '02:00:00:00:00:01' },
  asn: { rib: '/home/alice/rib.bz2', names: '/home/alice/names' },
  geo: { city: '/home/alice/city.mmdb', other: '/home/alice/names' },
};

test('the configuration names files without their folders, no interface, and of a disabled stage nothing but that', () => {
  assert.equal(publishedConfig(config, new Set(['geo'])), [
    ['contact', 'census@example.org'],
    ['targets.list', 'top.csv'],
    ['scan.rate', '10'],
    ['scan.ports', '80, 443'],
    ['asn.rib', 'rib.bz2'],
    ['asn.names', 'names'],
    ['geo', 'disabled'],
  ]);
});

test("an operator's own addresses are not named: sentinels at all, others where they are of a network inside", () => {
  const own = {
    sentinels: { v1: '192.0.2.7', v0: '2001:db8::7', plain: null },
    resolve: { resolvers: ['9.9.9.9', '192.168.1.1', '::1', 'fe80::1', '100.64.0.1'] },
    whois: { server: 'whois.cymru.com' },
    targets: { prefixes: ['10.0.0.0/8'] },
  };
  assert.equal(publishedConfig(own, new Set()), [
    ['sentinels.v1', 'given'],
    ['sentinels.v0', 'given'],
    ['sentinels.plain', 'none'],
    ['resolve.resolvers', '9.9.9.9, private, loopback, link_local, shared'],
    ['whois.server', 'whois.cymru.com'],
    ['targets.prefixes', '10.0.0.0/8'],
  ]);
});

test('a file that a disabled stage alone would have read was not read', () => {
  const files = ['/home/alice/top.csv', '/home/alice/rib.bz2', '/home/alice/names', '/home/alice/city.mmdb'];
  const enabled = ['/home/alice/top.csv', '/home/alice/names', '/home/alice/city.mmdb'];
  assert.equal(filesOfEnabled(files, config, new Set(['asn'])), enabled, 'names: geo reads that too');
  assert.equal(filesOfEnabled(files, config, new Set()), files);
});

test.run();
