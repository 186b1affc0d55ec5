// takes: long
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cliWords } from '../../cli-words.ts';
import { setUpRun } from './set-up-run.ts';

const test = suite('a run folder that is moved while its run works');

async function run(config: string, folder: string) {
  return await execa(process.execPath, [...cliWords, 'run', '-c', config, folder], { reject: false });
}

/** A run to whose folder something is done as its second part is measured. */
async function meddled(what: (folder: string) => string) {
  const place = setUpRun({});
  const config = JSON.parse(readFileSync(place.config, 'utf8'));
  const count = join(place.root, 'count');
  const script = `n=$(cat ${count} 2>/dev/null || echo 0); echo $((n+1)) >${count}; [ $n = 1 ] && { ${what(place.folder)}; }`;
  config.resolve.tool.command = ['bash', '-c', `${script}; ${place.answer}`];
  writeFileSync(place.config, JSON.stringify(config));
  return { ...place, ...(await run(place.config, place.folder)) };
}

/** What is at a path; null: nothing. */
function leftAt(path: string): string[] | null {
  return existsSync(path) ? readdirSync(path) : null;
}

const cases: [title: string, what: (folder: string) => string, left: string[] | null, resumed: boolean][] = [
  ['moved', (folder) => `mv ${folder} ${folder}-moved`, null, true],
  ['moved, and another made in its place', (folder) => `mv ${folder} ${folder}-moved; mkdir ${folder}`, [], true],
  ['removed', (folder) => `rm -r ${folder}`, null, false],
];
for (const [title, what, left, resumed] of cases) {
  test(`a folder that is ${title} while its run works has nothing written to its old place, and the run ends with a sentence`, async () => {
    const { config, folder, exitCode, stderr } = await meddled(what);
    assert.is(exitCode, 1, stderr);
    assert.match(stderr, `error E_RUN_FOLDER: ${folder} is no longer the folder of this run`);
    assert.equal(leftAt(folder), left);
    if (!resumed) return;
    const again = await run(config, `${folder}-moved`);
    assert.is(again.exitCode, 0, again.stderr);
    assert.match(again.stdout, /^resolve +starts: 3 of 4 parts to do$/m);
  });
}

test.run();
