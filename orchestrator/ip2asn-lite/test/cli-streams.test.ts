// takes: long
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FIXTURE, RUN, run } from './cli-runs.ts';
import { withFolder } from './scratch.ts';

const test = suite('streams of the command line');

test('100,000 lines through a pipe keep their order', async () => {
  const addresses = Array.from({ length: 100_000 }, (_, i) => `198.${17 + (i % 4)}.${(i >> 8) & 255}.${i & 255}`);
  const { stdout } = await run(['lookup', FIXTURE, '--format', 'tsv'], `${addresses.join('\n')}\n`);
  const lines = stdout.trimEnd().split('\n');
  assert.equal(
    lines.map((line) => line.split('\t')[0]),
    addresses,
  );
  assert.is(lines.filter((line) => !line.endsWith('-')).length, 50_000);
});

test('a reader that stops early is no error', async () => {
  const child = spawn(process.execPath, [...RUN, 'lookup', FIXTURE], { stdio: 'pipe' });
  child.stdin.on('error', () => undefined); // it closes before all is written
  child.stdout.once('data', () => child.stdout.destroy());
  child.stdin.end('198.18.4.7\n'.repeat(300_000));
  await once(child, 'close');
  assert.is(child.exitCode, 0);
});

test('an answer that the disk does not take is one line and a failure', async () => {
  const full = await open('/dev/full', 'w');
  try {
    const child = spawn(process.execPath, [...RUN, 'lookup', FIXTURE, '198.18.4.7'], {
      stdio: ['ignore', full.fd, 'pipe'],
    });
    const [text] = await Promise.all([textOf(child.stderr), once(child, 'close')]);
    assert.match(text, /^ip2asn-lite: ENOSPC.*\n$/);
    assert.is(child.exitCode, 1);
  } finally {
    await full.close();
  }
});

async function textOf(stream: AsyncIterable<Buffer> | null): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream ?? []) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

test('a stderr that nobody reads changes neither answers nor exit code', async () => {
  const child = spawn(process.execPath, [...RUN, 'lookup', FIXTURE], { stdio: 'pipe' });
  child.stderr.destroy();
  await once(child.stderr, 'close');
  child.stdin.end('nonsense\n198.18.4.7\n');
  const [text] = await Promise.all([textOf(child.stdout), once(child, 'close')]);
  assert.is(text.trim().split('\n').length, 2);
  assert.is(child.exitCode, 0);
});

for (const pack of [Buffer.from, gzipSync]) {
  test(`${pack === gzipSync ? 'a gzip' : 'a plain'} table comes through a pipe`, async () => {
    await withFolder(async (folder) => {
      const file = join(folder, 'table');
      await writeFile(file, pack(await readFile(FIXTURE)));
      const cache = join(folder, 'cache');
      const script = `cat "$0" | "$@"`;
      const child = spawn('sh', ['-c', script, file, process.execPath, ...RUN, 'build', '/dev/stdin', '-o', cache], {
        stdio: ['ignore', 'inherit', 'pipe'],
      });
      const [text] = await Promise.all([textOf(child.stderr), once(child, 'close')]);
      assert.is(child.exitCode, 0, text);
      assert.match((await run(['lookup', cache, '198.18.4.7'])).stdout, /64502/);
    });
  });
}

test('a character that is cut between two chunks of stdin is whole in the answer', async () => {
  const child = spawn(process.execPath, [...RUN, 'lookup', FIXTURE], { stdio: ['pipe', 'pipe', 'ignore'] });
  const bytes = Buffer.from('\u00e9\u20ac\u{1f600}\n');
  for (const byte of bytes) {
    child.stdin.write(Buffer.of(byte));
    await sleep(20);
  }
  child.stdin.end();
  assert.is(JSON.parse(await textOf(child.stdout)).address, '\u00e9\u20ac\u{1f600}');
});

test('one input is one TSV line with three columns, whatever it holds', async () => {
  const odd = ['198.18.4.7\n198.18.4.8', 'a\tb\rc', '\u2028', '\u0085x\u0001', ''];
  const { stdout, stderr } = await run(['lookup', FIXTURE, '--format', 'tsv', '--', ...odd]);
  assert.equal(stdout.split('\n'), ['198.18.4.7 198.18.4.8\t-\t-', 'a b c\t-\t-', '-\t-\t-', 'x\t-\t-', '-\t-\t-', '']);
  assert.match(stderr, /5 of 5 lines are no IP address; the first is line 1, "198\.18\.4\.7\\n198\.18\.4\.8"\n$/);
});

test('of a long line that is no address the first 80 characters are shown', async () => {
  const { stderr } = await run(['lookup', FIXTURE], `${'x'.repeat(100_000)}\n`);
  assert.is(stderr, `lookup: 1 of 1 lines are no IP address; the first is line 1, "${'x'.repeat(80)}"...\n`);
});

test('TSV with --all has origins, as_set, flags and name as four more columns', async () => {
  const names = fileURLToPath(new URL('fixtures/asnames.json', import.meta.url));
  const args = [
    'lookup',
    FIXTURE,
    '--format',
    'tsv',
    '--all',
    '--names',
    names,
    '198.18.0.1',
    '198.18.4.7',
    '10.0.0.1',
  ];
  assert.equal((await run(args)).stdout.split('\n'), [
    '198.18.0.1\t64500\t198.18.0.0/15\t64500\tfalse\treserved\tEXAMPLE-AS - Example Ltd, FI',
    '198.18.4.7\t64502\t198.18.4.0/24\t64502\tfalse\treserved\t-',
    '10.0.0.1\t-\t-\t-\t-\t-\t-',
    '',
  ]);
});

test.run();
