import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const root = join(import.meta.dirname, '..', '..');
const fixtures = join(root, 'test', 'fixtures', 'run-guard');

/** A tree with the folders that both guards look into, and the packages of this one. Gone when `use` is done. */
async function inTree<T>(files: Record<string, string>, use: (tree: string) => Promise<T>): Promise<T> {
  const tree = mkdtempSync(join(tmpdir(), 'mptcp-census-guard-'));
  try {
    for (const folder of ['test', 'orchestrator/ip2asn-lite/test']) mkdirSync(join(tree, folder), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
    writeFileSync(join(tree, 'package.json'), '{"type":"module"}');
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      writeFileSync(join(tree, path), text);
    }
    return await use(tree);
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

async function runIn(tree: string, script: string, args: string[] = []): Promise<{ exitCode: number; said: string }> {
  const result = await execa('node', ['--import', 'tsx', script, ...args], {
    cwd: tree,
    reject: false,
    all: true,
    env: { FORCE_COLOR: '0', EXPECT_ALL: '' },
  });
  return { exitCode: result.exitCode ?? -1, said: result.all ?? '' };
}

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

guard.run();

const rules = suite('test/house-rules.ts');

/** The smallest tree in which every rule has a file to look at and holds. */
const innocent: Record<string, string> = {
  'orchestrator/cli.ts': 'console.log(1);\n',
  'orchestrator/core/process/exec.ts': "import { execa } from 'execa';\nexport { execa };\n",
  'orchestrator/stages/scan.ts': "export const role = 'syn_prober';\n",
  'orchestrator/tools/adns/tool.ts': "export const name = 'adns';\n",
  'orchestrator/schemas/records/scan.ts': 'export const ScanRecord = z.strictObject({});\n',
  'orchestrator/evidence/verdict.ts': 'export const verdict = 1;\n',
  'orchestrator/tools/adns/raw.ts': 'export const AdnsRaw = z.looseObject({});\n',
  'test/a.ts': 'export const a = 1;\n',
};

/** A breach of each rule, by the rule's own words. */
const breaches: { says: string; path: string; text: string }[] = [
  {
    says: 'stages never import tools',
    path: 'orchestrator/stages/a.ts',
    text: "import { list } from '../tools/list.ts';",
  },
  {
    says: 'tools never import stages',
    path: 'orchestrator/tools/a/tool.ts',
    text: "import { scan } from '../../stages/scan.ts';",
  },
  {
    says: 'core imports neither stages nor tools',
    path: 'orchestrator/core/part/a.ts',
    text: "import { key } from '../../mptcp/keys.ts';",
  },
  { says: 'stages and core name no program', path: 'orchestrator/stages/b.ts', text: '/** what nmap says */' },
  {
    says: 'only core/process/exec.ts starts processes',
    path: 'orchestrator/tools/b/tool.ts',
    text: "import { execa } from 'execa';",
  },
  {
    says: 'evidence imports neither tools, nor stages, nor what starts processes',
    path: 'orchestrator/evidence/a.ts',
    text: "import { exec } from '../core/process/exec.ts';",
  },
  { says: 'at the top lie six files, all else has a room', path: 'orchestrator/a.ts', text: '' },
  { says: 'a room has at most 16 files', path: 'orchestrator/report/tables/q.ts', text: '' },
  { says: 'no shell', path: 'orchestrator/core/b.ts', text: 'const options = { shell: true };' },
  {
    says: 'only cli.ts prints, sets the exit code or exits',
    path: 'orchestrator/core/run.ts',
    text: 'process.exitCode = 1;',
  },
  { says: 'a file has at most 250 lines', path: 'test/long.ts', text: '\n'.repeat(251) },
  { says: 'no utils, helpers, misc or common', path: 'orchestrator/core/utils.ts', text: '' },
  {
    says: 'records are strict objects',
    path: 'orchestrator/schemas/records/a.ts',
    text: 'export const A = z.object({});',
  },
  {
    says: 'what a program prints passes a loose object',
    path: 'orchestrator/tools/b/raw.ts',
    text: 'export const A = z.strictObject({});',
  },
];

const houseRules = join(root, 'test', 'house-rules.ts');

rules('has a breach for every rule', () => {
  const said = [...readFileSync(houseRules, 'utf8').matchAll(/says: '([^']+)'/g)].map(([, says]) => says);
  assert.equal(breaches.map(({ says }) => says).sort(), said.sort());
});

rules('an innocent tree passes', async () => {
  await inTree(innocent, async (tree) => {
    assert.equal(await runIn(tree, houseRules), { exitCode: 0, said: `house rules: ${breaches.length} rules hold` });
  });
});

rules('a rule that looks at no file is a breach', async () => {
  const { 'orchestrator/stages/scan.ts': _, ...rest } = innocent;
  await inTree(rest, async (tree) => {
    const { exitCode, said } = await runIn(tree, houseRules);
    assert.is(exitCode, 1);
    assert.match(said, 'stages never import tools: the rule has no file to look at');
  });
});

rules('a breach of each rule goes red and is named with its file', async () => {
  const room = [...'abcdefghijklmnop'].map((name) => [`orchestrator/report/tables/${name}.ts`, '\n']);
  const broken = Object.fromEntries([...room, ...breaches.map(({ path, text }) => [path, `${text}\n`])]);
  await inTree({ ...innocent, ...broken }, async (tree) => {
    const { exitCode, said } = await runIn(tree, houseRules);
    const expected = breaches.map(({ says, path }) => `${path}: ${says}`);
    assert.equal([exitCode, said.split('\n').sort()], [1, [...expected, `${expected.length} breaches`].sort()]);
  });
});

rules('one breach is enough', async () => {
  await inTree({ ...innocent, 'orchestrator/core/utils.ts': '' }, async (tree) => {
    assert.is((await runIn(tree, houseRules)).exitCode, 1);
  });
});

rules.run();
