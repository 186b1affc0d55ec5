import fs, {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256Of } from '../../../../orchestrator/core/folder/files.ts';
import { lockFolder } from '../../../../orchestrator/core/folder/lock.ts';

const test = suite('lock');
const fresh = () => mkdtempSync(join(tmpdir(), 'lock-'));

async function messageOf(folder: string): Promise<string> {
  return await lockFolder(folder).then(
    () => '',
    (error: unknown) => String(error),
  );
}

test('a folder that a living process works in is refused, and free again when it is done', async () => {
  const folder = fresh();
  const release = await lockFolder(folder);
  assert.match(await messageOf(folder), `process ${process.pid} is at work`);
  await release();
  assert.not(existsSync(join(folder, '.lock')));
  await (await lockFolder(folder))();
});

test('what has the name of a lock and is none is named, to be removed: nobody waits for it', async () => {
  const places: ((path: string) => void)[] = [mkdirSync, (path) => symlinkSync('nowhere', path)];
  for (const place of places) {
    const folder = fresh();
    place(join(folder, '.lock'));
    assert.match(await messageOf(folder), '.lock is not a file, so it is not the lock of a run');
    assert.equal(readdirSync(folder), ['.lock']);
  }
});

const gone = { pid: process.pid, started: '1' };
const stale: [sentence: string, text: string][] = [
  ['of a process that is gone', '{"pid": 4194303, "started": "1"}'],
  ['of a process whose number another one has now', JSON.stringify({ pid: process.pid, started: '1' })],
  ['that was cut short', '{"pid": 4'],
  ['of this machine before it was started again', JSON.stringify({ ...gone, host: hostname(), boot: 'another' })],
];
for (const [sentence, text] of stale) {
  test(`a lock ${sentence} is taken over`, async () => {
    const folder = fresh();
    writeFileSync(join(folder, '.lock'), text);
    await (await lockFolder(folder))();
    assert.equal(readdirSync(folder), []);
  });
}

const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
const unseen: [sentence: string, owner: object][] = [
  ['of another machine', { ...gone, host: 'another.example', boot: 'another', processes: 'pid:[1]' }],
  ['of a container beside this one', { ...gone, host: 'c0ffee', boot, processes: 'pid:[1]' }],
];
for (const [sentence, owner] of unseen) {
  test(`a lock ${sentence}, whose processes cannot be seen, is never taken over`, async () => {
    const folder = fresh();
    writeFileSync(join(folder, '.lock'), JSON.stringify(owner));
    assert.match(await messageOf(folder), 'which cannot be seen from here, is at work');
    assert.equal(readdirSync(folder), ['.lock']);
  });
}

const starts: [sentence: string, before: (folder: string) => void][] = [
  ['a free folder', () => undefined],
  ['the lock of a process that is gone', (folder) => writeFileSync(join(folder, '.lock'), JSON.stringify(gone))],
  [
    'a lock whose taker was killed as well',
    (folder) => {
      const text = JSON.stringify(gone);
      writeFileSync(join(folder, '.lock'), text);
      writeFileSync(
        join(folder, `.lock.${sha256Of(text).slice(0, 16)}`),
        JSON.stringify({ pid: 4194303, started: '2' }),
      );
    },
  ],
];
for (const [sentence, before] of starts) {
  test(`of eight that start at once over ${sentence} one has it, in fifty rounds`, async () => {
    for (let round = 0; round < 50; round += 1) {
      const folder = fresh();
      before(folder);
      const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
      assert.is(tries.filter(({ status }) => status === 'fulfilled').length, 1);
      for (const one of tries) if (one.status === 'fulfilled') await one.value();
      assert.equal(readdirSync(folder), []);
    }
  });
}

test('a lock that another start took over meanwhile is not taken from it', async () => {
  const folder = fresh();
  writeFileSync(join(folder, '.lock'), JSON.stringify(gone));
  const { link } = fs.promises;
  let other = async () => {};
  let file = 0;
  fs.promises.link = async (from, to) => {
    // between reading the old lock and claiming it
    if (/\.lock\.[0-9a-f]{16}$/.test(String(to))) {
      fs.promises.link = link;
      syncBuiltinESMExports();
      other = await lockFolder(folder);
      file = statSync(join(folder, '.lock')).ino;
    }
    await link(from, to);
  };
  syncBuiltinESMExports();
  try {
    assert.match(await messageOf(folder), 'has just started');
  } finally {
    fs.promises.link = link;
    syncBuiltinESMExports();
  }
  assert.match(await messageOf(folder), `process ${process.pid} is at work`);
  assert.is(statSync(join(folder, '.lock')).ino, file);
  await other();
  assert.equal(readdirSync(folder), []);
});

test('what killed starts left beside the lock goes with the next start; what a living one has there stays', async () => {
  const folder = fresh();
  const left = ['.lock.4194303.0123456789ab', '.lock.4194302.0123456789ab', '.lock.0123456789abcdef'];
  const living = `.lock.${process.pid}.0123456789ab`;
  for (const name of [...left, living])
    writeFileSync(join(folder, name), JSON.stringify({ pid: 4194303, started: '1' }));
  writeFileSync(join(folder, '.lock.4194302.0123456789ab'), '');
  writeFileSync(join(folder, living), '');
  writeFileSync(join(folder, '.locked'), '');
  const release = await lockFolder(folder);
  assert.equal(readdirSync(folder).sort(), ['.lock', living, '.locked']);
  await release();
});

test.run();
