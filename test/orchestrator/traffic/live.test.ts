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

/** What is gone gives nothing: a report that is older than those kept goes while it is looked at. */
function unlessGone<T>(look: () => T[]): T[] {
  try {
    return look();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** The bytes of every file below a folder that stands. */
function whole(folder: string): Buffer[] {
  return unlessGone(() => readdirSync(folder, { withFileTypes: true })).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return whole(path);
    return entry.isFile() ? unlessGone(() => [readFileSync(path)]) : [];
  });
}

const isRoot = process.getuid?.() === 0;

test('an interface is read to reports with pseudonyms, until SIGTERM', async () => {
  if (skipUnless(isRoot, 'a live capture', 'needs root')) return;
  const [out, temp] = [ownPlace(), ownPlace()];
  await withTwoPaths(async ({ client, fetch, clients }) => {
    const script = join(import.meta.dirname, 'live-run.ts');
    const words = ['netns', 'exec', client, process.execPath, '--import', 'tsx', script, 'any', out, temp];
    const live = execa('ip', words, { timeout: 60_000 });
    for await (const line of createInterface({ input: live.stderr })) if (line.startsWith('reading any')) break;
    await fetch();
    for await (const line of createInterface({ input: live.stdout }))
      if (/ [1-9]\d* with an MPTCP option/.test(line)) break;
    for await (const line of createInterface({ input: live.stdout }))
      if (readdirSync(out).length > 1 && line !== '') break;
    let held: Buffer[];
    try {
      held = whole(temp).concat(whole(out));
    } finally {
      live.kill('SIGTERM');
    }
    assert.ok(held.length > 0, 'nothing was there to look at');
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
