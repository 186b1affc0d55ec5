import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makePlace, requirePlaces } from '../../../../orchestrator/core/process/place.ts';
import { codeOf } from '../../../../orchestrator/errors.ts';

const test = suite('core/process/place');

const root = mkdtempSync(join(tmpdir(), 'place-'));
const at = (name: string) => join(root, name);
symlinkSync('nowhere', at('dangling'));
symlinkSync('loop2', at('loop1'));
symlinkSync('loop1', at('loop2'));
writeFileSync(at('file'), '');
symlinkSync('file', at('to-file'));
execFileSync('mkfifo', [at('pipe')]);
mkdirSync(at('folder'));
symlinkSync('folder', at('to-folder'));

const refused: [sentence: string, path: string, message: RegExp][] = [
  ['a link that leads nowhere', 'dangling', /dangling is a link to nowhere, which does not exist$/],
  ['one on the way', 'dangling/runs/one', /dangling is a link to nowhere, which does not exist$/],
  ['a link that leads to itself', 'loop1', /loop1 is a link to loop2, and the links there lead in a circle$/],
  ['one on the way, too', 'loop1/run', /loop1 is a link to loop2, and the links there lead in a circle$/],
  ['a file', 'file', /file is a file, and a folder is needed there$/],
  ['a file on the way', 'file/run', /file is a file, and a folder is needed there$/],
  ['a link to a file', 'to-file', /to-file is a file, and a folder is needed there$/],
  ['a named pipe', 'pipe', /pipe is a named pipe, and a folder is needed there$/],
  ['a device', '/dev/null/run', /^\/dev\/null is a device, and a folder is needed there$/],
  ['a name of 256 bytes', `${'n'.repeat(254)}é`, /né is longer than its file system allows|last name of .* is longer/],
  ['a path that leaves no room for what is in it', 'deep/'.repeat(800), /bytes, and a run folder's path 3840 at most$/],
];
for (const [sentence, path, message] of refused) {
  test(`a folder cannot be made where this is: ${sentence}`, async () => {
    const fault = await makePlace(path.startsWith('/') ? path : at(path)).then(
      () => null,
      (cause: unknown) => cause,
    );
    assert.is(codeOf(fault), 'E_RUN_FOLDER');
    assert.match(fault instanceof Error ? fault.message : '', message);
  });
}

const made: [sentence: string, path: string][] = [
  ['one that is there', 'folder'],
  ['within a link to a folder', 'to-folder/run'],
  ['several at once', 'one/two/three'],
  ['a name of 255 bytes', 'n'.repeat(255)],
  ['a line end, a quote, an escape, a colon, a percent sign and blanks', 'a\n"\'\x1b[31m:%41 b '],
];
for (const [sentence, path] of made) {
  test(`a folder is made, whatever its name: ${sentence}`, async () => {
    await makePlace(at(path));
    assert.ok(statSync(at(path)).isDirectory());
  });
}

test('two that make one folder at a time both have it', async () => {
  await Promise.all([makePlace(at('x/y/z')), makePlace(at('x/y/z')), makePlace(at('x/y'))]);
  assert.ok(existsSync(at('x/y/z')));
});

test('where a file system makes no folder it is said, in time', async () => {
  const fault = await makePlace('/proc/run').catch((cause: unknown) => cause);
  assert.is(codeOf(fault), 'E_RUN_FOLDER');
});

test('what a run would write into is looked at: absent, a folder or a link to one', async () => {
  mkdirSync(at('run'));
  symlinkSync(at('folder'), at('run/scan'));
  await requirePlaces(at('run'), ['raw', 'scan', 'rejects']);
  symlinkSync('nowhere', at('run/rejects'));
  const fault = await requirePlaces(at('run'), ['raw', 'scan', 'rejects']).catch(String);
  assert.match(String(fault), /run\/rejects is a link to nowhere, which does not exist/);
});

test.run();
