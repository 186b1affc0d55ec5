// takes: long
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { errorCodes } from '../orchestrator/errors.ts';
import { faultNames } from '../orchestrator/evidence/classify.ts';
import { probes } from '../orchestrator/evidence/probes.ts';
import { ruleSets } from '../orchestrator/evidence/rule-sets/rule-sets.ts';
import { steps } from '../orchestrator/evidence/rungs.ts';
import type { RuleSetName } from '../orchestrator/schemas/lists.ts';
import * as lists from '../orchestrator/schemas/lists.ts';
import { dictionary, dictionaryFile, eventList, eventsFile } from '../scripts/data-dictionary.ts';
import { entries } from '../scripts/dictionary-entries.ts';
import { fieldsOf } from '../scripts/schema-fields.ts';
import { cliWords } from './cli-words.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const below = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'orchestrator/README.md',
  ...below('docs').filter((path) => path.endsWith('.md')),
];

/** First groups of all matches. */
function found(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '');
}

/** Both lists sorted and without repeats: a difference names what stands on one side only. */
function agree(documented: string[], real: string[], what: string): void {
  assert.ok(real.length > 0, `${what}: nothing to compare with`);
  assert.equal([...new Set(documented)].sort(), [...new Set(real)].sort(), what);
}

const test = suite('docs');

test('the data dictionary is current', () => {
  assert.is(readFileSync(dictionaryFile, 'utf8'), dictionary(), 'run: make docs');
});

test('the list of events is current', () => {
  assert.is(readFileSync(eventsFile, 'utf8'), eventList(), 'run: make docs');
});

test('every record schema has its place in the dictionary', () => {
  const folder = join(root, 'orchestrator/schemas/records');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.replace('.ts', ''));
  agree(
    entries.map(({ name }) => name),
    [...files, 'manifest'],
    'records',
  );
});

for (const entry of entries) {
  test(`every field of ${entry.name} is described`, () => {
    const fields = fieldsOf(entry);
    assert.ok(fields.length > 0);
    assert.equal(
      fields.filter(({ description }) => description.trim().length < 3).map(({ path }) => path),
      [],
    );
  });
}

test('descriptions are not copied from the neighbour', () => {
  for (const entry of entries) {
    const texts = fieldsOf(entry).filter(({ path }) => !path.includes('.'));
    const known = new Map<string, string>();
    for (const { path, description } of texts) {
      const other = known.get(description);
      assert.ok(other === undefined || description === 'UTC', `${entry.name}: ${path} has the words of ${other}`);
      known.set(description, path);
    }
  }
});

test('the module, its README, its help and TypeScript have the same faults, the first two in the order of TypeScript', () => {
  const faults: readonly string[] = faultNames;
  assert.equal(found(read('zmap-module/classes.c'), /\[FAULT_\w+\] = "(\w+)"/g), faults);
  const table = read('zmap-module/README.md').split('### Faults')[1]?.split('\n## ')[0] ?? '';
  assert.equal(found(table, /^\| `(\w+)` \|/gm), faults);
  const help = read('zmap-module/glue/help.h').split('"Faults:')[1]?.split('"success is')[0] ?? '';
  agree(found(help, /\b([a-z]+(?:_[a-z]+)+|truncated)\b/g), [...faults], 'help');
});

test('errors.md has a section for every code, with its sentence, and no other', () => {
  const text = read('docs/errors.md');
  agree(found(text, /^## (\S+)$/gm), Object.keys(errorCodes), 'codes');
  for (const [code, sentence] of Object.entries(errorCodes)) {
    const words = `## ${code}\n\n${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.\n`;
    assert.ok(text.includes(words), `${code}: ${sentence}`);
  }
});

test('errors.md says of every code what is kept and what to do', () => {
  const [, ...sections] = read('docs/errors.md').split(/^## /m);
  for (const section of sections) assert.match(section, /Kept: [^.]+\.(?:.|\n)*\bFix: /, section.split('\n')[0]);
});

test('the closed lists of methods.md are those of the code, in their order', () => {
  const section = read('docs/methods.md').split('## Closed lists')[1] ?? '';
  const documented = Object.fromEntries(
    [...section.matchAll(/^- `(\w+)`[^:]*: (.*)$/gm)].map(([, name, words = '']) => [name, found(words, /`(\w+)`/g)]),
  );
  const real = Object.fromEntries(Object.entries(lists).map(([name, { options }]) => [name, [...options]]));
  assert.equal(documented, real);
  agree(found(section, /^\| `(\w+)` \|/gm), lists.Missing.options, 'meanings of Missing');
});

test('the rules of methods.md are those of verdict.ts, rungs.ts and the other tables, with their sentences', () => {
  const rows = found(read('docs/methods.md'), /^(\| [\w()]+ \| (?:\w+ \| )?`\w+` \| .* \|)$/gm);
  const ofClaims = (set: RuleSetName) =>
    ruleSets[set].claims.flatMap(({ verdict, rung, rules }) =>
      rules.map(({ name, sentence }) => `| ${verdict} | ${rung} | \`${name}\` | ${sentence} |`),
    );
  const ofSteps = steps.map(({ rung, name, sentence }) => `| ${rung ?? '(stays)'} | \`${name}\` | ${sentence} |`);
  const { ours, ...others } = lists.RuleSetName.enum;
  assert.equal(rows, [...ofClaims(ours), ...ofSteps, ...Object.values(others).flatMap(ofClaims)]);
});

test('the probes of methods.md are those of probes.ts, and the module knows all but the connection', () => {
  const rows = found(read('docs/methods.md'), /^(\| `\w+` \| .* \| (?:v[01]|neither) \| .* \| .* \|)$/gm);
  const written = probes.map(
    ({ word, sends, asks, expects, raises }) =>
      `| \`${word}\` | ${sends} | ${asks === null ? 'neither' : `v${asks}`} | ${expects ?? 'none'} | ${raises.map((name) => `\`${name}\``).join(', ') || 'nothing'} |`,
  );
  assert.equal(rows, written);
  const ofModule = found(read('zmap-module/plan.c'), /^ {4}\[PROBE_\w+\] = "(\w+)",$/gm);
  agree(
    probes.map(({ word }) => word).filter((word) => word !== 'connection'),
    ofModule,
    'probes of the module',
  );
});

test('what a probe may raise is a rule of rungs.ts', () => {
  const names = steps.map(({ name }) => name);
  agree([...new Set(probes.flatMap(({ raises }): string[] => [...raises]))], names, 'raised');
});

test('every SQL file of the report stands in methods.md, and no other', () => {
  const files = readdirSync(join(root, 'orchestrator/report/queries')).filter((name) => name.endsWith('.sql'));
  agree(found(read('docs/methods.md'), /[`/](\w+\.sql)`/g), files, 'SQL files');
});

test('every stage has a row in the paths of its units', () => {
  const stages = found(read('orchestrator/pipeline.ts'), /^ {4}(\w+)[(,]/gm);
  const rows = found(read('docs/methods.md').split('## Probes')[0] ?? '', /^\| ([a-z, ]+) \| /gm);
  agree(
    rows.flatMap((row) => row.split(', ')).filter((word) => word !== 'stage'),
    stages,
    'stages',
  );
});

/** Top folders whose files the docs name in backticks. */
const folders = 'orchestrator|scripts|test|docs|zmap-module|\\.ci';

test('every file that the docs name exists', () => {
  const missing: string[] = [];
  let seen = 0;
  for (const page of pages) {
    const text = read(page);
    const named = found(text, new RegExp(`\`((?:${folders})/[\\w./-]*)(?:\`| )`, 'g'));
    const linked = found(text, /\]\(([^)#]+)(?:#[\w-]*)?\)/g).filter((link) => !/^(https?|mailto):/.test(link));
    const paths = [...named, ...linked.map((link) => relative(root, join(root, dirname(page), link)))];
    seen += paths.length;
    missing.push(
      ...paths
        .filter((path) => !existsSync(join(root, path)) && !path.includes('NAME'))
        .map((path) => `${page}: ${path}`),
    );
  }
  assert.equal(missing, []);
  assert.ok(seen > 50, `only ${seen} paths seen`);
});

test('every make target that the docs name exists', () => {
  const targets = found(read('Makefile'), /^([a-z-]+):/gm);
  const used = pages.flatMap((page) => found(read(page), /(?:`|^|sudo )make ([a-z][a-z-]*)/gm));
  assert.ok(used.includes('census') && used.includes('test'));
  assert.equal([...new Set(used.filter((target) => !targets.includes(target)))], []);
});

test('CONTRIBUTING.md names the command that formats, and the shortest tool over a program as the first to read', () => {
  const text = readFileSync('CONTRIBUTING.md', 'utf8');
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync('package.json', 'utf8')));
  assert.match(scripts.format ?? '', 'biome check --write');
  assert.match(text, 'npm run format ');
  const sizes = readdirSync('orchestrator/tools')
    .map((name) => `orchestrator/tools/${name}/tool.ts`)
    .filter((path) => existsSync(path))
    .map((path) => ({ path, source: readFileSync(path, 'utf8') }))
    .filter(({ source }) => source.includes('collect'))
    .sort((a, b) => a.source.split('\n').length - b.source.split('\n').length);
  const [, first = ''] = /^\| a tool that runs a program \| `([^`]+)`/m.exec(text) ?? [];
  assert.is(first, sizes[0]?.path);
});

test('every command that the README names has a help text', async () => {
  const commands = new Set(found(read('README.md'), /(?:mptcp-census|dist\/cli\.js) ([a-z]+)\b/g));
  assert.ok(commands.size >= 5, [...commands].join());
  for (const command of commands) {
    const { stdout, exitCode } = await execa(process.execPath, [...cliWords, command, '--help'], {
      cwd: root,
      reject: false,
    });
    assert.is(exitCode, 0, command);
    assert.match(stdout, new RegExp(`Usage: mptcp-census ${command} .*\\n\\n\\w`));
  }
});

test('every run-time dependency has its line in CONTRIBUTING.md, and no other', () => {
  const { dependencies } = z
    .looseObject({ dependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(read('package.json')));
  const section = read('CONTRIBUTING.md').split('## Run-time dependencies')[1] ?? '';
  const rows = found(section, /^\| (`.*?`) \| \S/gm);
  agree(
    rows.flatMap((row) => found(row, /`([^`]+)`/g)),
    Object.keys(dependencies),
    'dependencies',
  );
});

test.run();
