import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inLab, type Lab, moduleFolder } from '../../zmap-module/lab.ts';
import { census } from '../saving.ts';

const test = suite('answered by a box on the path');

/** Each way, behind the box. */
const delayMs = 25;
const controls = 128;
const capable = 32;
/** Of these, for whom the box answers itself; the others are turned to their server by a box at the host. */
const near = 8;

const server = (port: number) =>
  `require('http').createServer((_, to) => to.end('x')).listen(${port}, '0.0.0.0', () => console.log('READY'))`;
const turn = (addresses: string) =>
  `table ip turn { chain c { type nat hook prerouting priority -100; ip daddr ${addresses} tcp dport 80 redirect to :8081; }; }`;

/**
 *   scanner -- box -- 25 ms -- hosts
 *
 * Plain servers at 198.18.0.0/25 and MPTCP servers at 198.18.1.0/27, all in `hosts`; SYNs to the first of the latter never get there.
 */
async function addPath({ ip, target: box, serve, addNamespace }: Lab): Promise<void> {
  const hosts = await addNamespace('h');
  const inside = async (name: string, ...words: string[]) => await execa('ip', ['netns', 'exec', name, ...words]);
  await ip('-n', box, 'link', 'add', 'far', 'type', 'veth', 'peer', 'name', 'near', 'netns', hosts);
  for (const [name, device, own] of [
    [box, 'far', '240.1.1.1/30'],
    [hosts, 'near', '240.1.1.2/30'],
  ] as const) {
    await ip('-n', name, 'addr', 'add', own, 'dev', device);
    await ip('-n', name, 'link', 'set', device, 'up');
  }
  await ip('-n', hosts, 'route', 'add', 'default', 'via', '240.1.1.1');
  for (const net of ['198.18.0.0/25', '198.18.1.0/27'])
    await ip('-n', hosts, 'route', 'add', 'local', net, 'dev', 'lo');
  await ip('-n', box, 'route', 'add', '198.18.0.0/15', 'via', '240.1.1.2');
  await ip('-n', box, 'tuntap', 'add', 'dev', 'slow', 'mode', 'tun');
  await ip('-n', box, 'link', 'set', 'slow', 'up', 'txqueuelen', '10000');
  await inside(box, 'sysctl', '-qw', 'net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.slow.rp_filter=0');
  await serve(box, [join(moduleFolder, 'build/delay'), 'slow', String(delayMs)]);
  await ip('-n', box, 'route', 'add', 'default', 'dev', 'slow', 'table', '100');
  for (const from of ['t0', 'far']) await ip('-n', box, 'rule', 'add', 'iif', from, 'table', '100');
  await inside(box, 'nft', turn(`198.18.1.0-198.18.1.${near - 1}`));
  await inside(hosts, 'nft', turn('198.18.1.0/27'));
  await serve(hosts, [process.execPath, '-e', server(80)]);
  for (const name of [box, hosts]) await serve(name, ['mptcpize', 'run', process.execPath, '-e', server(8081)]);
}

/** Too long for every day: make later. */
test('whoever is answered for on the way is nearer than its ping, and nobody else is', () =>
  inLab('nearer', async (lab) => {
    await addPath(lab);
    const stages = {
      targets: { prefixes: ['198.18.0.0/25', '198.18.1.0/27'] },
      scan: { ports: [80], versions: [1], retries: 0 },
      confirm: { apart: '1s', probes: ['port2'], controls },
      handshake: { hold: '0.3s', timeout: '4s' },
      path: { ping: true },
    };
    await census(lab, stages, []);
    const csv = await readFile(join(lab.folder, 'run', 'report', 'nearer.csv'), 'utf8');
    const rows = csv.trimEnd().split(/\r?\n/).slice(1);
    const told = new Map(rows.map((row) => row.split(',')).map(([kind, ...counts]) => [kind, counts.map(Number)]));
    const [plain = [], answering = []] = ['plain controls', 'capable addresses'].map((kind) => told.get(kind));
    assert.equal([plain[0], answering[0]], [controls, capable], csv);
    // A busy machine loses a pair now and then: who has fewer than five is not compared.
    const lost = [controls - (plain[1] ?? 0), capable - (answering[1] ?? 0)];
    assert.ok(
      lost.every((count) => count <= 4),
      csv,
    );
    assert.is(plain[2], 0, csv);
    assert.ok((answering[2] ?? 0) <= near && (answering[2] ?? 0) >= near - (lost[1] ?? 0), csv);
  }));

test.run();
