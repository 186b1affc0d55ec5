import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { WholeStage } from '../../../orchestrator/core/stage.ts';
import { CensusError, inStage, ProgramError } from '../../../orchestrator/errors.ts';
import { errorOf, runToy, type ToyConfig, toyConfig, toyFolder } from './toy.ts';

const test = suite('errors within a stage');

/** A stage in which the database writes where there is no room. */
const copying: WholeStage<ToyConfig> = {
  kind: 'whole',
  name: 'copying',
  reads: [],
  unit: 'row',
  outputs: [],
  async run({ run }) {
    await run("COPY (SELECT hash(i) FROM range(100000) t(i)) TO '/dev/full' (FORMAT csv)");
    throw new Error('written');
  },
};

test('a disk that is full to the database is told with the stage, the file and what helps', async () => {
  const { code, message, hint } = await errorOf(runToy(toyFolder(), toyConfig, null, { stages: [copying] }));
  assert.is(code, 'E_RUN_FOLDER');
  assert.match(message, /^copying: the database says: IO Error: .*"\/dev\/full": No space left on device/);
  assert.match(hint, /^the disk is full: free some space/);
});

/** A child with a limit in which the database writes a file; its error as JSON. */
async function limited(limit: string) {
  const path = join(mkdtempSync(join(tmpdir(), 'limited-')), 'hashes.parquet');
  const program = `import { failBeyondFileLimit } from './orchestrator/core/process/signals.ts';
    import { openDatabase, runSql } from './orchestrator/core/database/duckdb.ts';
    failBeyondFileLimit();
    const database = await openDatabase({ temp: '${path}.temp', makeTemp: false, memoryLimit: '100MB' });
    const { openSync } = await import('node:fs');
    process.argv[1] === 'open' && (() => { try { for (;;) openSync('/dev/null'); } catch {} })();
    await runSql(database, "COPY (SELECT hash(i) FROM range(100000) t(i)) TO '${path}'").catch(({ code, message, hint }) =>
      console.log(JSON.stringify({ code, message, hint })));`;
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', '"$0"', ...limit.split(' ').slice(3)];
  const words = ['-c', `${limit.split(' ').slice(0, 3).join(' ')}; exec ${node.join(' ')}`, program];
  return { path, ...JSON.parse((await execa('bash', words)).stdout) };
}

const limits: [limit: string, code: string, says: string, hint: RegExp][] = [
  ['ulimit -f 64', 'E_RUN_FOLDER', 'File too large', /^files may be no larger here: raise the limit \(ulimit -f\)/],
  ['ulimit -n 256 open', 'E_MEMORY', 'Too many open files', /^too many open files: raise the limit \(ulimit -n\)/],
];
for (const [limit, code, says, hint] of limits) {
  test(`under ${limit} what the database cannot write is told as what it is, and not as a damaged record`, async () => {
    const told = await limited(limit);
    assert.is(told.code, code);
    assert.ok(told.message.includes(told.path) && told.message.includes(says), told.message);
    assert.match(told.hint, hint);
  });
}

const full = new CensusError('E_RUN_FOLDER', 'the database says: no', 'free some');
const kinds: [what: string, thrown: unknown, message: string][] = [
  ['an error of ours', full, 'merge: the database says: no'],
  ['one that names the stage', new CensusError('E_INPUT', 'merge: a would be b', 'x'), 'merge: a would be b'],
  [
    'one that names the part',
    new CensusError('E_INPUT', 'merge/00000: a would be b', 'x'),
    'merge/00000: a would be b',
  ],
  [
    'one of a stage with a longer name',
    new CensusError('E_INPUT', 'merger is not done', 'x'),
    'merge: merger is not done',
  ],
  ['a stop', new CensusError('E_STOPPED', 'reading records: stopped', 'x'), 'merge: reading records: stopped'],
  ['a stop that names the part', new CensusError('E_STOPPED', 'merge/00000: stopped', 'x'), 'merge/00000: stopped'],
  ['a defect', new Error('x is undefined'), 'x is undefined'],
];
for (const [what, thrown, message] of kinds) {
  test(`${what} is told as "${message}"`, () => {
    const told = inStage('merge', thrown);
    assert.ok(told instanceof Error);
    if (told instanceof Error) assert.is(told.message, message);
    if (told instanceof CensusError && thrown instanceof CensusError) assert.is(told.hint, thrown.hint);
  });
}

test('what a program failed of is told with its own stage', () => {
  const failure = {
    stage: 'sentinels',
    part: 'start',
    argv: ['zmap'],
    exitCode: 1,
    what: 'exited with 1',
    stderrTail: [],
  };
  const thrown = new ProgramError('E_PROGRAM_FAILED', failure, 'x');
  assert.is(inStage('scan', thrown), thrown);
});

test.run();
