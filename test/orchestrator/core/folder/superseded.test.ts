import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { filesBelow } from '../../../../orchestrator/core/folder/files.ts';
import { RunFolder } from '../../../../orchestrator/core/folder/folder.ts';
import { readManifest } from '../../../../orchestrator/core/folder/manifest.ts';
import { supersede } from '../../../../orchestrator/core/folder/superseded.ts';
import { errorOf, runToy, squares, toyConfig, toyFolder } from '../toy.ts';

const test = suite('journals');

const raw = (folder: string, part: string, name: string) => join(folder, 'raw', 'first', part, name);
const text = (path: string) => readFileSync(path, 'utf8');

test('a part that is begun again has its journal, and nothing else of the try before', async () => {
  const folder = toyFolder();
  const partial = `${folder}/raw/first/$1.partial`;
  const tries = (code: number) =>
    `if [ -d ${partial} ] && [ $1 = 00001 ]; then echo asked >>${partial}/a.journal; echo x >${partial}/other.$$; ${code === 0 ? squares : `exit ${code}`}; else ${squares}; fi`;
  const run = async (code: number) => runToy(folder, { ...toyConfig, script: tries(code) }, await readManifest(folder));
  await errorOf(run(3));
  await errorOf(run(3));
  assert.is(text(raw(folder, '00001.partial', 'a.journal')), 'asked\nasked\n');
  const { manifest } = await run(0);
  assert.is(text(raw(folder, '00001', 'a.journal')), 'asked\nasked\nasked\n');
  const left = Object.keys(manifest.stages.first?.parts['00001']?.raw_sha256 ?? {});
  assert.is(left.filter((name) => name.startsWith('other.')).length, 1);
  assert.ok(left.includes('a.journal'), 'it is hashed like the other raw files');
  const again = Object.entries(manifest.stages.first?.parts ?? {}).map(([part, { facts }]) => [
    part,
    facts.begun_again,
  ]);
  assert.equal(again, [
    ['00000', undefined],
    ['00001', 2],
    ['00002', undefined],
  ]);
});

function written(files: Record<string, string>): RunFolder {
  const folder = toyFolder();
  for (const [name, lines] of Object.entries(files)) {
    const path = join(folder, 'raw', 'handshake', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, lines);
  }
  return new RunFolder(folder);
}

test('where a stage is cut anew before any part was whole, all journals are kept, for its first part', async () => {
  const folder = written({
    'input/cut.json': '{}',
    '00000.partial/a.journal': '1\n',
    '00000.partial/a.ndjson': '{}\n',
    '00002.partial/a.journal': '2\n',
    '00003.partial/b.journal': '3\n',
    '00004.partial/a.ndjson': '{}\n',
  });
  await supersede(folder, 'handshake', folder.rawStage('handshake'));
  assert.equal(await filesBelow(join(folder.root, 'raw')), [
    'handshake/00000.partial/a.journal',
    'handshake/00000.partial/b.journal',
  ]);
  const kept = ['a', 'b'].map((name) => text(join(folder.rawPartial('handshake', '00000'), `${name}.journal`)));
  assert.equal(kept, ['1\n2\n', '3\n']);
});

test('where there are none, nothing is kept; a part that was whole goes aside with its own', async () => {
  const none = written({ 'input/cut.json': '{}', '00000.partial/a.ndjson': '{}\n' });
  await supersede(none, 'handshake', none.rawStage('handshake'));
  assert.not(existsSync(none.rawStage('handshake')));
  const whole = written({ '00000/a.journal': '1\n', '00001.partial/a.journal': '2\n' });
  await supersede(whole, 'handshake', whole.rawStage('handshake'));
  assert.not(existsSync(whole.rawStage('handshake')));
  assert.ok(existsSync(join(whole.superseded('handshake', 0), '00000', 'a.journal')));
});

test.run();
