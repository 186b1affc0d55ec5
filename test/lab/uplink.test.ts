// needs: root
// takes: long
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readManifest } from '../../orchestrator/core/folder/manifest.ts';
import { cliWords } from '../cli-words.ts';
import { gatewayMac, inLab, type Lab } from '../zmap-module/lab.ts';
import { addServers } from './saving.ts';

const test = suite('the way out is lost while a run sends');

/** Servers at 128 addresses of 256; nobody asks those who were silent again, so that each is asked once. */
const answering = 128;
const config = {
  lab: true,
  lab_ranges: ['198.18.0.0/15'],
  targets: { prefixes: ['198.18.0.0/26', '198.18.1.0/25', '198.18.2.0/26'] },
  scan: { rate: 100, retries: 0, versions: [1], cooldown: '2s', interface: 's0', gateway_mac: gatewayMac },
  confirm: false,
  handshake: { hold: '3s', asked: { http: [] } },
  path: { ping: false },
};

/** Starts the census, and does something a while after a stage has begun. */
async function run({ folder, scanner }: Lab, blow: { stage: string; strike: () => Promise<unknown> } | null) {
  const words = [process.execPath, ...cliWords, 'run', '-c', join(folder, 'census.yaml'), join(folder, 'run')];
  const child = execa('ip', ['netns', 'exec', scanner, ...words], { reject: false, timeout: 200_000 });
  for await (const line of child.iterable()) {
    if (blow === null || !line.startsWith(`${blow.stage} `) || !line.includes(' starts: ')) continue;
    await setTimeout(1000);
    await blow.strike();
  }
  return await child;
}

const losses: [what: string, stage: string, says: string, strike: (lab: Lab) => Promise<void>][] = [
  [
    'a link that is gone for half a second',
    'scan',
    'the (link of s0 was lost meanwhile|interface s0 is down, or has no link)',
    async ({ ip, target }) => {
      await ip('-n', target, 'link', 'set', 't0', 'down');
      await setTimeout(500);
      await ip('-n', target, 'link', 'set', 't0', 'up');
    },
  ],
  [
    'a default route that is gone for three seconds',
    'handshake',
    'the default route by 240.0.0.1 on s0 is gone',
    async ({ ip, scanner }) => {
      await ip('-n', scanner, 'route', 'del', 'default');
      await setTimeout(3000);
      await ip('-n', scanner, 'route', 'add', 'default', 'via', '240.0.0.1');
    },
  ],
];

test('a link and a route that are lost in the middle of a stage end it, and nobody is silent for that', () =>
  inLab('uplink', async (lab) => {
    await addServers(lab);
    await lab.ip('-n', lab.scanner, 'route', 'del', '198.18.0.0/15');
    await lab.ip('-n', lab.scanner, 'route', 'add', 'default', 'via', '240.0.0.1');
    await writeFile(join(lab.folder, 'census.yaml'), JSON.stringify(config));
    for (const [what, stage, says, strike] of losses) {
      const { exitCode, stderr } = await run(lab, { stage, strike: () => strike(lab) });
      assert.is(exitCode, 1, `${what}: ${stderr}`);
      assert.ok(stderr.startsWith('error'), stderr);
      assert.match(stderr, new RegExp(`^error E_PROGRAM_FAILED: ${stage}/\\d+: ${says}: `), what);
      assert.is(stderr.trimEnd().split('\n').length, 2, stderr);
    }
    const { exitCode, stderr } = await run(lab, null);
    assert.is(exitCode, 0, stderr);
    const stages = (await readManifest(join(lab.folder, 'run')))?.stages;
    assert.is(stages?.scan?.counts?.answered, answering);
    assert.is(stages?.handshake?.counts?.answered, answering);
    assert.equal(stages?.handshake?.counts?.failed, {});
  }));

test.run();
