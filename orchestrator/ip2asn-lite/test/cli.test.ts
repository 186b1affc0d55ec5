// takes: long
// runs: behind
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withArchive } from './archive-server.ts';
import { FIXTURE, run } from './cli-runs.ts';
import { peerIndexTable, rib, sequence } from './mrt-writer.ts';
import { withFile, withFolder } from './scratch.ts';

const test = suite('command line');

const MISS = 'null,"prefix":null';

test('answers are NDJSON with address, asn and prefix, one for each argument', async () => {
  const { code, stdout } = await run(['lookup', FIXTURE, '198.18.4.7', '10.0.0.1', '2001:db8:4::1']);
  const lines = [
    '{"address":"198.18.4.7","asn":64502,"prefix":"198.18.4.0/24"}',
    `{"address":"10.0.0.1","asn":${MISS}}`,
    '{"address":"2001:db8:4::1","asn":64504,"prefix":"2001:db8:4::/48"}',
  ];
  assert.equal([code, stdout], [0, `${lines.join('\n')}\n`]);
});

test('stdin gives one line for each line, in order, misses and nonsense included', async () => {
  const { code, stdout, stderr } = await run(
    ['lookup', FIXTURE, '--format', 'tsv'],
    '198.18.4.7\r\n\nfoo\n 10.0.0.1 \n198.18.8.8',
  );
  const expected = [
    '198.18.4.7\t64502\t198.18.4.0/24',
    '-\t-\t-',
    'foo\t-\t-',
    '10.0.0.1\t-\t-',
    '198.18.8.8\t64500\t198.18.0.0/15',
  ];
  assert.equal([code, stdout], [0, `${expected.join('\n')}\n`]);
  assert.match(stderr, /2 of 5 lines are no IP address; the first is line 2, ""/);
});

test('build refuses to write over the table that it reads, also through a link', async () => {
  await withFile('table.dat', '198.18.0.0/15\t64500\n', async (source) => {
    await symlink(source, `${source}.link`);
    for (const output of [source, `${source}.link`]) {
      const { code, stderr } = await run(['build', source, '-o', output]);
      assert.equal([code, /is the table that is read: name another file with -o/.test(stderr)], [1, true], stderr);
    }
    assert.is(await readFile(source, 'utf8'), '198.18.0.0/15\t64500\n');
  });
});

test('--strict makes nonsense a failure, and answers all the same', async () => {
  const { code, stdout } = await run(['lookup', FIXTURE, 'x', '198.18.4.7', '--strict']);
  assert.is(code, 1);
  assert.equal(stdout.trim().split('\n').length, 2);
});

test('--all adds origins, flags and name', async () => {
  const names = fileURLToPath(new URL('fixtures/asnames.json', import.meta.url));
  const { stdout } = await run(['lookup', FIXTURE, '--all', '--names', names, '198.18.0.1', '10.0.0.1']);
  assert.equal(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    [
      {
        address: '198.18.0.1',
        asn: 64500,
        prefix: '198.18.0.0/15',
        origins: [64500],
        as_set: false,
        flags: ['reserved'],
        name: 'EXAMPLE-AS - Example Ltd, FI',
      },
      { address: '10.0.0.1', asn: null, prefix: null, origins: [], as_set: null, flags: [], name: null },
    ],
  );
});

test('build writes a cache that lookup opens, and says on stderr what it read', async () => {
  await withFolder(async (folder) => {
    const cache = join(folder, 'cache');
    const built = await run(['build', FIXTURE, '-o', cache, '--as-of', '2015-11-01T06:00']);
    assert.equal([built.code, built.stdout], [0, '']);
    assert.match(built.stderr, /3 IPv4 and 2 IPv6 prefixes as of 2015-11-01T06:00:00\.000Z\n {2}prefixes_read: 5\n/);
    assert.is((await readFile(cache)).toString('latin1', 0, 6), 'ip2asn');
    assert.match((await run(['lookup', cache, '198.18.4.7'])).stdout, /64502/);
  });
});

test('fetch prints the path of the file and nothing else on stdout', async () => {
  await withArchive({}, (archive) =>
    withFolder(async (folder) => {
      const table = Buffer.concat([
        peerIndexTable([{ address: '198.18.0.1', asn: 10 }]),
        rib('198.18.0.0/15', [{ peer: 0, path: sequence(7) }]),
      ]);
      archive.files.set('/bgpdata/2015.11/RIBS/rib.20151101.0600.bz2', gzipSync(table));
      const { code, stdout, stderr } = await run([
        'fetch',
        '--date',
        '2015-11-01T05:30',
        '--from',
        archive.base,
        '--dir',
        folder,
      ]);
      assert.is(code, 0, stderr);
      assert.match(stderr, /of 2015-11-01T06:00:00\.000Z/);
      assert.match((await run(['lookup', stdout.trim(), '198.18.4.7'])).stdout, /"asn":7,"prefix":"198\.18\.0\.0\/15"/);
      const args = ['fetch', '--date', '2015-11-01', '--within', '6', '--from', archive.base, '--dir', folder];
      const got = (): number => archive.log.filter((line) => line.endsWith('.bz2')).length;
      assert.match((await run([...args, '--layout', 'ris'])).stderr, /NO_RIB|no RIB within 6 hours/);
      assert.match((await run([...args, '--layout', 'routeviews'])).stderr, /was fetched before/);
      const before = got();
      assert.is((await run([...args, '--force'])).code, 0);
      assert.is(got(), before + 1);
    }),
  );
});

/** Options of build, and an address with the prefix that then answers, or null. */
const BUILDS: [string[], string, string | null][] = [
  [[], '10.0.0.1', null],
  [['--default-routes'], '10.0.0.1', '0.0.0.0/0'],
  [['--max-length4', '23'], '198.18.4.7', '198.18.0.0/15'],
  [['--max-length4', '24'], '198.18.4.7', '198.18.4.0/24'],
  [['--max-length6', '47'], '2001:db8:4::1', '2001:db8::/32'],
  [['--max-length6', '48'], '2001:db8:4::1', '2001:db8:4::/48'],
];

for (const [options, address, prefix] of BUILDS) {
  test(`build ${options.join(' ')} answers ${address} with ${prefix}`, async () => {
    const text = '0.0.0.0/0\t1\n198.18.0.0/15\t2\n198.18.4.0/24\t3\n2001:db8::/32\t4\n2001:db8:4::/48\t5\n';
    await withFile('table', text, async (path) => {
      assert.is((await run(['build', path, '-o', `${path}.cache`, ...options])).code, 0);
      assert.is(JSON.parse((await run(['lookup', `${path}.cache`, address])).stdout).prefix, prefix);
    });
  });
}

test('--skip-bad-records leaves out what does not parse, without it nothing is built', async () => {
  const bad = rib('198.18.0.0/15', [{ peer: 0, path: sequence(7) }]);
  bad[16] = 99; // 99 bits are no IPv4 prefix length
  const good = rib('198.20.0.0/16', [{ peer: 0, path: sequence(8) }]);
  await withFile(
    'rib',
    Buffer.concat([peerIndexTable([{ address: '198.18.0.1', asn: 10 }]), bad, good]),
    async (path) => {
      const args = ['build', path, '-o', `${path}.cache`];
      assert.match((await run(args)).stderr, /^ip2asn-lite: .*rib: byte \d+: expected/);
      const { code, stderr } = await run([...args, '--skip-bad-records']);
      assert.is(code, 0, stderr);
      assert.match(stderr, /1 IPv4 and 0 IPv6 prefixes/);
    },
  );
});

/** Arguments, exit code, and what stderr must say. */
const FAILURES: [string[], number, RegExp][] = [
  [[], 2, /which command\?\n\nUsage: ip2asn-lite <command>/],
  [['frobnicate'], 2, /no command "frobnicate"/],
  [['build', FIXTURE], 2, /build needs -o CACHE\n\nUsage: ip2asn-lite build/],
  [['build', '-o', 'x'], 2, /build needs a source/],
  [['build', 'a', 'b', '-o', 'x'], 2, /one source/],
  [['build', 'a', '-o', 'x', '--max-length4', '33'], 2, /"33" is no number from 0 to 32/],
  [['lookup'], 2, /lookup needs a table/],
  [['lookup', FIXTURE, '--format', 'xml'], 2, /none of ndjson, tsv/],
  [['lookup', FIXTURE, '--unknown'], 2, /--unknown/],
  [['fetch', '--from', 'http://a.example/'], 2, /needs --date TIME/],
  [['fetch', '--from', 'a', '--date', '2015-11-01'], 2, /"a" is no URL/],
  [['fetch', '--from', 'http://a.example/', '--date', 'yesterday'], 2, /"yesterday" is no time/],
  [['fetch', '--from', 'http://a.example/', '--date', '2015-13-01'], 2, /is no time/],
  [['fetch', '--from', 'http://a.example/', '--date', '2015-02-30'], 2, /"2015-02-30" is no time/],
  [['build', FIXTURE, '-o', 'x', '--as-of', '2015-06-31T06:00'], 2, /"2015-06-31T06:00" is no time/],
  [['fetch', '--from', 'http://a.example/', '--date', '2015-11-01', '--layout', 'rrc'], 2, /none of routeviews, ris/],
  [['lookup', '/nonexistent', '1.2.3.4'], 1, /^ip2asn-lite: ENOENT.*\n$/],
  [['build', tmpdir(), '-o', 'x'], 1, /^ip2asn-lite: EISDIR.* '\/.*'\n$/],
  [['lookup', tmpdir(), '1.2.3.4'], 1, /^ip2asn-lite: EISDIR.* '\/.*'\n$/],
  [['build', fileURLToPath(import.meta.url), '-o', 'x'], 1, /^ip2asn-lite: .*byte 0: expected an MRT dump.*\n$/],
];

for (const [args, code, message] of FAILURES) {
  test(`"${args.map((arg) => arg.split('/').at(-1)).join(' ')}" ends with ${code}`, async () => {
    const ran = await run(args);
    assert.is(ran.code, code, ran.stderr);
    assert.match(ran.stderr, message);
    assert.is(ran.stdout, '');
  });
}

for (const [args, text] of [
  [['--help'], /build RIB -o CACHE/],
  [['build', '--help'], /--allow-truncated/],
  [['fetch', '-h'], /--within HOURS[\s\S]*--force/],
  [['lookup', '--help'], /--strict/],
  [['--version'], /^\d+\.\d+\.\d+\n$/],
] as const) {
  test(`"${args.join(' ')}" is answered on stdout`, async () => {
    const { code, stdout, stderr } = await run([...args]);
    assert.equal([code, stderr], [0, '']);
    assert.match(stdout, text);
  });
}

test('the installed command runs through a link, as npm makes it', async () => {
  await withFolder(async (folder) => {
    const link = join(folder, 'ip2asn-lite');
    await symlink(fileURLToPath(new URL('../bin/ip2asn-lite.js', import.meta.url)), link);
    const child = spawn(link, ['--version'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [text] = await once(child.stdout, 'data');
    assert.match(String(text), /^\d+\.\d+\.\d+\n$/);
  });
});

test.run();
