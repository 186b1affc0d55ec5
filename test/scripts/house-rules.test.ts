import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inTree, root, runIn } from './tree.ts';

const rules = suite('test/house-rules.ts');

/** The smallest tree in which every rule has a file to look at and holds. */
const innocent: Record<string, string> = {
  'orchestrator/cli.ts': 'console.log(1);\n',
  'orchestrator/core/process/exec.ts': "import { execa } from 'execa';\nexport { execa };\n",
  'orchestrator/stages/scan.ts': "export const role = 'syn_prober';\n",
  'orchestrator/tools/adns/tool.ts': "export const name = 'adns';\n",
  'orchestrator/schemas/records/scan.ts': 'export const ScanRecord = z.strictObject({});\n',
  'orchestrator/evidence/verdict.ts': 'export const verdict = 1;\n',
  'orchestrator/connection/packet.ts': 'export const packet = 1;\n',
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
  {
    says: 'connection imports neither tools, nor stages, nor what starts processes',
    path: 'orchestrator/connection/a.ts',
    text: "import { tshark } from '../tools/wget/packets.ts';",
  },
  { says: 'at the top lie five files, all else has a room', path: 'orchestrator/a.ts', text: '' },
  { says: 'a room has at most 16 files', path: 'orchestrator/report/tables/q.ts', text: '' },
  {
    says: 'collect is the step of a tool and nothing else',
    path: 'orchestrator/evidence/b.ts',
    text: 'async function collect(): Promise<void> {}',
  },
  {
    says: 'facts without saying whose are those that a verdict follows from',
    path: 'orchestrator/report/b.ts',
    text: 'export interface Facts {}',
  },
  {
    says: 'files are written by what names them in errors (core/writing.ts)',
    path: 'orchestrator/report/w.ts',
    text: "import { rm, writeFile } from 'node:fs/promises';",
  },
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
