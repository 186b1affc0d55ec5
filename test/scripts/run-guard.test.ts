// takes: long
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inTree, root, runIn } from './tree.ts';

const fixtures = join(root, 'test', 'fixtures', 'run-guard');

const runner = join(root, 'test', 'run.ts');
const guard = suite('test/run.ts');

/** alone: exit code when uvu runs the file without the guard; counts and says: what the guard makes of it. */
const cases = [
  { file: 'passing', alone: 0, counts: '2 passed', says: '' },
  { file: 'failing', alone: 1, counts: '1 passed, 1 failed', says: 'heard' },
  { file: 'without-run', alone: 0, counts: '0 passed, 1 failed', says: '1 suites, 0 calls of .run()' },
  { file: 'second-suite-without-run', alone: 0, counts: '0 passed, 1 failed', says: '2 suites, 1 calls of .run()' },
  { file: 'only', alone: 0, counts: '0 passed, 1 failed', says: 'holds .only' },
  { file: 'throwing-before', alone: 0, counts: '0 passed, 1 failed', says: 'holds a before or after hook' },
  { file: 'no-test', alone: 0, counts: '0 passed, 1 failed', says: '' },
  { file: 'skipped', alone: 0, counts: '1 passed, 1 failed', says: '' },
  { file: 'exits-early', alone: 1, counts: '0 passed, 1 failed', says: '' },
];

const textOf = (file: string) => readFileSync(join(fixtures, `${file}.txt`), 'utf8');

guard('has a case for every fixture', () => {
  const files = readdirSync(fixtures).filter((name) => name.endsWith('.txt'));
  assert.equal(files.sort(), cases.map(({ file }) => `${file}.txt`).sort());
});

guard('what uvu calls green by itself is red under the guard', async () => {
  const tests = Object.fromEntries(cases.map(({ file }) => [`test/${file}.test.ts`, textOf(file)]));
  await inTree(tests, async (tree) => {
    for (const { file, alone } of cases)
      assert.is((await runIn(tree, `test/${file}.test.ts`)).exitCode, alone, `${file} alone`);
    const { exitCode, said } = await runIn(tree, runner);
    for (const { file, counts, says } of cases) {
      const [line = ''] = said.split('\n').filter((text) => text.includes(`test/${file}.test.ts  `));
      assert.match(line, `${counts.includes('failed') ? 'FAIL' : 'ok  '} test/${file}.test.ts  ${counts}  `);
      assert.ok(said.includes(says), `${file}: the guard does not say ${says}`);
    }
    assert.equal([exitCode, said.split('\n').at(-1)], [1, '4 passed, 8 failed']);
  });
});

for (const { file, counts } of cases.slice(0, 3)) {
  guard(`the exit code of a tree with nothing but ${file} follows ${counts}`, async () => {
    await inTree({ 'test/case.test.ts': textOf(file) }, async (tree) => {
      const { exitCode } = await runIn(tree, runner);
      assert.is(exitCode, counts.includes('failed') ? 1 : 0);
    });
  });
}

guard('a word that no file holds is a failure', async () => {
  await inTree({ 'test/case.test.ts': textOf('passing') }, async (tree) => {
    const { exitCode, said } = await runIn(tree, runner, ['mistyped']);
    assert.equal([exitCode, said.split('\n')], [1, ['no test file matches', '0 passed, 1 failed']]);
  });
});

guard('a skip is printed with its reason and counted', async () => {
  const loud = `console.log('SKIP a title: no root');\n${textOf('passing')}`;
  await inTree({ 'test/case.test.ts': loud }, async (tree) => {
    const { said } = await runIn(tree, runner);
    assert.match(said, '1 SKIPPED:\nSKIP a title: no root\n2 passed, 0 failed');
  });
});

/** Files of a tree, and whether `--unit` runs them. */
const marked: Record<string, boolean> = { plain: true, rooted: false, slow: false };
const markers: Record<string, string> = { plain: '', rooted: '// needs: root\n', slow: '// takes: long\n' };

guard('--unit takes the files without a marker, --rest all others', async () => {
  const tests = Object.keys(marked).map((name) => [`test/${name}.test.ts`, `${markers[name]}${textOf('passing')}`]);
  await inTree(Object.fromEntries(tests), async (tree) => {
    for (const [option, unit] of [
      ['--unit', true],
      ['--rest', false],
    ] as const) {
      const { said } = await runIn(tree, runner, [option, '--list']);
      const right = Object.keys(marked).filter((name) => marked[name] === unit);
      assert.equal(
        said.split('\n'),
        right.map((name) => `test/${name}.test.ts`),
      );
    }
  });
});

guard('in this repository, what --unit runs and what it leaves are everything, and nothing is in both', async () => {
  const listed = async (...options: string[]) => (await runIn(root, runner, [...options, '--list'])).said.split('\n');
  const [all, unit, rest] = await Promise.all([listed(), listed('--unit'), listed('--rest')]);
  assert.equal([...unit, ...rest].sort(), all.sort());
  assert.ok(unit.length > 0 && rest.length > 0);
});

guard('a file that runs apart gives its reason, and one that runs behind needs no root', async () => {
  for (const [markers, says] of [
    ['// runs: apart\n', 'runs apart without a reason'],
    ['// runs: apart: it is fast\n', '2 passed, 0 failed'],
    ['// needs: root\n// runs: behind\n', 'runs behind, but sends'],
  ] as const) {
    await inTree({ 'test/case.test.ts': markers + textOf('passing') }, async (tree) => {
      assert.match((await runIn(tree, runner)).said, says);
    });
  }
});

guard('what runs apart begins after all others, and what runs behind yields where something is apart', async () => {
  const tell = (name: string) =>
    `import { readFileSync } from 'node:fs';
    const policy = readFileSync('/proc/self/stat', 'utf8').replace(/.*\\)/, '').split(' ')[39];
    console.log('told', '${name}', performance.timeOrigin, policy, 'end');
    process.on('exit', () => console.log('ended', '${name}', Date.now(), 'end'));\n${textOf('passing')}`;
  const files = {
    'test/apart.test.ts': `// runs: apart: it is fast\n${tell('apart')}`,
    'test/behind.test.ts': `// runs: behind\n${tell('behind')}`,
    'test/other.test.ts': tell('other'),
  };
  await inTree(files, async (tree) => {
    const told = (said: string, name: string) =>
      new RegExp(`told ${name} (\\S+) (\\d+) end`).exec(said)?.slice(1) ?? [];
    const { said } = await runIn(tree, runner, ['--show']);
    const ended = Number(/ended other (\d+) end/.exec(said)?.[1]);
    assert.ok(Number(told(said, 'apart')[0]) >= ended, said);
    const idle = '5'; // SCHED_IDLE
    assert.is(told(said, 'behind')[1], idle, said);
    for (const name of ['apart', 'other']) assert.is(told(said, name)[1], told(said, 'other')[1], name);
    const alone = await runIn(tree, runner, ['--show', 'behind', 'other']);
    assert.is(told(alone.said, 'behind')[1], told(alone.said, 'other')[1], 'nothing is apart');
  });
});

guard('a file that makes namespaces and has no marker is red', async () => {
  const text = `import { withPair } from './namespace.ts';\n${textOf('passing')}`;
  const tree = { 'test/case.test.ts': text, 'test/namespace.ts': 'export const withPair = 1;\n' };
  await inTree(tree, async (at) => assert.match((await runIn(at, runner)).said, 'holds no line "// needs: root"'));
});

guard('among the unit tests, a test skipped for want of root is red', async () => {
  const loud = `console.log('SKIP a title: needs root');\n${textOf('passing')}`;
  await inTree({ 'test/case.test.ts': loud }, async (tree) => {
    assert.is((await runIn(tree, runner)).exitCode, 0);
    assert.is((await runIn(tree, runner, ['--unit'])).exitCode, 1);
  });
});

guard('root gives up its capabilities for the unit tests', async () => {
  const text = textOf('passing').replace(
    /^/,
    "import { readFileSync } from 'node:fs';\nif (!/^CapEff:\\s0{16}$/m.test(readFileSync('/proc/self/status', 'utf8'))) throw 1;\n",
  );
  await inTree({ 'test/case.test.ts': text }, async (tree) => {
    assert.is((await runIn(tree, runner, ['--unit'])).exitCode, 0);
  });
});

guard('with --show, what a file says is seen once, whether it fails or not', async () => {
  const loud = `console.log('a figure');\n${textOf('passing')}`;
  for (const [text, options, times] of [
    [loud, [], 0],
    [loud, ['--show'], 1],
    [textOf('failing').replace('heard', 'a figure'), ['--show'], 1],
  ] as const) {
    await inTree({ 'test/case.test.ts': text }, async (tree) => {
      const { said } = await runIn(tree, runner, [...options]);
      assert.is(said.split('a figure').length - 1, times, said);
    });
  }
});

guard('a file has a temporary folder that goes with it, and knows where to keep what is to stay', async () => {
  const tell = "console.log('folders', process.env.TMPDIR, process.env.OUTER_TMPDIR, 'end');\n";
  const text = `${tell}${textOf('passing')}`;
  await inTree({ 'test/case.test.ts': text }, async (tree) => {
    const { said } = await runIn(tree, runner, ['--show']);
    const [, own = '', outer = ''] = /folders (\S+) (\S+) end/.exec(said) ?? [];
    assert.equal([existsSync(own), outer], [false, tmpdir()]);
  });
});

guard('the Makefile starts no test file in the network of the machine', () => {
  const lines = readFileSync(join(root, 'Makefile'), 'utf8').replaceAll('\\\n', ' ').split('\n');
  const starts = lines.filter((line) => /^\t.*\btest\/(?!run\.ts|house-rules\.ts)\S+\.ts\b/.test(line));
  assert.ok(starts.length >= 9, starts.join('\n'));
  for (const line of starts) assert.match(line, /\$\(ALONE\)|unshare --net|test\/run\.ts/);
});

guard.run();
