import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fetchRib } from '../src/index.ts';
import { gets, RIB, ROUTEVIEWS, withRibs } from './archived-ribs.ts';
import { rejection } from './scratch.ts';

const test = suite('continued downloads');

test('a broken connection is continued where it broke', async () => {
  await withRibs({}, async (archive, call) => {
    archive.troubles = [{ breakAfter: 5000 }, { status: 503 }, { breakAfter: 3000 }];
    const { path } = await fetchRib(call);
    assert.ok(RIB.equals(await readFile(path)));
    const ranges = gets(archive).map((line) => Number(/bytes=(\d+)-/.exec(line)?.[1] ?? 0));
    assert.equal(ranges, [0, 5000, 5000, 8000]);
  });
});

test('a later run continues what an earlier one left', async () => {
  await withRibs({}, async (archive, call) => {
    archive.troubles = [{ breakAfter: 7000 }];
    assert.match(String(await rejection(fetchRib({ ...call, retries: 0 }))), /tried 1 times/);
    const { path } = await fetchRib(call);
    assert.ok(RIB.equals(await readFile(path)));
    assert.match(gets(archive)[1] ?? '', /bytes=7000-/);
  });
});

test('a fetch that is stopped ends at once, and is continued by the next', async () => {
  await withRibs({}, async (archive, call) => {
    archive.troubles = [{ breakAfter: 7000 }];
    const stop = new AbortController();
    const onProgress = (bytes: number): void => {
      if (bytes === 7000) stop.abort(new Error('enough'));
    };
    const slow = { ...call, onProgress, retryDelay: 600_000, stallTimeout: 600_000, signal: stop.signal };
    assert.match(String(await rejection(fetchRib(slow))), /enough/);
    assert.match(String(await rejection(fetchRib(slow))), /enough/, 'nothing is asked for any more');
    assert.ok(RIB.equals(await readFile((await fetchRib(call)).path)));
    assert.match(gets(archive)[1] ?? '', /bytes=7000-/);
  });
});

test('a fetch that is stopped between two tries does not wait for the next', async () => {
  await withRibs({}, async (archive, call) => {
    archive.troubles = [{ status: 503 }];
    const stop = new AbortController();
    archive.intercept = (request) => {
      if (request.url?.endsWith('.bz2')) setTimeout(() => stop.abort(), 20);
      return false;
    };
    const slow = { ...call, retryDelay: 600_000, signal: stop.signal };
    assert.match(String(await rejection(fetchRib(slow))), /abort/i);
    assert.is(gets(archive).length, 1);
  });
});

test('a file that changed meanwhile is begun again', async () => {
  await withRibs({}, async (archive, call) => {
    archive.troubles = [{ breakAfter: 7000 }];
    await rejection(fetchRib({ ...call, retries: 0 }));
    const changed = gzipSync(Buffer.concat([Buffer.alloc(9000, 1), RIB]));
    for (const path of ROUTEVIEWS) archive.files.set(path, changed);
    assert.ok(changed.equals(await readFile((await fetchRib(call)).path)));
  });
});

test('a server without ranges sends the file again from its start', async () => {
  await withRibs({ ranges: false }, async (archive, call) => {
    archive.troubles = [{ breakAfter: 7000 }];
    assert.ok(RIB.equals(await readFile((await fetchRib(call)).path)));
  });
});

/** Other bytes of the same length: only the validator tells the two apart. */
const OTHER = Buffer.from(RIB.map((byte, i) => (i < 20 ? byte : byte ^ 1)));

for (const validators of [true, false]) {
  test(`two files are never spliced by a server that ignores If-Range ${validators ? 'and' : 'or'} sends ${validators ? 'an' : 'no'} ETag`, async () => {
    await withRibs({ ifRange: false, validators }, async (archive, call) => {
      archive.troubles = [{ breakAfter: 7000 }];
      await rejection(fetchRib({ ...call, retries: 0 }));
      for (const path of ROUTEVIEWS) archive.files.set(path, OTHER);
      assert.ok(OTHER.equals(await readFile((await fetchRib(call)).path)));
    });
  });
}

test('without a validator no range is asked for', async () => {
  await withRibs({ validators: false }, async (archive, call) => {
    archive.troubles = [{ breakAfter: 7000 }];
    assert.ok(RIB.equals(await readFile((await fetchRib(call)).path)));
    assert.equal(
      gets(archive).map((line) => line.includes('bytes=')),
      [false, false],
    );
  });
});

test('a range is asked for with If-Range and without compression', async () => {
  await withRibs({}, async (archive, call) => {
    const sent: unknown[] = [];
    archive.troubles = [{ breakAfter: 7000 }];
    archive.intercept = ({ url, headers }) => {
      if (url?.endsWith('.bz2'))
        sent.push([headers.range, headers['if-range'], headers['accept-encoding']?.split(', ')[0]]);
      return false;
    };
    await fetchRib(call);
    const etag = `"${crc32(RIB)}"`;
    assert.equal(sent, [
      [undefined, undefined, 'identity'],
      ['bytes=7000-', etag, 'identity'],
    ]);
  });
});

const { length } = RIB;

/** What is wrong with a 206 answer, its Content-Range, and the offset at which its body begins. */
const WRONG_RANGES: [string, string | undefined, number][] = [
  ['starts elsewhere', `bytes 6999-${length - 1}/${length}`, 6999],
  ['is of another size', `bytes 7000-${length}/${length + 1}`, 7000],
  ['is of an unknown size', `bytes 7000-${length - 1}/*`, 7000],
  ['says nothing of its place', undefined, 7000],
];

for (const [what, range, from] of WRONG_RANGES) {
  test(`a range that ${what} is not appended`, async () => {
    await withRibs({}, async (archive, call) => {
      archive.troubles = [{ breakAfter: 7000 }];
      archive.intercept = (request, response) => {
        if (request.headers.range === undefined) return false;
        const place = range === undefined ? {} : { 'content-range': range };
        response.writeHead(206, { etag: `"${crc32(RIB)}"`, ...place }).end(RIB.subarray(from));
        return true;
      };
      assert.ok(RIB.equals(await readFile((await fetchRib(call)).path)));
      assert.is(gets(archive).length, 3);
    });
  });
}

test('a range that ends before the file does is continued, not kept as the whole', async () => {
  await withRibs({}, async (archive, call) => {
    archive.troubles = [{ breakAfter: 7000 }];
    archive.intercept = (request, response) => {
      if (request.headers.range !== 'bytes=7000-') return false;
      const headers = { etag: `"${crc32(RIB)}"`, 'content-range': `bytes 7000-8999/${length}` };
      response.writeHead(206, headers).end(RIB.subarray(7000, 9000));
      return true;
    };
    assert.ok(RIB.equals(await readFile((await fetchRib(call)).path)));
    assert.match(gets(archive)[2] ?? '', /bytes=9000-/);
  });
});

test('two fetches of one file at once both have it', async () => {
  await withRibs({}, async (archive, call) => {
    const both = await Promise.all([fetchRib(call), fetchRib(call)]);
    for (const { path } of both) assert.ok(RIB.equals(await readFile(path)));
    assert.is(gets(archive).length, 1, 'within a process it is fetched once');
  });
});

/** A part that an earlier process left, with its note, is given to another process. */
async function giveParts(folder: string, pid: number): Promise<void> {
  for (const name of await readdir(folder)) {
    await rename(`${folder}/${name}`, `${folder}/${name.replace(`.${process.pid}.`, `.${pid}.`)}`);
  }
}

test('the part of a process that ended is continued, that of a living one is left alone', async () => {
  await withRibs({}, async (archive, call) => {
    archive.troubles = [{ breakAfter: 7000 }, { breakAfter: 7000 }];
    const ended = spawn('true');
    await once(ended, 'close');
    await rejection(fetchRib({ ...call, retries: 0 }));
    const folder = join(call.folder, new URL(archive.base).host.replace(':', '_'), 'bgpdata/2015.11/RIBS');
    await giveParts(folder, process.ppid);
    await rejection(fetchRib({ ...call, retries: 0 }));
    await giveParts(folder, ended.pid ?? 0);
    const { path } = await fetchRib(call);
    assert.ok(RIB.equals(await readFile(path)));
    assert.equal(
      gets(archive).map((line) => Number(/bytes=(\d+)-/.exec(line)?.[1] ?? 0)),
      [0, 0, 7000],
    );
    const left = (await readdir(folder)).map((name) => name.replace(String(process.ppid), 'PID'));
    assert.equal(left.sort(), [
      'rib.20151101.0600.bz2',
      'rib.20151101.0600.bz2.PID.part',
      'rib.20151101.0600.bz2.PID.part.json',
    ]);
  });
});

test.run();
