import { spawnSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { skipUnless } from '../../../test/skip.ts';
import { FileError, openTable } from '../src/index.ts';
import { changed, rejection, withFile } from './scratch.ts';

const test = suite('compressed files');

/** Compressed as gzip, or as bzip2 in its smallest blocks: of a cut one nothing is left. */
function packed(kind: 'gzip' | 'bzip2', bytes: Buffer): Buffer {
  return kind === 'gzip' ? gzipSync(bytes) : spawnSync('bzip2', ['-1c'], { input: bytes }).stdout;
}

for (const kind of ['gzip', 'bzip2'] as const) {
  test(`a ${kind} file that is cut or flipped is an error, a cut one can be taken as far as it goes`, async () => {
    if (skipUnless(spawnSync(kind, ['--version'], { input: '' }).error === undefined, `damaged ${kind}`, `no ${kind}`))
      return;
    const lines = Array.from(
      { length: 60_000 },
      (_, i) => `198.${18 + (i >> 15)}.${(i >> 7) & 255}.${(i & 127) * 2}/31\t${i}\n`,
    );
    const bytes = packed(kind, Buffer.from(lines.join('')));
    await withFile('cut', bytes.subarray(0, bytes.length - 100), async (path) => {
      const error = await rejection(openTable(path));
      assert.ok(error instanceof FileError && error.code === 'TRUNCATED' && error.file === path, String(error));
      const table = await openTable(path, { allowTruncated: true });
      assert.ok(table.prefixCount.ipv4 > 50_000, `${table.prefixCount.ipv4} prefixes are left`);
    });
    await withFile('flipped', changed(bytes, bytes.length >> 1, (bytes[bytes.length >> 1] ?? 0) ^ 4), async (path) => {
      const error = await rejection(openTable(path));
      assert.ok(error instanceof FileError && error.file === path, String(error));
    });
  });
}

test.run();
