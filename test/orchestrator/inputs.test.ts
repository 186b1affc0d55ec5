// takes: long
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../orchestrator/config/config.ts';
import { sha256Of } from '../../orchestrator/core/folder/files.ts';
import { readManifest } from '../../orchestrator/core/folder/manifest.ts';
import { noteRead, readBefore } from '../../orchestrator/core/inputs/read-before.ts';
import { readThroughInputs } from '../../orchestrator/core/inputs/read-through.ts';
import { asn } from '../../orchestrator/stages/asn.ts';
import { findTool } from '../../orchestrator/tools/finder.ts';
import { ip2asnLite } from '../../orchestrator/tools/ip2asn-lite/tool.ts';
import { skipUnless } from '../skip.ts';
import { cli, setUp } from './own-prober.ts';

const test = suite('inputs');

const table = '198.18.0.0\t15\t64500\n';
const unusable: [key: string, sentence: string, content: Buffer, says: RegExp][] = [
  ['asn.rib', 'a table with a line that is none', Buffer.from(`${table}198.18.1.0\t24\tabc\n`), /line 2/],
  [
    'geo.country',
    'a database that is cut',
    readFileSync('test/fixtures/maxmind/city.mmdb').subarray(0, 900),
    /cannot be used/,
  ],
  ['geo.country', 'a database of AS numbers', readFileSync('test/fixtures/maxmind/asn.mmdb'), /something else/],
  ['geo.city', 'a text', Buffer.from('198.18.0.0/15,FI\n'), /cannot be used/],
];
for (const [key, sentence, content, says] of unusable) {
  test(`${sentence} as ${key} is refused before the first packet, by its name`, async () => {
    const { at, config, folder } = setUp('198.18.9.77\n');
    writeFileSync(at('input'), content);
    const { exitCode, stderr } = await cli('run', '-c', config, folder, '--set', `${key}=${at('input')}`);
    assert.is(exitCode, 2, stderr);
    assert.match(stderr, at('input'));
    assert.match(stderr, says);
    assert.not(existsSync(at('count')));
    assert.not(existsSync(join(folder, 'manifest.json')));
  });
}

test('a table that nothing was looked up in yet may be corrected, by another that can be read', async () => {
  const { at, config, folder } = setUp('198.18.9.77\n');
  writeFileSync(at('table'), table);
  const run = ['run', '-c', config, folder, '--set', `asn.rib=${at('table')}`];
  assert.is((await cli(...run)).exitCode, 1);
  writeFileSync(at('table'), 'rubbish\n');
  const refused = await cli(...run);
  assert.is(refused.exitCode, 2);
  assert.match(refused.stderr, at('table'));
  assert.is(readFileSync(at('count'), 'utf8').trim(), '2');
  const corrected = `${table}198.18.9.0\t24\t64501\n`;
  writeFileSync(at('table'), corrected);
  const { exitCode, stdout, stderr } = await cli(...run);
  assert.is(exitCode, 0, stdout + stderr);
  assert.is((await readManifest(folder))?.inputs[at('table')]?.sha256, sha256Of(corrected));
});

test('a content that an earlier start of the run read is not read again', async () => {
  const { at, folder } = setUp(null);
  writeFileSync(at('table'), table);
  let read = 0;
  const stage = asn((role, choice) => ({
    ...findTool(role, choice),
    readThrough: async () => {
      read += 1;
    },
  }));
  const config = Config.parse({ targets: { addresses: 'x' }, asn: { rib: at('table') } });
  await readThroughInputs([stage], config, null);
  assert.is(read, 1);
  const run = await cli('run', '-c', at('census.yaml'), folder, '--set', `asn.rib=${at('table')}`);
  assert.is(run.exitCode, 1);
  const before = await readManifest(folder);
  await readThroughInputs([stage], config, before);
  assert.is(read, 1);
  writeFileSync(at('table'), `${table}\n`);
  await readThroughInputs([stage], config, before);
  assert.is(read, 2);
});

/** A stage whose tool counts how often it reads its files; each reading ends as `fault` says. */
function countingStage(fault: () => Error | null) {
  const read = { times: 0 };
  const stage = asn((role, choice) => ({
    ...findTool(role, choice),
    readThrough: async () => {
      read.times += 1;
      const error = fault();
      if (error !== null) throw error;
    },
  }));
  return { stage, read };
}

test('a big table that was read through once on this machine is not read again for another run, as long as it is the same', async () => {
  const { at } = setUp(null);
  const [table, cache] = [at('big'), at('cache')];
  const config = Config.parse({ targets: { addresses: 'x' }, asn: { rib: table } });
  let fault: Error | null = new Error('refused');
  const { stage, read } = countingStage(() => fault);
  const readIt = async () => await readThroughInputs([stage], config, null, { cache }).catch(() => undefined);
  writeFileSync(table, Buffer.alloc(1 << 24, 'a'));
  await readIt();
  await readIt();
  assert.is(read.times, 2, 'what was refused is not remembered');
  fault = null;
  await readIt();
  await readIt();
  assert.is(read.times, 3);
  writeFileSync(table, Buffer.alloc(1 << 24, 'b'));
  await readIt();
  assert.is(read.times, 4, 'another content is read');
});

test('of a file that takes longer than two seconds it is told how far it is read and how long that will take', async () => {
  const { at } = setUp(null);
  const config = Config.parse({ targets: { addresses: 'x' }, asn: { rib: at('table') } });
  writeFileSync(at('table'), table);
  const told: [path: string, share: number, left: number][] = [];
  const slow = asn((role, choice) => ({
    ...findTool(role, choice),
    readThrough: async (_stage, _config, onRead) => {
      for (let share = 0.1; share <= 1; share += 0.1) {
        await new Promise((resolve) => setTimeout(resolve, 300));
        onRead?.('table', share);
      }
    },
  }));
  await readThroughInputs([slow], config, null, { onReading: (...heard) => told.push(heard) });
  const [first, ...more] = told;
  assert.is(first?.[0], 'table');
  assert.ok((first?.[1] ?? 0) > 0.5 && (first?.[1] ?? 1) < 0.9, String(first));
  assert.ok((first?.[2] ?? 0) > 0.3 && (first?.[2] ?? 9) < 2, String(first));
  assert.ok(more.length <= 2, 'not with every piece');
});

test('a packed RIB is told of by its own bytes, up to the last', async () => {
  const { at } = setUp(null);
  writeFileSync(at('table.gz'), gzipSync(Buffer.from(table)));
  const told: number[] = [];
  const config = Config.parse({ targets: { addresses: 'x' }, asn: { rib: at('table.gz') } });
  await ip2asnLite.readThrough?.('asn', config, (_path, share) => told.push(share));
  assert.is(told.at(-1), 1);
});

test("what is read with sudo is remembered for whoever called it, in a folder of theirs, and in nobody else's", async () => {
  if (skipUnless(process.getuid?.() === 0, 'remembered for the caller of sudo', 'not root')) return;
  const { at } = setUp(null);
  const [uid, homedir] = [23456, at('home')];
  mkdirSync(homedir);
  chownSync(homedir, uid, uid);
  for (let path = homedir; path !== '/'; path = join(path, '..')) chmodSync(path, statSync(path).mode | 0o011);
  writeFileSync(at('passwd'), `root:x:0:0::/root:/bin/sh\ncaller:x:${uid}:${uid}::${homedir}:/bin/sh\n`);
  writeFileSync(at('big'), Buffer.alloc(1 << 24));
  const files = { tool: 'a tool', paths: [at('big')], digests: ['of this content'] };
  const before = process.env.SUDO_UID;
  try {
    process.env.SUDO_UID = String(uid);
    await noteRead(files, undefined, at('passwd'));
    assert.ok(await readBefore(files, undefined, at('passwd')));
    assert.is(statSync(join(homedir, '.cache')).uid, uid);
    assert.is(process.geteuid?.(), 0);
    process.env.SUDO_UID = '0';
    assert.not(await readBefore(files, undefined, at('passwd')));
  } finally {
    if (before === undefined) delete process.env.SUDO_UID;
    else process.env.SUDO_UID = before;
  }
});

test('a small table is read each time, and a cache that cannot be written stops nothing', async () => {
  const { at } = setUp(null);
  const { stage, read } = countingStage(() => null);
  const config = Config.parse({ targets: { addresses: 'x' }, asn: { rib: at('table') } });
  writeFileSync(at('table'), table);
  writeFileSync(at('file'), '');
  for (const cache of [at('cache'), at('cache'), join(at('file'), 'cache')])
    await readThroughInputs([stage], config, null, { cache });
  assert.is(read.times, 3);
  assert.not(existsSync(at('cache')));
  writeFileSync(at('table'), Buffer.alloc(1 << 24, 'a'));
  await readThroughInputs([stage], config, null, { cache: join(at('file'), 'cache') });
  assert.is(read.times, 4);
});

test('a folder in the place of a table is refused in a sentence', async () => {
  const { at, config, folder } = setUp('198.18.9.77\n');
  const { exitCode, stderr } = await cli('run', '-c', config, folder, '--set', `asn.rib=${at('.')}`);
  assert.is(exitCode, 2);
  assert.match(stderr, /E_INPUT/);
  assert.not.match(stderr, /^\s+at /m);
});

test.run();
