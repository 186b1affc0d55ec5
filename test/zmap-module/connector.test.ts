// needs: root
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ConnectorRun } from '../../orchestrator/tools/wget/raw.ts';
import { isRoot } from '../orchestrator/tools/namespace.ts';
import { skipUnless } from '../skip.ts';
import {
  connected,
  connector,
  endpoints,
  knowsHosts,
  knowsOneName,
  ports,
  type Talk,
  talk,
  withServers,
} from './connecting.ts';
import { moduleFolder } from './lab.ts';

const test = suite('mptcp-connect');
await execa('make', ['-s', '-C', moduleFolder, 'build/mptcp-connect-checked']);

const name = 'a'.repeat(255);
const wrong: [title: string, line: string][] = [
  ['a word too few', '198.18.4.7\t80\t-'],
  ['a word too many', '198.18.4.7\t80\t-\thold\tmore'],
  ['blanks for tabs', '198.18.4.7 80 - hold'],
  ['no address', 'example.com\t80\t-\thold'],
  ['an address with a zone', 'fe80::1%lo\t80\t-\thold'],
  ['port 0', '198.18.4.7\t0\t-\thold'],
  ['a port past the last', '198.18.4.7\t65536\t-\thold'],
  ['a port that is not a number', '198.18.4.7\thttp\t-\thold'],
  ['an unknown way', '198.18.4.7\t80\t-\tftp'],
  ['a name too long', `198.18.4.7\t80\t${name}a\thold`],
  ['a name with a blank', '198.18.4.7\t80\ta b\thttp'],
  ['a name that would end its header', '198.18.4.7\t80\ta\rHost:b\thttp'],
  ['an opt-out that is no prefix', '-198.18.4.0/33'],
  ['an opt-out with a tail', '-198.18.4.0/24x'],
  ['a byte that ends texts', '198.18.4.7\t80\t-\tho\0ld'],
];
for (const [title, line] of wrong) {
  test(`${title} ends it before anything is sent`, async () => {
    const input = `${line}\n.\n`;
    const { exitCode, stdout, stderr } = await execa(connector, [], { input, reject: false });
    assert.is(exitCode, 2, stderr);
    assert.is(stdout, '');
    assert.match(stderr, 'a line of stdin is not understood');
  });
}

const arguments_: string[][] = [
  ['--ports', '5-4'],
  ['--ports', '61002'],
  ['--hold'],
  ['--hold', 'x'],
  ['--more', '1'],
  ['--agent', 'a\nb'],
];
for (const words of arguments_) {
  test(`${JSON.stringify(words)} is refused`, async () => {
    assert.is((await execa(connector, words, { input: '.\n', reject: false })).exitCode, 2);
  });
}

async function certificate(): Promise<{ folder: string; key: string; cert: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'named-'));
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
  const made = [
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    '/CN=known.example',
  ];
  await execa('openssl', ['req', ...made, '-keyout', key, '-out', cert]);
  return { folder, key, cert };
}

const stamp = (time: string | null) => Number(time ?? Number.NaN);

if (!skipUnless(isRoot, 'mptcp-connect', 'needs root')) {
  test('it ends in its own way however it is ended, and says all records that it owes', () =>
    withServers(async (scanner) => {
      const ways: [code: number, end: (one: Talk) => void][] = [
        [3, ({ child }) => child.kill('SIGTERM')],
        [3, ({ child }) => child.kill('SIGINT')],
        [3, ({ child }) => child.kill('SIGHUP')],
        [3, ({ child }) => child.stdin?.end()],
      ];
      for (const [expected, way] of ways) {
        const one = talk(scanner, '--hold', '60');
        one.say(...endpoints(20, ports.waits), ...endpoints(5, ports.silent));
        await connected(scanner, 20);
        way(one);
        const { runs, code, said } = await one.end();
        assert.match(said, /^25 connections in [\d.]+ s, 25 at once, [\d.]+ s of processor, \d+ kB\n$/);
        assert.is(code, expected);
        assert.is(runs.length, 25);
        assert.ok(runs.every(({ ended_by }) => ended_by === 'stop'));
        assert.is(runs.filter(({ outcome }) => outcome === 'connected').length, 20);
        await connected(scanner, 0);
      }
    }));

  test('who opts out is left alone at once, held or still waiting, and the others are not touched', () =>
    withServers(async (scanner) => {
      const one = talk(scanner, '--hold', '1', '--most', '8');
      one.say(...endpoints(20, ports.waits), '.');
      await connected(scanner, 8);
      one.say('-198.18.4.4/31', '-198.18.4.20', '-2001:db8::/32');
      const { runs, code } = await one.end();
      assert.is(code, 0);
      const left = runs.filter(({ ended_by }) => ended_by === 'opt_out').sort((a, b) => a.port - b.port);
      const words = left.map(({ address, outcome }) => `${address} ${outcome}`).sort();
      assert.equal(words, ['198.18.4.20 undone', '198.18.4.4 connected', '198.18.4.5 connected']);
      assert.ok(left.every(({ address, began }) => address !== '198.18.4.20' || began === null));
      const others = runs.filter((run) => !left.includes(run));
      assert.is(others.length, 17);
      assert.ok(others.every(({ hold_ended_by }) => hold_ended_by === 'us'));
    }));

  test('no more are begun in a second than asked, and no more are open at once', () =>
    withServers(async (scanner) => {
      const measure = async (...words: string[]) => {
        const one = talk(scanner, '--hold', '0.2', ...words);
        one.say(...endpoints(60, ports.waits), '.');
        return (await one.end()).runs;
      };
      const starts = (runs: ConnectorRun[]) => runs.map((run) => stamp(run.began)).sort((a, b) => a - b);
      const began = starts(await measure('--rate', '100'));
      assert.is(began.length, 60);
      // Those of 20 ms that were missed are caught up with, no more.
      for (const [at, time] of began.entries()) {
        const later = began[at + 20];
        assert.ok(later === undefined || later - time >= 0.17, `20 within ${(later ?? 0) - time} s`);
      }
      const runs = await measure('--most', '10');
      const open = (time: number) =>
        runs.filter((run) => stamp(run.began) <= time && stamp(run.ended_at) > time).length;
      assert.is(Math.max(...starts(runs).map(open)), 10);
    }));

  test('a flood is read no further than its bound, and held like all others; TLS that drips is given up', () =>
    withServers(async (scanner) => {
      const one = talk(scanner, '--hold', '1', '--timeout', '1');
      one.say(...endpoints(4, ports.floods), ...endpoints(4, ports.drips, 'tls'), '.');
      const { runs } = await one.end();
      assert.is(runs.length, 8);
      for (const run of runs) {
        assert.is(run.hold_ended_by, 'us');
        const flooded = run.port === ports.floods;
        assert.is(run.first.length, flooded ? 512 : run.received * 2);
        if (flooded) assert.ok(run.received > 65_536 && run.received < 131_072, `${run.received}`);
        else assert.ok(['timeout', 'none'].includes(run.tls), run.tls);
      }
    }));

  test('a TLS server of many names is told which of them is meant, and one that is not told is heard out', async () => {
    const { folder, key, cert } = await certificate();
    await withServers(
      async (scanner) => {
        const one = talk(scanner, '--hold', '0.2', '--timeout', '3');
        const names = ['known.example', 'other.example', '-'];
        one.say(...names.map((host, at) => `198.18.4.${at + 1}\t443\t${host}\ttls`), '.');
        const { runs } = await one.end();
        const told = new Map(runs.map(({ address, tls }) => [address, tls]));
        assert.is(told.get('198.18.4.1'), 'done');
        for (const address of ['198.18.4.2', '198.18.4.3'])
          assert.ok(['alert', 'closed', 'reset'].includes(told.get(address) ?? ''), `${address}: ${told.get(address)}`);
      },
      [knowsOneName, key, cert],
    );
    rmSync(folder, { recursive: true });
  });

  test("a page is asked for with the port behind the host's name, but for the port that its scheme has anyway", async () => {
    const { folder, key, cert } = await certificate();
    const asked: [address: string, port: number, name: string, way: string, host: string][] = [
      ['198.18.4.1', 80, 'a.example', 'http', 'a.example'],
      ['198.18.4.1', 8080, 'a.example', 'http', 'a.example:8080'],
      ['198.18.4.1', 443, 'a.example', 'https', 'a.example'],
      ['198.18.4.1', 8443, 'a.example', 'https', 'a.example:8443'],
      ['198.18.4.2', 80, '-', 'http', '198.18.4.2'],
      ['198.18.4.2', 8080, '-', 'http', '198.18.4.2:8080'],
      ['2001:db8::1', 80, '-', 'http', '[2001:db8::1]'],
      ['2001:db8::1', 8080, '-', 'http', '[2001:db8::1]:8080'],
      ['2001:db8::1', 8443, 'b.example', 'https', 'b.example:8443'],
    ];
    await withServers(
      async (scanner, target) => {
        for (const [namespace, address, device] of [
          [scanner, '2001:db8::2/64', 's0'],
          [target, '2001:db8::1/64', 't0'],
        ] as const)
          await execa('ip', ['-n', namespace, 'addr', 'add', address, 'dev', device, 'nodad']);
        const one = talk(scanner, '--hold', '0.1', '--timeout', '5');
        one.say(...asked.map(([address, port, name, way]) => [address, port, name, way].join('\t')), '.');
        const { runs } = await one.end();
        const told = new Map(runs.map(({ address, port, status }) => [`${address} ${port}`, status]));
        for (const [address, port, , , host] of asked) assert.is(told.get(`${address} ${port}`), 200, host);
      },
      [knowsHosts, key, cert, ...asked.map(([, port, , , host]) => `${port} ${host}`)],
    );
    rmSync(folder, { recursive: true });
  });

  test('a kernel that has given MPTCP up for a while has not asked for it, and says so', () =>
    withServers(async (scanner, target) => {
      const inside = (namespace: string, ...argv: string[]) => execa('ip', ['netns', 'exec', namespace, ...argv]);
      await inside(
        scanner,
        'sysctl',
        '-qw',
        'net.mptcp.blackhole_timeout=3600',
        'net.mptcp.syn_retrans_before_tcp_fallback=0',
      );
      await inside(target, 'nft', 'add rule inet off in tcp option mptcp exists tcp flags syn drop');
      const runs: ConnectorRun[] = [];
      for (const port of [ports.waits, ports.silent]) {
        const one = talk(scanner, '--hold', '0.1', '--timeout', '2');
        one.say(...endpoints(1, port), '.');
        runs.push(...(await one.end()).runs);
      }
      assert.equal(
        runs.map(({ port, outcome, asked, mptcp_at_start }) => [port, outcome, asked, mptcp_at_start]),
        [
          [ports.waits, 'connected', true, false],
          [ports.silent, 'timeout', false, null],
        ],
      );
    }));
}

test.run();
