import { randomBytes } from 'node:crypto';
import { truncate } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CacheFile } from '../src/cache-file.ts';
import { withFile } from './scratch.ts';

const test = suite('a file read ahead');
const MEGABYTE = 1 << 20;
const CHECKED_FROM = 16;

async function opened<T>(path: string, body: (file: CacheFile) => Promise<T>): Promise<T> {
  const file = await CacheFile.open(path, CHECKED_FROM);
  try {
    return await body(file);
  } finally {
    await file.close();
  }
}

for (const size of [0, 1, 15, 16, 17, MEGABYTE - 1, MEGABYTE, MEGABYTE + 1, 6 * MEGABYTE + 3]) {
  test(`${size} bytes are all there, and summed once, however they are asked for`, async () => {
    const bytes = randomBytes(size);
    await withFile('bytes', bytes, (path) =>
      opened(path, async (file) => {
        for (const end of [1, 8, size >> 2, size >> 1, 3]) assert.ok((await file.readTo(end)) >= Math.min(end, size));
        assert.is(await file.checksum(), size > CHECKED_FROM ? crc32(bytes.subarray(CHECKED_FROM)) : 0);
        assert.ok(file.data.equals(bytes));
      }),
    );
  });
}

test('a file that becomes shorter while it is read has fewer bytes', async () => {
  await withFile('bytes', randomBytes(8 * MEGABYTE), (path) =>
    opened(path, async (file) => {
      await file.readTo(1);
      await truncate(path, 100);
      assert.ok((await file.readTo(8 * MEGABYTE)) < 8 * MEGABYTE);
    }),
  );
});

test.run();
