// needs: root
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { skipUnless } from '../../skip.ts';
import { cli, finished, requireOneLine } from './shell.ts';

const test = suite('a finished run on a read-only file system');

/** What only reads it, or writes elsewhere. */
const reading = [
  'cat $M/run targets',
  'verify $M/run',
  'ethics $M/run',
  'audit $M/run',
  'replay $M/run --into $O/replay',
  'release $M/run --out $O/release',
  'site $M/run --out $O/site',
  'history $M/run --out $O/history',
];

/** What would write there. */
const writing = [
  'run -c $CONFIG $M/run',
  'replay $M/run',
  'purge b.example $M/run',
  'release $M/run --out $M/release',
  'site $M/run --out $M/site',
  'history $M/run --out $M/history',
];

async function ended(commands: readonly string[]) {
  const { config, folder } = await finished();
  const root = mkdtempSync(join(tmpdir(), 'read-only-'));
  mkdirSync(join(root, 'mount'));
  const lines = commands.map(
    (words, n) => `${cli} ${words} </dev/null >${root}/${n}.out 2>${root}/${n}.err; echo $? >${root}/${n}.code`,
  );
  const script = `
    export M=${root}/mount O=${root} CONFIG=${config}
    mount -t tmpfs -o size=64m tmpfs $M && cp -r ${folder} $M/run && mount -o remount,ro $M || exit 9
    ${lines.join('\n')}`;
  writeFileSync(join(root, 'script'), script);
  const { exitCode, stderr } = await execa('unshare', ['-m', 'bash', join(root, 'script')], { reject: false });
  assert.is(exitCode, 0, stderr);
  const read = (n: number, what: string) => readFileSync(join(root, `${n}.${what}`), 'utf8');
  return commands.map((words, n) => ({
    words,
    code: Number(read(n, 'code')),
    out: read(n, 'out'),
    err: read(n, 'err'),
  }));
}

const isRoot = process.getuid?.() === 0;
if (!skipUnless(isRoot, 'a finished run on a read-only file system', 'mounting a file system needs root')) {
  test('what reads it, or writes elsewhere, comes to its end without a word of that', async () => {
    for (const { words, code, out, err } of await ended(reading)) {
      assert.equal([words, code, err], [words, 0, '']);
      assert.ok(out !== '' || words.startsWith('audit'), words);
    }
  });

  test('what would write there ends in one line that says why, and never that another run is at work', async () => {
    for (const { words, code, err } of await ended(writing)) {
      requireOneLine(err, /read-only|nothing can be written to/);
      assert.not.match(err, /another run|has just started/);
      assert.equal([words, code], [words, 2]);
    }
  });
}

test.run();
