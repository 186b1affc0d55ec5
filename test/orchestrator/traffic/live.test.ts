// needs: root
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sharedBits } from '../../shared-bits.ts';
import { skipUnless } from '../../skip.ts';
import { ownPlace } from './capture-file.ts';
import { rowsOfParquet } from './parquet.ts';
import { withTwoPaths } from './two-paths.ts';

const test = suite('live captures');

const whole = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));

const isRoot = process.getuid?.() === 0;

test('an interface is read to reports with pseudonyms, until SIGTERM', async () => {
  if (skipUnless(isRoot, 'a live capture', 'needs root')) return;
  const [out, temp] = [ownPlace(), ownPlace()];
  await withTwoPaths(async ({ client, fetch, clients }) => {
    const script = join(import.meta.dirname, 'live-run.ts');
    const live = execa('ip', ['netns', 'exec', client, process.execPath, '--import', 'tsx', script, 'any', out, temp]);
    for await (const line of createInterface({ input: live.stderr })) if (line.startsWith('reading any')) break;
    await fetch();
    for await (const line of createInterface({ input: live.stdout }))
      if (/ [1-9]\d* with an MPTCP option/.test(line)) break;
    for await (const line of createInterface({ input: live.stdout }))
      if (readdirSync(out).length > 1 && line !== '') break;
    const held = whole(temp).concat(whole(out));
    live.kill('SIGTERM');
    const { exitCode } = await live;
    assert.is(exitCode, 0);
    const reports = readdirSync(out);
    assert.is(reports.length, 2, `the last two are kept: ${reports.join(' ')}`);
    assert.equal(readdirSync(temp), [], 'nothing is left of what it worked with');
    for (const bytes of [...held, ...whole(out)])
      for (const address of clients) assert.not.ok(bytes.includes(address), `${address} stands in a file`);
    const [session] = await rowsOfParquet(join(out, '*', 'connections.parquet'), 'WHERE functional');
    assert.is(session?.server_address, '198.18.1.2');
    assert.is(session?.client_key, null);
    const subflows = await rowsOfParquet(join(out, '*', 'subflows.parquet'), "WHERE kind = 'join' AND NOT reversed");
    const [first = '', second = ''] = clients;
    assert.is(
      sharedBits(String(session?.client_address), String(subflows[0]?.client_address)),
      sharedBits(first, second),
    );
  });
});

test('an interface that is not there ends it with the words of the capture', async () => {
  const words = [
    process.execPath,
    '--import',
    'tsx',
    join(import.meta.dirname, 'live-run.ts'),
    'nowhere0',
    ownPlace(),
    ownPlace(),
  ];
  const { exitCode, stderr } = await execa(words[0] ?? '', words.slice(1), { reject: false });
  assert.is(exitCode, 1);
  assert.match(stderr, /the capture on nowhere0 ended: .*nowhere0/);
});

test.run();
