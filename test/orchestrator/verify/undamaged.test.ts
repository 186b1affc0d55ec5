// takes: long
// runs: behind
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ManifestFile, readManifest } from '../../../orchestrator/core/folder/manifest.ts';
import { CensusError } from '../../../orchestrator/errors.ts';
import { isDamage } from '../../../orchestrator/verify/finding.ts';
import { bytesOf, run, setUp, verify } from './whole-run.ts';

const test = suite('a run that goes on with a folder');

const place = setUp();
await run(place.config, place.folder);
const whole = await readManifest(place.folder);

/** A copy of the run in which nothing behind the names has been done yet, changed. */
function unfinished(sentence: string, change: (folder: string) => void): string {
  const folder = join(place.at(sentence), 'run');
  mkdirSync(place.at(sentence));
  cpSync(place.folder, folder, { recursive: true });
  for (const name of ['raw/scan', 'scan', 'hosts.parquet', 'details.parquet', 'domains.parquet', 'report']) {
    rmSync(join(folder, name), { recursive: true });
  }
  change(folder);
  return folder;
}

function append(file: string): (folder: string) => void {
  return (folder) => writeFileSync(join(folder, file), Buffer.concat([bytesOf(folder, file), Buffer.from('\n')]));
}

const remove = (file: string) => (folder: string) => rmSync(join(folder, file), { recursive: true });

const refused: readonly [sentence: string, change: (folder: string) => void, says: RegExp, hint: RegExp][] = [
  [
    'a raw file that was changed',
    append('raw/resolve/00000/records.ndjson.gz'),
    /^raw\/resolve\/00000\/records\.ndjson\.gz /,
    /put it back from a copy; or remove raw\/resolve\/ and resolve\//,
  ],
  [
    'a raw file that is gone',
    remove('raw/resolve/00001/commands.json'),
    /^raw\/resolve\/00001\/commands\.json is gone/,
    /put it back/,
  ],
  [
    'a raw file that no program wrote',
    (folder) => writeFileSync(join(folder, 'raw/resolve/00000/answers.txt'), ''),
    /^raw\/resolve\/00000\/answers\.txt belongs to no stage/,
    /move it out/,
  ],
  [
    'units that were changed',
    append('raw/resolve/input/00000.ndjson'),
    /^raw\/resolve\/input\/00000\.ndjson has other content/,
    /put it back/,
  ],
  [
    'a cut that was changed',
    append('raw/resolve/input/cut.json'),
    /^raw\/resolve\/input\/cut\.json was changed/,
    /put it back/,
  ],
  [
    'another file of ours without a seal in the place of a cut',
    (folder) => cpSync(join(folder, 'raw/resolve/00000/commands.json'), join(folder, 'raw/resolve/input/cut.json')),
    /^raw\/resolve\/input\/cut\.json was put in the place of another/,
    /put it back/,
  ],
  [
    'one in the place of an entry',
    (folder) => cpSync(join(folder, 'raw/resolve/00000/commands.json'), join(folder, 'resolve/00001.json')),
    /^resolve\/00001\.json was put in the place of another/,
    /or remove it/,
  ],
  ['an entry that was changed', append('resolve/00001.json'), /^resolve\/00001\.json was changed/, /or remove it/],
  [
    'a manifest that was changed',
    append('manifest.json'),
    /manifest\.json was changed after it was written/,
    /put it back/,
  ],
];
for (const [sentence, change, says, hint] of refused) {
  test(`is refused for ${sentence}: the file is named, what to do is said, and nothing is written`, async () => {
    const folder = unfinished(sentence, change);
    const before = readFileSync(join(folder, 'manifest.json'), 'utf8');
    const error = await run(place.config, folder).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    assert.instance(error, CensusError);
    if (!(error instanceof CensusError)) return;
    assert.is(error.code, 'E_RUN_FOLDER');
    assert.match(error.message, says);
    assert.match(error.hint, hint);
    assert.is(readFileSync(join(folder, 'manifest.json'), 'utf8'), before);
  });
}

const made: readonly [sentence: string, change: (folder: string) => void][] = [
  ['records that were changed are decoded again', append('resolve/00000.parquet')],
  ['rejects of a part that were changed are decoded again', append('rejects/parts/resolve-00000.ndjson')],
  ['rejects of a stage that were changed are joined again', append('rejects/resolve.ndjson')],
  ['an entry that was removed is written from the manifest', remove('resolve/00001.json')],
  ['a folder of raw files that was removed is not missed', remove('raw/resolve/00001')],
  [
    'what a kill left of a part that was copied in since is not read',
    (folder) => {
      mkdirSync(join(folder, 'raw/resolve/00001.partial'));
      writeFileSync(join(folder, 'raw/resolve/00001.partial/records.ndjson'), 'half a li');
    },
  ],
];
for (const [sentence, change] of made) {
  test(`${sentence}: the result is that of the undamaged run`, async () => {
    const folder = unfinished(sentence, change);
    const { result_sha256 } = await run(place.config, folder);
    assert.is(result_sha256, whole?.result_sha256);
    const damage = (await verify(folder)).filter(isDamage).map(({ path }) => path);
    assert.equal(damage, sentence.includes('not missed') ? ['raw/resolve/00001/'] : []);
  });
}

for (const file of ['hosts.parquet', 'details.parquet', 'domains.parquet', 'report/summary.csv', 'report/index.html']) {
  test(`makes ${file} of a finished run again when it was changed`, async () => {
    const folder = join(place.at(`made-${file.replace('/', '-')}`), 'run');
    cpSync(place.folder, folder, { recursive: true });
    append(file)(folder);
    assert.is((await run(place.config, folder)).result_sha256, whole?.result_sha256);
    assert.equal((await verify(folder)).filter(isDamage), []);
    if (!file.endsWith('.html')) assert.ok(bytesOf(folder, file).equals(bytesOf(place.folder, file)));
  });
}

test('a run of before details.parquet gets its report made again without it', async () => {
  const folder = join(place.at('older'), 'run');
  cpSync(place.folder, folder, { recursive: true });
  const manifest = await readManifest(folder);
  if (manifest === null) throw new Error('no manifest');
  delete manifest.stages.merge?.outputs['details.parquet'];
  await new ManifestFile(folder, manifest).save();
  for (const name of ['details.parquet', 'report']) remove(name)(folder);
  assert.is((await run(place.config, folder)).result_sha256, whole?.result_sha256);
  assert.not(existsSync(join(folder, 'details.parquet')));
  assert.ok(bytesOf(folder, 'report/summary.csv').equals(bytesOf(place.folder, 'report/summary.csv')));
});

test.run();
