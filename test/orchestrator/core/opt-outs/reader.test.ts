import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatPrefix } from '../../../../orchestrator/address/ip.ts';
import { ManifestFile } from '../../../../orchestrator/core/folder/manifest.ts';
import { LateOptOuts } from '../../../../orchestrator/core/opt-outs/late.ts';
import { OptOutReader } from '../../../../orchestrator/core/opt-outs/reader.ts';
import { emptyManifest } from '../toy.ts';

const test = suite('reading the blocklist again');

/** A run that was started with one opt-out. `old`: the file was left alone for a minute. */
function begin() {
  const folder = mkdtempSync(join(tmpdir(), 'reread-'));
  const path = join(folder, 'given');
  const text = '198.18.9.1\n';
  writeFileSync(path, text);
  const start = {
    at: '',
    census: {},
    vantage: {},
    changed: {},
    corrected: {},
    blocklist: null,
    rereads: [],
    clock_steps: [],
  };
  const manifest = new ManifestFile(folder, { ...emptyManifest(), starts: [start] });
  const late = new LateOptOuts([{ family: 4, words: [0xc6120901], length: 32, hostBits: false }]);
  const told: string[] = [];
  const report = (event: { type: string }) => void ('text' in event && told.push(String(event.text)));
  const reader = new OptOutReader({ path, folder, manifest, late, report }, Buffer.from(text));
  const save = async (bytes: string | Buffer, old = true) => {
    writeFileSync(path, bytes);
    const minuteAgo = Date.now() / 1000 - 60;
    if (old) utimesSync(path, minuteAgo, minuteAgo);
    await reader.look();
  };
  return {
    path,
    late,
    told,
    save,
    reader,
    rereads: start.rereads,
    held: () => late.prefixes.map(formatPrefix).slice(1),
  };
}

const cases: [sentence: string, text: string, old: boolean, held: string[]][] = [
  ['an address and a prefix more', '198.18.9.1\n198.18.9.2\n2001:db8::/48\n', true, ['198.18.9.2/32', '2001:db8::/48']],
  ['what is there already is not taken twice', '198.18.9.1 # again\n', true, []],
  ['a mapped address is the IPv4 address', '::ffff:198.18.9.2\n', true, ['198.18.9.2/32']],
  ['a last line without an end, in a file at rest', '198.18.9.2\n198.18.9.3', true, ['198.18.9.2/32', '198.18.9.3/32']],
  ['and not in one that is being written: it may be half of one', '198.18.9.2\n198.18.9.0/2', false, ['198.18.9.2/32']],
  ['lines of Windows', '198.18.9.2\r\n198.18.9.3\r\n', false, ['198.18.9.2/32', '198.18.9.3/32']],
  ['a file that was emptied drops nobody', '', true, []],
  ['a file of nothing but nonsense neither', 'a\nb c\n', true, []],
];
for (const [sentence, text, old, held] of cases) {
  test(sentence, async () => {
    const run = begin();
    await run.save(text, old);
    assert.equal(run.held(), held);
    assert.ok(run.late.all.contains('198.18.9.1'));
    assert.not.ok(run.late.since.contains('198.18.9.1'), 'it was known before');
  });
}

test('half a line is read once it is whole', async () => {
  const run = begin();
  await run.save('198.18.9.2\n198.18.8.', false);
  await run.save('198.18.9.2\n198.18.8.0/24\n', false);
  assert.equal(run.held(), ['198.18.9.2/32', '198.18.8.0/24']);
});

test('a last line without an end is read at the second look, whatever the clock of the disk says', async () => {
  const run = begin();
  await run.save('198.18.9.2\n198.18.9.3', false);
  const ahead = Date.now() / 1000 + 3600;
  utimesSync(run.path, ahead, ahead);
  await run.reader.look();
  assert.equal(run.held(), ['198.18.9.2/32', '198.18.9.3/32']);
});

test('a file that is gone is told of once, and read when it is back', async () => {
  const run = begin();
  rmSync(run.path);
  await run.reader.look();
  await run.reader.look();
  assert.is(run.told.length, 1);
  assert.match(run.told[0] ?? '', /cannot be read: ENOENT.*the last one holds/);
  await run.save('198.18.9.1\n198.18.9.2\n');
  assert.equal(run.held(), ['198.18.9.2/32']);
  rmSync(run.path);
  await run.reader.look();
  assert.is(run.told.length, 3, 'another time is told of again');
});

test('text that is no UTF-8 changes nothing', async () => {
  const run = begin();
  await run.save(Buffer.from('\ufeff198.18.9.2\n', 'utf16le'));
  assert.equal([run.held(), run.rereads.length], [[], 0]);
  assert.match(run.told[0] ?? '', 'UTF-16');
});

test('a line that is not understood is kept once, however often the file changes', async () => {
  const run = begin();
  await run.save('198.18.9.1\nnobody\n');
  await run.save('198.18.9.1\nnobody\n198.18.9.2\nsomebody\n');
  const rejects = readFileSync(join(run.path, '../rejects/opt_outs.ndjson'), 'utf8').trim().split('\n');
  assert.equal(
    rejects.map((line) => JSON.parse(line).line),
    ['nobody', 'somebody'],
  );
  assert.equal(run.held(), ['198.18.9.2/32']);
});

test('who acts on a change has done so when the look is over, and is asked no more once it said so', async () => {
  const run = begin();
  const seen: boolean[] = [];
  const end = run.late.onChange(async () => {
    await Promise.resolve();
    seen.push(run.late.since.contains('198.18.9.2'));
  });
  await run.save('198.18.9.1\n198.18.9.2\n');
  assert.equal(seen, [true]);
  await run.save('198.18.9.1\n198.18.9.2\n# no one more\n');
  end();
  await run.save('198.18.9.1\n198.18.9.2\n198.18.9.3\n');
  assert.equal(seen, [true]);
});

test('who could not act on a change is called again at the next look, and the change is told of once it holds', async () => {
  const run = begin();
  let calls = 0;
  const end = run.late.onChange(() => {
    calls += 1;
    if (calls <= 2) throw new Error('no space left');
  });
  await run.save('198.18.9.1\n198.18.9.2\n');
  assert.equal([calls, run.rereads.length, run.told.length], [1, 0, 1]);
  assert.match(run.told[0] ?? '', /no space left; it is tried again/);
  await run.reader.look();
  assert.is(run.told.length, 1, 'the same is not told of again');
  await run.reader.look();
  await run.reader.look();
  assert.equal([calls, run.rereads.length, run.told.length], [3, 1, 2]);
  assert.match(run.told[1] ?? '', /^1 more/);
  await run.save('198.18.9.1\n198.18.9.2\n# \n');
  assert.is(calls, 3, 'it owes nothing any more');
  end();
});

test('who is through when it fails to act owes nothing', async () => {
  const run = begin();
  let calls = 0;
  const end = run.late.onChange(() => {
    calls += 1;
    end();
    throw new Error('the part was renamed');
  });
  await run.save('198.18.9.1\n198.18.9.2\n');
  await run.save('198.18.9.1\n198.18.9.2\n198.18.9.3\n');
  assert.equal([run.told, calls], [['1 more', '1 more'], 1]);
});

test('what could not be written down is written at the end, or the run fails by it', async () => {
  const run = begin();
  writeFileSync(join(run.path, '../blocklists'), 'in the way');
  await run.save('198.18.9.1\n198.18.9.2\n');
  assert.equal(run.held(), ['198.18.9.2/32'], 'it holds all the same');
  assert.is(run.rereads.length, 0);
  assert.match(await run.reader.end().catch((error) => error.message), /EEXIST|ENOTDIR/);
  rmSync(join(run.path, '../blocklists'));
  await run.reader.end();
  assert.is(run.rereads.length, 1);
});

test('a named pipe in its place is not waited for', async () => {
  const run = begin();
  rmSync(run.path);
  await execa('mkfifo', [run.path]);
  await run.reader.look();
  assert.match(run.told[0] ?? '', /is not a plain file; the last one holds/);
});

test('a line of a million characters that has no end takes no time', async () => {
  const run = begin();
  await run.save(`198.18.9.2\n# ${'x'.repeat(1_000_000)}\n198.18.9.`, false);
  assert.equal(run.held(), ['198.18.9.2/32']);
});

test('a process that goes on after ctrl-z looks at once', async () => {
  const run = begin();
  run.reader.start(3_600_000);
  writeFileSync(run.path, '198.18.9.1\n198.18.9.2\n');
  process.kill(process.pid, 'SIGCONT');
  const changed = new Promise<void>((resolve) => run.late.onChange(resolve));
  await changed;
  await run.reader.end();
  assert.equal([run.held(), run.rereads.length], [['198.18.9.2/32'], 1]);
  assert.is(process.listenerCount('SIGCONT'), 0);
});

test('a run that ends ends the looking', async () => {
  const run = begin();
  run.reader.start(3_600_000);
  await run.reader.end();
});

test.run();
