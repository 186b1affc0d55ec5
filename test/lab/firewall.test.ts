// needs: root
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { raise } from '../../scripts/lab/lab.ts';
import type { LabState } from '../../scripts/lab/registry.ts';
import { tearDown } from '../../scripts/lab/teardown.ts';
import type { Firewall } from '../../scripts/lab/world.ts';
import { skipUnless } from '../skip.ts';
import { inside, whyNoLab } from './inside.ts';

const test = suite('lab/firewall');

/** Every address of it answers in the world "tiny". */
const TARGETS = '198.18.33.0/26';
const HOSTS = 64;

/** A counter of the kernel's TCP in one namespace (RFC 4022), which nft rules do not touch. */
async function counter(namespace: string, name: string): Promise<number> {
  const { stdout } = await execa('ip', ['netns', 'exec', namespace, 'cat', '/proc/net/snmp']);
  const [names, values] = stdout
    .split('\n')
    .filter((line) => line.startsWith('Tcp:'))
    .map((line) => line.split(' '));
  const value = Number(values?.[names?.indexOf(name) ?? -1]);
  if (!Number.isInteger(value)) throw new Error(`no counter ${name}`);
  return value;
}

/** Scans the plain servers as zmap does everywhere: past the kernel, which knows nothing of these connections. */
async function scanPlain(lab: LabState): Promise<{ answered: number; made: number; arrived: number }> {
  const server = lab.namespaces.find((name) => name.endsWith('-plain')) ?? '';
  const folder = await mkdtemp(join(tmpdir(), 'lab-firewall-'));
  try {
    await writeFile(join(folder, 'zmap.conf'), '');
    await writeFile(join(folder, 'blocklist.conf'), '# nothing is blocked in the lab\n');
    const files = ['-C', join(folder, 'zmap.conf'), '-b', join(folder, 'blocklist.conf')];
    const probe = ['-M', 'tcp_synscan', '-p', '80', '-r', '1000', '-c', '2', '-i', 's0', '-G', '02:00:c6:12:00:01'];
    const [made, arrived] = [await counter(lab.scanner, 'OutRsts'), await counter(server, 'AttemptFails')];
    const said = await inside(lab, ['zmap', '--seed', '1', ...files, ...probe, '-q', TARGETS]);
    return {
      answered: new Set(said.split('\n').filter(Boolean)).size,
      made: (await counter(lab.scanner, 'OutRsts')) - made,
      // A server leaves SYN_RECV by a RST: RFC 4022 counts that as a failed attempt.
      arrived: (await counter(server, 'AttemptFails')) - arrived,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** RSTs that the scanner's kernel makes, and that the servers get, per scan. */
const kinds: [kind: Firewall, title: string, made: (count: number) => boolean, arrived: number][] = [
  ['none', 'every SYN/ACK is answered by a RST', (count) => count === HOSTS, HOSTS],
  ['stateful', 'no RST is made: the SYN/ACKs do not reach the kernel', (count) => count === 0, 0],
  // Each SYN/ACK that is repeated makes another one.
  ['drop-rst', 'RSTs are made, none leaves, and servers repeat', (count) => count > HOSTS, 0],
];

const reason = await whyNoLab();
if (!skipUnless(reason === null, 'lab/firewall', reason ?? '')) {
  for (const [firewall, title, made, arrived] of kinds) {
    test(`scanner firewall ${firewall}: ${title}`, async () => {
      const { state } = await raise({ world: 'tiny', firewall });
      try {
        const scan = await scanPlain(state);
        assert.is(scan.answered, HOSTS);
        assert.ok(made(scan.made), `${scan.made} RSTs made`);
        assert.is(scan.arrived, arrived);
        for (const host of ['198.18.4.1', '[2001:db8:4:1::1]', 'linux.example']) {
          const page = await inside(state, ['curl', '-s', '-m', '5', `http://${host}/`]);
          assert.match(page, '<title>linux</title>', host);
        }
      } finally {
        await tearDown(state);
      }
    });
  }
}

test.run();
