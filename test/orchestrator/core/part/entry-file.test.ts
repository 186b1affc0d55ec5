// takes: long
// runs: behind
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readManifest } from '../../../../orchestrator/core/folder/manifest.ts';
import { openSeal } from '../../../../orchestrator/core/folder/sealed.ts';
import { errorOf, runToy, squares, toyConfig, toyFolder } from '../toy.ts';

const test = suite('entries beside parts');

test('the entry of a part lies beside it, the manifest is the sum of the entries', async () => {
  const folder = toyFolder();
  const { manifest } = await runToy(folder, toyConfig);
  const parts = manifest.stages.first?.parts ?? {};
  assert.equal(Object.keys(parts), ['00000', '00001', '00002']);
  for (const [part, entry] of Object.entries(parts)) {
    const text = readFileSync(join(folder, 'first', `${part}.json`), 'utf8');
    assert.equal(openSeal(`first/${part}.json`, text), { value: entry, seal: 'whole' });
  }
});

/** A run that broke in its second part, and one of the same cut that did not. */
async function brokenAndWhole() {
  const [broken, whole] = [toyFolder(), toyFolder()];
  await errorOf(runToy(broken, { ...toyConfig, script: `[ "$1" = 00000 ] || exit 3; ${squares}` }));
  await runToy(whole, toyConfig);
  const copy = (part: string, as = part) => {
    const paths = [
      ['first', 'json'],
      ['first', 'parquet'],
      ['raw/first', ''],
    ] as const;
    for (const [under, ending] of paths) {
      const named = (name: string) => join(under, ending === '' ? name : `${name}.${ending}`);
      cpSync(join(whole, named(part)), join(broken, named(as)), { recursive: true });
    }
    cpSync(join(whole, 'rejects/parts', `first-${part}.ndjson`), join(broken, 'rejects/parts', `first-${as}.ndjson`));
  };
  /** Goes on with the broken run; counts how often the program ran for the first stage. */
  const goOn = async () => {
    const ran = join(broken, 'ran');
    const script = `echo x >>${ran}; ${squares}`;
    const { manifest } = await runToy(broken, { ...toyConfig, script }, await readManifest(broken));
    assert.is(manifest.result_sha256, '898');
    const second = Object.keys(manifest.stages.second?.parts ?? {}).length;
    return { manifest, ran: readFileSync(ran, 'utf8').trim().split('\n').length - second };
  };
  return { broken, whole, copy, goOn };
}

test('a part that was made in another folder and copied in is taken as done: its program does not run', async () => {
  const { whole, copy, goOn } = await brokenAndWhole();
  copy('00001');
  copy('00002');
  const { manifest, ran } = await goOn();
  assert.is(ran, 0);
  const parts = manifest.stages.first?.parts ?? {};
  assert.equal(Object.keys(parts), ['00000', '00001', '00002']);
  // with its times: it was not decoded again
  const { started_at, ended_at } = JSON.parse(readFileSync(join(whole, 'first', '00002.json'), 'utf8'));
  assert.equal([parts['00002']?.started_at, parts['00002']?.ended_at], [started_at, ended_at]);
});

test('a copied part of another input is refused, with both named', async () => {
  const { broken, copy } = await brokenAndWhole();
  copy('00001', '00002');
  const error = await errorOf(runToy(broken, toyConfig, await readManifest(broken)));
  assert.match(error.message, /first\/00002\.json belongs to another input, sha256 .*raw\/first\/input\/00002\.ndjson/);
});

test('an entry that is half a file is refused by name; without it the part is decoded again, and its program does not run', async () => {
  const { broken, copy, goOn } = await brokenAndWhole();
  for (const part of ['00001', '00002']) copy(part);
  const path = join(broken, 'first', '00002.json');
  writeFileSync(path, readFileSync(path, 'utf8').slice(0, 100));
  const error = await errorOf(runToy(broken, toyConfig, await readManifest(broken)));
  assert.match(error.message, /first\/00002\.json: /);
  rmSync(path);
  assert.is((await goOn()).ran, 0);
});

test('a part whose records alone were copied is measured here', async () => {
  const { broken, copy, goOn } = await brokenAndWhole();
  copy('00001');
  for (const left of ['first/00001.json', 'raw/first/00001']) rmSync(join(broken, left), { recursive: true });
  assert.is((await goOn()).ran, 2);
});

test('a part whose entries an earlier version kept in the manifest alone is done', async () => {
  const folder = toyFolder();
  await runToy(folder, toyConfig);
  for (const part of ['00000', '00001', '00002']) rmSync(join(folder, 'first', `${part}.json`));
  rmSync(join(folder, 'sum.json'));
  const { manifest } = await runToy(folder, { ...toyConfig, script: 'exit 9' }, await readManifest(folder));
  assert.is(manifest.result_sha256, '898');
});

test.run();
